// Numbers to text and back through <charconv>, which knows no locale and rounds once.
#include "compiler/support/number.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace kiln {

namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

template <class T>
std::string format(T value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[64];
  // Shortest digits in their shortest layout, but whole numbers in full: 1e+06 reads worse than 1000000.
  bool whole = std::abs(static_cast<double>(value)) < kExactIntegers && std::trunc(value) == value;
  auto end = whole ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr
                   : std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); i++)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

/// "nan", "inf" or "infinity" without sign.
template <class T>
std::optional<T> parseWord(std::string_view text) {
  if (equalsIgnoringCase(text, "nan")) return std::numeric_limits<T>::quiet_NaN();
  if (equalsIgnoringCase(text, "inf") || equalsIgnoringCase(text, "infinity"))
    return std::numeric_limits<T>::infinity();
  return std::nullopt;
}

/// Whether a decimal number out of the range of T is too large, not too small, for it. `text` has no sign and is well
/// formed.
bool tooLarge(std::string_view text) {
  size_t e = text.find_first_of("eE");
  std::string_view digits = text.substr(0, e);
  int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    bool negative = power.front() == '-';
    if (power.front() == '-' || power.front() == '+') power.remove_prefix(1);
    for (char c : power) exponent = std::min<int64_t>(exponent * 10 + (c - '0'), 1'000'000'000'000);
    if (negative) exponent = -exponent;
  }
  // Position of the first nonzero digit relative to the point.
  size_t point = digits.find('.');
  auto whole = static_cast<int64_t>(point == std::string_view::npos ? digits.size() : point);
  int64_t place = whole;
  for (char c : digits) {
    if (c == '.') continue;
    if (c != '0') break;
    place--;
  }
  return place + exponent > 0;
}

template <class T>
std::optional<T> parse(std::string_view text) {
  bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::optional<T> value;
  if (text.front() == '.' || (text.front() >= '0' && text.front() <= '9')) {
    T number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
    // Out of range is no error: IEEE rounding gives infinity or zero.
    if (error == std::errc::result_out_of_range) number = tooLarge(text) ? std::numeric_limits<T>::infinity() : T(0);
    value = number;
  } else {
    value = parseWord<T>(text);
  }
  if (value && negative) value = -*value;
  return value;
}

}  // namespace

std::string formatNumber(double value) { return format(value); }
std::string formatNumber(float value) { return format(value); }
std::optional<double> parseNumber(std::string_view text) { return parse<double>(text); }
std::optional<float> parseFloat(std::string_view text) { return parse<float>(text); }

std::optional<int64_t> parseInteger(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace kiln
