// Labels and their codes.
#include "compiler/ir/tables/dict.h"

#include <cstdio>
#include <cstring>

#include "compiler/ir/tables/checks.h"
#include "compiler/support/number.h"

namespace kiln::ir {

namespace {

std::string numberKey(double label) {
  if (label == 0) label = 0;  // -0 equals 0
  return std::string(reinterpret_cast<const char*>(&label), sizeof label);
}
std::string integerKey(int64_t label) { return std::string(reinterpret_cast<const char*>(&label), sizeof label); }

/// Days since 1970-01-01 as year-month-day of the proleptic Gregorian calendar.
std::string dateText(int64_t days) {
  // Years begin in March here, so that the leap day is the last; eras are 400 years, 146,097 days.
  days += 719468;  // from 0000-03-01
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day = days - era * 146097;
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  int64_t dayOfYear = day - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * dayOfYear + 2) / 153;
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02lld-%02lld", static_cast<long long>(year + era * 400 + (month >= 10)),
                static_cast<long long>(month < 10 ? month + 3 : month - 9),
                static_cast<long long>(dayOfYear - (153 * month + 2) / 5 + 1));
  return text;
}

/// Microseconds since midnight as hours:minutes:seconds, with a fraction if there is one.
std::string timeText(int64_t micros) {
  char text[64];
  int64_t seconds = micros / 1'000'000, fraction = micros % 1'000'000;
  int n = std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                        static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  if (fraction) {
    n += std::snprintf(text + n, sizeof text - static_cast<size_t>(n), ".%06lld", static_cast<long long>(fraction));
    while (text[n - 1] == '0') text[--n] = 0;
  }
  return text;
}

std::string integerText(Elem elem, int64_t value) {
  constexpr int64_t kDay = 86'400'000'000;
  switch (elem) {
    case Elem::boolean:
      return value ? "true" : "false";
    case Elem::date:
      return dateText(value);
    case Elem::time:
      return timeText(value);
    case Elem::datetime: {
      int64_t days = value / kDay - (value % kDay < 0);
      return dateText(days) + 'T' + timeText(value - days * kDay);
    }
    default:
      return std::to_string(value);
  }
}

}  // namespace

void Dict::index() const {
  if (indexed_ > size()) index_.clear(), indexed_ = 0;
  for (; indexed_ < size(); indexed_++) {
    std::string key = !text.empty()      ? text[indexed_]
                      : !numbers.empty() ? numberKey(numbers[indexed_])
                                         : integerKey(integers[indexed_]);
    index_.emplace(std::move(key), indexed_);  // of equal labels, which the verifier refuses, the first
  }
}

static uint32_t findKey(const std::unordered_map<std::string, uint32_t>& index, const std::string& key) {
  auto found = index.find(key);
  return found == index.end() ? kNone : found->second;
}

// A dict of one kind of label has none of another, though their keys could have the same bytes.
uint32_t Dict::find(const std::string& label) const {
  if (text.empty()) return kNone;
  return index(), findKey(index_, label);
}
uint32_t Dict::find(double label) const {
  if (numbers.empty() || std::isnan(label)) return kNone;
  return index(), findKey(index_, numberKey(label));
}
uint32_t Dict::find(int64_t label) const {
  if (integers.empty()) return kNone;
  return index(), findKey(index_, integerKey(label));
}

uint32_t Dict::add(const std::string& label) {
  uint32_t code = find(label);
  return code != kNone ? code : (text.push_back(label), size() - 1);
}
uint32_t Dict::add(double label) {
  uint32_t code = find(label);
  return code != kNone ? code : (numbers.push_back(label), size() - 1);
}
uint32_t Dict::add(int64_t label) {
  uint32_t code = find(label);
  return code != kNone ? code : (integers.push_back(label), size() - 1);
}

std::string Dict::labelText(uint32_t code) const {
  if (code >= size()) return "";
  if (!text.empty()) return text[code];
  if (!integers.empty()) return integerText(elem, integers[code]);
  return elem == Elem::f32 ? formatNumber(static_cast<float>(numbers[code])) : formatNumber(numbers[code]);
}

void Dict::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(elem != Elem::cat, [] { return "labels cannot be cat"; });
  bool fits = (text.empty() || elem == Elem::str) && (numbers.empty() || isFloat(elem)) &&
              (integers.empty() || (elem != Elem::str && !isFloat(elem)));
  if (!checks.expect(fits, [&] { return std::string("has labels that are not ") + elemName(elem); })) return;
  checks.expect(size() < 0x7fffffffu, [] { return "has too many labels"; });
  for (double label : numbers) {
    checks.expect(!std::isnan(label), [] { return "has a label that is nan"; });
    checks.expect(holds(elem, label), [&] { return "label " + formatNumber(label) + " is no f32"; });
  }
  for (int64_t label : integers)
    checks.expect(holds(elem, label), [&] { return "label " + std::to_string(label) + " is no " + elemName(elem); });
  index();
  // The index keeps the first of equal labels.
  for (uint32_t i = 0; i < size() && index_.size() != size(); i++) {
    uint32_t first = !text.empty() ? find(text[i]) : !numbers.empty() ? find(numbers[i]) : find(integers[i]);
    checks.expect(first == i || first == kNone,
                  [&] { return "labels " + std::to_string(first) + " and " + std::to_string(i) + " are equal"; });
  }
}

}  // namespace kiln::ir
