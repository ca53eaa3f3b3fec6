// format: patterns are read here, for generated code too; the reference prints through the C library.
#include "compiler/ir/nodes/format.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>

#include "compiler/ir/elements.h"
#include "compiler/support/calendar.h"

namespace kiln::ir {

// ---- patterns

Format::Number Format::parseNumber(const std::string& pattern) {
  Number n;
  for (size_t i = 0; i < pattern.size(); i++) {
    std::string& around = n.conversion ? n.after : n.before;
    if (pattern[i] != '%') {
      around += pattern[i];
      continue;
    }
    if (++i < pattern.size() && pattern[i] == '%') {
      around += '%';
      continue;
    }
    if (n.conversion) return n.error = "a second conversion, for which there is no number", n;
    for (; i < pattern.size() && std::strchr("-+ 0#", pattern[i]); i++) {
      n.left |= pattern[i] == '-', n.plus |= pattern[i] == '+', n.space |= pattern[i] == ' ';
      n.zero |= pattern[i] == '0', n.alternate |= pattern[i] == '#';
    }
    const auto number = [&](int& value, int most) {
      value = 0;
      for (; i < pattern.size() && std::isdigit(static_cast<unsigned char>(pattern[i])); i++)
        if ((value = value * 10 + pattern[i] - '0') > most)
          return n.error = "a width above 999 or a precision above 99", n.unsupported = true, false;
      return true;
    };
    if (!number(n.width, 999)) return n;
    if (i < pattern.size() && pattern[i] == '.' && (i++, !number(n.precision, 99))) return n;
    while (i < pattern.size() && std::strchr("hlLqjzt", pattern[i])) i++;  // lengths of C's types
    const char c = i < pattern.size() ? pattern[i] : ' ';
    n.unsupported = std::strchr("xXoucsSaAbBhHnp,('", c);
    if (!std::strchr("difFeEgG", c))
      return n.error = std::string("the conversion %") + c + " (known are d i f F e E g G)", n;
    n.upper = std::isupper(static_cast<unsigned char>(c));
    n.conversion = c == 'i' ? 'd' : static_cast<char>(std::tolower(c));
  }
  // C libraries disagree about the zeros of "%#.4g" where rounding carries.
  if (n.conversion == 'g' && n.alternate) n.error = "the flag # of the conversion %g", n.unsupported = true;
  if (!n.conversion) n.error = "no conversion";
  return n;
}

Format::Moment Format::parseMoment(const std::string& pattern, Elem elem) {
  Moment m;
  for (size_t i = 0; i < pattern.size(); i++) {
    if (pattern[i] != '%') {
      m.pattern += pattern[i];
      continue;
    }
    const char c = ++i < pattern.size() ? pattern[i] : ' ';
    const char* meant = nullptr;
    switch (c) {
      case 'D':
      case 'x':
        meant = "%m/%d/%y";
        break;
      case 'F':
        meant = "%Y-%m-%d";
        break;
      case 'R':
        meant = "%H:%M";
        break;
      case 'T':
      case 'X':
        meant = "%H:%M:%S";
        break;
      case 'r':
        meant = "%I:%M:%S %p";
        break;
      case 'c':
        meant = "%a %b %e %H:%M:%S %Y";
        break;
      case 'h':
        meant = "%b";
        break;
      case 'n':
        meant = "\n";
        break;
      case 't':
        meant = "\t";
        break;
      default:
        break;
    }
    m.unsupported = !meant && std::strchr("ZzsklPEOvL+", c);
    if (!meant && !std::strchr("YCymdejHIMSpuwUWVGgaAbB%", c)) return m.error = std::string("the conversion %") + c, m;
    if (elem == Elem::time && !std::strchr("HIMSpRTXrnt%", c))
      return m.error = std::string("the conversion %") + c + " of a time", m;
    m.pattern += meant ? meant : std::string("%") + c;
  }
  return m;
}

// ---- the node

std::vector<Type> Format::infer(Inference& inference) const {
  Type type = scalarType(Elem::str);
  if (!expectOperands(inference, 1, 1)) return {type};
  const Type& x = inference.operands[0];
  if (style == printf) {
    const Number number = parseNumber(pattern);
    inference.expect(number.error.empty(), "pattern '" + pattern + "': " + number.error);
    expectOperand(inference, 0, x.elem == (number.conversion == 'd' ? Elem::i64 : Elem::f64), "i64 for %d, else f64");
  } else {
    expectOperand(inference, 0, x.elem == Elem::date || x.elem == Elem::time || x.elem == Elem::datetime,
                  "a date, time or datetime");
    const Moment moment = parseMoment(pattern, x.elem);
    inference.expect(moment.error.empty(), "pattern '" + pattern + "': " + moment.error);
  }
  type.nullable = x.nullable, type.shape = x.shape;
  type.fallible = true;
  return {type};
}

// The shortest decimal text, rounded half up to `places` behind the point.
static std::string halfUp(double v, int places, bool scientific, std::string& exponent) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text - 1, std::fabs(v), std::chars_format::scientific).ptr;
  *end = 0;
  std::string digits(text, std::find(text, end, 'e'));
  int point = std::atoi(std::find(text, end, 'e') + 1) + 1;  // 0.DDD * 10^point
  std::erase(digits, '.');
  if (v == 0) digits = "", point = 1;
  const int keep = scientific ? places + 1 : point + places;
  const bool up = keep >= 0 && keep < static_cast<int>(digits.size()) && digits[static_cast<size_t>(keep)] >= '5';
  digits.resize(static_cast<size_t>(std::max(keep, 0)), '0');
  if (up) {
    size_t i = digits.size();
    while (i > 0 && digits[i - 1] == '9') digits[--i] = '0';
    if (i > 0)
      digits[i - 1]++;
    else
      digits.insert(digits.begin(), '1'), point++;
  }
  if (scientific) {
    digits.resize(static_cast<size_t>(places) + 1);
    char e[16];
    std::snprintf(e, sizeof e, "e%+03d", point - 1);
    exponent = e, point = 1;
  }
  while (point < 1) digits.insert(digits.begin(), '0'), point++;
  digits.resize(std::max(digits.size(), static_cast<size_t>(point + places)), '0');
  return digits.substr(0, static_cast<size_t>(point)) +
         (places ? "." + digits.substr(static_cast<size_t>(point), static_cast<size_t>(places)) : "");
}

static std::string javaNumber(const Format::Number& n, double v) {
  std::string exponent, body;
  const bool finite = std::isfinite(v);
  if (!finite)
    body = std::isnan(v) ? "NaN" : "Infinity";
  else
    body = halfUp(v, n.precision < 0 ? 6 : n.precision, n.conversion == 'e', exponent) + exponent;
  if (n.upper && finite)
    for (char& c : body) c = static_cast<char>(std::toupper(c));
  std::string sign = std::signbit(v) && !std::isnan(v) ? "-" : n.plus ? "+" : n.space ? " " : "";
  const int fill = n.width - static_cast<int>(sign.size() + body.size());
  const std::string padding(static_cast<size_t>(std::max(fill, 0)), n.zero && !n.left && finite ? '0' : ' ');
  if (n.left) return sign + body + padding;
  return padding.starts_with('0') ? sign + padding + body : padding + sign + body;
}

static std::string number(const Format::Number& n, const Datum& x, bool java) {
  if (java && n.conversion != 'd' && n.conversion != 'g') return n.before + javaNumber(n, x.f64) + n.after;
  std::string conversion = std::string("%") + (n.left ? "-" : "") + (n.plus ? "+" : "") + (n.space ? " " : "") +
                           (n.zero ? "0" : "") + (n.alternate && n.conversion != 'd' ? "#" : "") + "*.*";
  char text[2048];
  if (n.conversion == 'd')
    std::snprintf(text, sizeof text, (conversion + "lld").c_str(), n.width, n.precision, static_cast<long long>(x.i64));
  else {
    const double v = std::isnan(x.f64) ? std::fabs(x.f64) : x.f64;  // no sign of a NaN
    conversion += n.upper ? static_cast<char>(std::toupper(n.conversion)) : n.conversion;
    std::snprintf(text, sizeof text, conversion.c_str(), n.width, n.precision, v);
  }
  return n.before + text + n.after;
}

static std::string moment(const std::string& pattern, bool java, Elem elem, int64_t x) {
  constexpr int64_t kDay = 86400000000;
  const int64_t days = elem == Elem::date ? x : elem == Elem::time ? 0 : (x - ((x % kDay) + kDay) % kDay) / kDay;
  const int64_t seconds = elem == Elem::date ? 0 : ((x % kDay) + kDay) % kDay / 1000000;
  int64_t year;
  int month, day;
  dateOfDays(days, year, month, day);
  std::tm tm{};
  tm.tm_year = static_cast<int>(year - 1900), tm.tm_mon = month - 1, tm.tm_mday = day;
  tm.tm_yday = static_cast<int>(days - daysOfDate(year, 1, 1)), tm.tm_wday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  tm.tm_hour = static_cast<int>(seconds / 3600), tm.tm_min = static_cast<int>(seconds / 60 % 60),
  tm.tm_sec = static_cast<int>(seconds % 60);
  std::string result;
  for (size_t i = 0; i < pattern.size(); i++) {
    char text[64];
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      result += pattern[i];
      continue;
    }
    const char c = pattern[++i];
    const char one[] = {'%', c, 0};
    if (c == '%')
      std::strcpy(text, "%");
    else if (c == 'p' && java)
      std::strcpy(text, tm.tm_hour < 12 ? "am" : "pm");
    else if (c == 'e' && java)
      std::snprintf(text, sizeof text, "%d", day);
    else
      text[std::strftime(text, sizeof text, one, &tm)] = 0;
    // Years have four digits, which C leaves open.
    if (c == 'Y' || c == 'G') {
      const int shown = std::atoi(text);
      std::snprintf(text, sizeof text, shown < 0 ? "-%04d" : "%04d", std::abs(shown));
    }
    result += text;
  }
  return result;
}

// Years 0 to 9999, times below 24 hours.
static bool hasMoment(Elem elem, int64_t x) {
  constexpr int64_t kDay = 86400000000;
  if (elem == Elem::time) return x >= 0 && x < kDay;
  const int64_t unit = elem == Elem::date ? 1 : kDay;
  return x >= daysOfDate(0, 1, 1) * unit && x < daysOfDate(10000, 1, 1) * unit;
}

void Format::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Elem elem = e.operandType(0).elem;
  const Number parts = style == printf ? parseNumber(pattern) : Number();
  const Moment plain = style == strftime ? parseMoment(pattern, elem) : Moment();
  for (size_t i = 0; i < y.elements.size(); i++) {
    const Datum& x = e.operand(0).elements[i];
    if ((y.elements[i].missing = x.missing)) continue;
    if (style == strftime && !hasMoment(elem, x.i64)) {
      y.failure = e.failure(KILN_UNDEFINED);
      return;
    }
    y.elements[i].text = e.keep(style == printf ? number(parts, x, java) : moment(plain.pattern, java, elem, x.i64));
  }
}

}  // namespace kiln::ir
