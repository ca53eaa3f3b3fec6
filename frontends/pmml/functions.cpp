// Apply: the built-in functions of functions.def, and what Apply itself does with missing and invalid values.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/format.h"
#include "compiler/ir/nodes/matches.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/recover.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/rewrite.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/rules.h"
#include "compiler/support/number.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/constants.h"
#include "frontends/pmml/import.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using ir::Cast;
using ir::Elem;
using Typed = Importer::Typed;

namespace {

// One application of a built-in function.
struct Application {
  Importer& in;
  const Element* element;
  const char* scalar;
  std::vector<Typed> arguments;
  bool checked;  // an undefined result (NaN, overflow) fails

  ValueId call(std::vector<ValueId> operands) { return in.build.call(scalar, std::move(operands), checked); }
};

FieldType typeOf(DataType dataType) {
  FieldType type;
  type.dataType = dataType;
  type.opType =
      dataType == DataType::string || dataType == DataType::boolean ? OpType::categorical : OpType::continuous;
  return type;
}
Typed typed(ValueId value, DataType dataType) {
  Typed result;
  result.value = value, result.type = typeOf(dataType);
  return result;
}
DataType numberType(Elem elem) {
  return elem == Elem::f64 ? DataType::real : elem == Elem::f32 ? DataType::floating : DataType::integer;
}
Elem elemOfValue(Importer& in, ValueId v) { return in.build.type(v).elem; }

// The argument as a number; booleans count as 0 and 1. Reported if it is none.
Typed asNumber(Importer& in, const Typed& x, const Element* e) {
  if (!x || x.anyType) return x;
  Elem elem = elemOfValue(in, x.value);
  if (ir::isNumber(elem)) return typed(x.value, numberType(elem));
  if (elem == Elem::boolean) return typed(in.convert(x, typeOf(DataType::integer), e), DataType::integer);
  if (elem == Elem::cat && x.type.dataType != DataType::string)
    return asNumber(in, typed(in.convert(x, x.type, e), x.type.dataType), e);
  return in.invalid(e, "function", std::string("needs numbers, an argument is a ") + dataTypeName(x.type.dataType)),
         Typed();
}

// All arguments as numbers of one type, that of the widest; without a typed one double. False if reported.
bool promote(Application& a, DataType least = DataType::integer) {
  DataType widest = least;
  bool any = false;
  for (Typed& x : a.arguments) {
    if (!(x = asNumber(a.in, x, a.element))) return false;
    if (x.anyType) continue;
    any = true;
    DataType t = x.type.dataType;
    if (t == DataType::real || (t == DataType::floating && widest == DataType::integer)) widest = t;
  }
  if (!any) widest = DataType::real;
  for (Typed& x : a.arguments) {
    x = typed(a.in.convert(x, typeOf(widest), a.element), widest);
    x.value = unsignedZero(a.in, x.value);
  }
  return true;
}

std::vector<ValueId> values(const Application& a) {
  std::vector<ValueId> ids;
  for (auto& x : a.arguments) ids.push_back(x.value);
  return ids;
}

// Where a number is NaN the result is undefined.
ValueId defined(Application& a, ValueId value) {
  if (!a.checked || !ir::isFloat(elemOfValue(a.in, value))) return value;
  return a.in.build.add(ir::RaiseIf(), {value, a.in.build.call("is_nan", {value})});
}

// ---- numbers

Typed arithmetic(Application& a) {
  if (!promote(a)) return {};
  return typed(a.call(values(a)), a.arguments[0].type.dataType);
}

// Integers truncate and fail for a divisor of zero; doubles give an infinity and fail for 0 / 0 only.
Typed divide(Application& a) {
  if (!promote(a)) return {};
  DataType type = a.arguments[0].type.dataType;
  if (type == DataType::integer) return typed(a.call(values(a)), type);
  const ValueId divisor = withUnsignedZero(a.in, a.arguments[1].value);
  return typed(defined(a, a.in.build.call("div", {a.arguments[0].value, divisor})), type);
}

// min max sum product: missing arguments are left out.
Typed fold(Application& a) {
  if (!promote(a)) return {};
  DataType type = a.arguments[0].type.dataType;
  const auto only = a.arguments[0].value;
  if (a.arguments.size() == 1) return typed(a.in.canBeNan(only) ? defined(a, only) : only, type);
  if (a.arguments.size() == 2) return typed(a.call(values(a)), type);
  ir::Reduce reduce;
  std::string_view scalar = a.scalar;
  reduce.op = scalar == "min_skip"   ? ir::Reduce::min
              : scalar == "max_skip" ? ir::Reduce::max
              : scalar == "add_skip" ? ir::Reduce::sum
                                     : ir::Reduce::product;
  const bool grows = reduce.op == ir::Reduce::sum || reduce.op == ir::Reduce::product;
  reduce.skip = true, reduce.checked = grows && type == DataType::integer;
  const ValueId all = a.in.build.add(ir::Concat(), values(a)), result = a.in.build.add(reduce, {all});
  return typed(grows || a.in.canBeNan(all) ? defined(a, result) : result, type);
}

Typed statistic(Application& a) {
  if (!promote(a)) return {};
  ir::Reduce reduce;
  reduce.op = std::strcmp(a.scalar, "mean") == 0 ? ir::Reduce::mean : ir::Reduce::median;
  reduce.skip = true;
  ValueId result = defined(a, a.in.build.add(reduce, {a.in.build.add(ir::Concat(), values(a))}));
  return typed(result, numberType(elemOfValue(a.in, result)));
}

// 1 where the first is above the second, NaN above all other numbers.
Typed threshold(Application& a) {
  if (!promote(a)) return {};
  const Typed &x = a.arguments[0], &y = a.arguments[1];
  if (!a.in.canBeNan(x.value) && !a.in.canBeNan(y.value)) return arithmetic(a);
  const ValueId above = a.in.compare("gt", x, y, a.element);
  return typed(a.in.build.add(Cast(elemOfValue(a.in, x.value)), {above}), x.type.dataType);
}

Typed sameType(Application& a) { return arithmetic(a); }

// In double, of floats too.
Typed math(Application& a) {
  if (!promote(a, DataType::real)) return {};
  return typed(a.call(values(a)), DataType::real);
}

// The quotient is rounded down, so that of floats it must not round up to the next integer before.
Typed modulo(Application& a) {
  if (!promote(a)) return {};
  const DataType type = a.arguments[0].type.dataType;
  if (type == DataType::floating && !promote(a, DataType::real)) return {};
  Typed result = typed(a.call(values(a)), a.arguments[0].type.dataType);
  if (type == DataType::floating) result = typed(a.in.convert(result, typeOf(type), a.element), type);
  return result;
}

Typed toInteger(Application& a) {
  if (!promote(a)) return {};
  if (a.arguments[0].type.dataType == DataType::integer) return a.arguments[0];
  return typed(a.in.build.add(Cast(Elem::i64, Cast::checked), {a.in.build.call(a.scalar, values(a))}),
               DataType::integer);
}

// Of integers an integer where the exponent is known not to be negative.
Typed power(Application& a) {
  std::optional<std::string> exponent = a.arguments[1].literal;
  if (!promote(a)) return {};
  if (a.arguments[0].type.dataType != DataType::integer) return typed(a.call(values(a)), a.arguments[0].type.dataType);
  auto constant = exponent ? parseInteger(*exponent) : std::nullopt;
  if (a.in.options.jpmml || (constant && *constant >= 0)) return typed(a.in.build.call("ipow", values(a), true), DataType::integer);
  return math(a);
}

// x, mean and standard deviation; the standard ones leave the last two out. Undefined unless the deviation is above 0.
Typed normal(Application& a) {
  if (!promote(a, DataType::real)) return {};
  ir::Builder& build = a.in.build;
  auto operands = values(a);
  if (operands.size() == 1) {
    operands.push_back(build.number(0)), operands.push_back(build.number(1));
    return typed(a.call(std::move(operands)), DataType::real);
  }
  const ValueId above = build.call("gt", {operands[2], build.number(0)});
  const ValueId value = a.call(std::move(operands));
  if (!a.checked) return typed(build.add(ir::Select(), {above, value, build.number(std::nan(""))}), DataType::real);
  return typed(build.add(ir::RaiseIf(), {value, build.call("not", {above})}), DataType::real);
}

// ---- comparison and logic

Typed comparison(Application& a) {
  return typed(a.in.compare(a.scalar, a.arguments[0], a.arguments[1], a.element), DataType::boolean);
}

Typed logic(Application& a) {
  std::vector<ValueId> operands;
  for (auto& x : a.arguments) {
    operands.push_back(a.in.convert(x, typeOf(DataType::boolean), a.element));
    if (operands.back() == kNone) return {};
  }
  if (operands.size() == 1) return typed(a.in.build.call(a.scalar, operands), DataType::boolean);
  ValueId result = operands[0];
  for (size_t i = 1; i < operands.size(); i++) result = a.in.build.call(a.scalar, {result, operands[i]});
  return typed(result, DataType::boolean);
}

Typed test(Application& a) { return typed(a.in.build.call(a.scalar, {a.arguments[0].value}), DataType::boolean); }

// A missing value is neither valid nor invalid.
Typed isValid(Application& a) {
  const Typed& x = a.arguments[0];
  return typed(x.valid != kNone ? x.valid : a.in.build.call("is_present", {x.value}), DataType::boolean);
}
Typed isNotValid(Application& a) {
  const Typed& x = a.arguments[0];
  if (x.valid == kNone) return typed(a.in.build.boolean(false), DataType::boolean);
  return typed(a.in.build.call("and", {a.in.build.call("is_present", {x.value}), a.in.build.call("not", {x.valid})}),
               DataType::boolean);
}

// Membership is decided for a missing value too: it is in the list if the list has a missing value.
Typed isIn(Application& a) {
  auto& b = a.in.build;
  ValueId hit = kNone;
  auto either = [&](ValueId other) { hit = hit == kNone ? other : b.call("or", {hit, other}); };
  const Typed& x = a.arguments[0];
  if (!x) return {};
  std::vector<uint32_t> codes;
  bool isCode = elemOfValue(a.in, x.value) == Elem::cat;
  for (size_t i = 1; i < a.arguments.size(); i++) {
    const Typed& member = a.arguments[i];
    if (isCode && member.literal) {
      Field field;
      field.value = x.value, field.type = x.type;
      codes.push_back(a.in.label(field, *member.literal, a.element));
      if (codes.back() == kNone) return {};
      continue;
    }
    if (b.type(member.value).nullable)
      either(b.call("and", {b.call("is_missing", {x.value}), b.call("is_missing", {member.value})}));
    ValueId equal = a.in.compare("eq", x, member, a.element);
    if (equal == kNone) return {};
    either(b.add(ir::Coalesce(), {equal, b.boolean(false)}));
  }
  if (!codes.empty()) either(b.add(ir::Coalesce(), {a.in.isOneOf(x.value, codes), b.boolean(false)}));
  return typed(hit, DataType::boolean);
}
Typed isNotIn(Application& a) {
  Typed in = isIn(a);
  if (in) in.value = a.in.build.call("not", {in.value});
  return in;
}

Typed conditional(Application& a) {
  ValueId condition = a.in.convert(a.arguments[0], typeOf(DataType::boolean), a.element);
  Typed yes = a.arguments[1], no;
  if (a.arguments.size() == 3)
    no = a.arguments[2];
  else
    no.value = a.in.build.missing(ir::scalarType(Elem::f64)), no.anyType = true;
  if (condition == kNone || !yes || !no) return {};
  // Arms of which one only is a string are both text, unless the string is a Constant that the other's type can hold.
  bool yesText = yes.type.dataType == DataType::string, noText = no.type.dataType == DataType::string;
  if (!yes.anyType && !no.anyType && yesText != noText) {
    const Typed &text = yesText ? yes : no, &other = yesText ? no : yes;
    if (!text.literal || !Importer::parseValue(*text.literal, other.type))
      for (Typed* arm : {&yes, &no})
        *arm = typed(a.in.text(a.in.convert(*arm, typeOf(DataType::string), a.element)), DataType::string);
  }
  if (!a.in.unify(yes, no, a.element)) return {};
  Typed result;
  result.value = a.in.build.add(ir::Select(), {condition, yes.value, no.value});
  result.type = yes.type, result.anyType = yes.anyType;
  return result;
}

// ---- text

bool toText(Application& a) {
  for (Typed& x : a.arguments) {
    x.value = a.in.convert(x, typeOf(DataType::string), a.element);
    if (!x) return false;
    x = typed(a.in.text(x.value), DataType::string);
  }
  return true;
}

Typed textToText(Application& a) {
  if (!toText(a)) return {};
  return typed(a.in.build.call(a.scalar, values(a)), DataType::string);
}
Typed stringLength(Application& a) {
  if (!toText(a)) return {};
  return typed(a.in.build.call(a.scalar, values(a)), DataType::integer);
}
Typed substring(Application& a) {
  std::vector<ValueId> operands;
  ValueId text = a.in.convert(a.arguments[0], typeOf(DataType::string), a.element);
  if (text == kNone) return {};
  operands.push_back(a.in.text(text));
  for (size_t i = 1; i < 3; i++) {
    operands.push_back(a.in.convert(asNumber(a.in, a.arguments[i], a.element), typeOf(DataType::integer), a.element));
    if (operands.back() == kNone) return {};
  }
  return typed(a.in.build.call(a.scalar, operands), DataType::string);
}
// Missing parts are left out; nothing but missing parts is the empty string.
Typed concat(Application& a) {
  if (!toText(a)) return {};
  ValueId result = a.arguments[0].value;
  for (size_t i = 1; i < a.arguments.size(); i++) result = a.in.build.call(a.scalar, {result, a.arguments[i].value});
  return typed(a.in.build.add(ir::Coalesce(), {result, a.in.build.text("")}), DataType::string);
}

// ---- regular expressions

constexpr int64_t kLastYear = 9999;

// The text of argument i, which no row may change; reported if one does.
std::optional<std::string> constantText(Application& a, size_t i, const char* what) {
  if (!a.arguments[i]) return std::nullopt;
  auto text = foldedText(a.in, a.arguments[i], a.element);
  if (!text) a.in.unsupported(a.element, std::string(what) + " that is no Constant, or is missing", "what is made of Constants alone is one");
  return text;
}
ValueId textArgument(Application& a, size_t i) {
  ValueId value = a.in.convert(a.arguments[i], typeOf(DataType::string), a.element);
  return value == kNone ? kNone : a.in.text(value);
}

// Whether the pattern matches anywhere in the text.
Typed matches(Application& a) {
  auto pattern = constantText(a, 1, "a pattern");
  ValueId text = textArgument(a, 0);
  if (!pattern || text == kNone) return {};
  std::string why = regex::compile(*pattern)->error;
  if (!why.empty()) return a.in.refusePattern(a.element, "function", *pattern, false, why), Typed();
  ir::Matches node;
  node.pattern = *pattern;
  return typed(a.in.build.add(std::move(node), {text}), DataType::boolean);
}

Typed replace(Application& a) {
  auto pattern = constantText(a, 1, "a pattern"), replacement = constantText(a, 2, "a replacement");
  ValueId text = textArgument(a, 0);
  if (!pattern || !replacement || text == kNone) return {};
  std::string why = ir::Rules::refusal(*pattern, *replacement, false);
  if (!why.empty()) return a.in.refusePattern(a.element, "function", *pattern, false, why), Typed();
  ir::Rules rules;
  rules.patterns = {*pattern}, rules.replacements = {*replacement};
  ir::Rewrite node;
  node.table = a.in.build.table(std::move(rules), "replace");
  return typed(a.in.build.add(std::move(node), {text}), DataType::string);
}

// ---- patterns

template <class Pattern>
Typed formatted(Application& a, ir::Format node, ValueId x, const Pattern& parsed) {
  const std::string& why = parsed.error;
  if (!why.empty() && parsed.unsupported) return a.in.unsupported(a.element, "pattern '" + node.pattern + "'", why), Typed();
  if (!why.empty()) return a.in.invalid(a.element, "function", "pattern '" + node.pattern + "': " + why), Typed();
  if (x == kNone) return {};
  node.java = a.in.options.jpmml;
  return typed(a.in.build.add(std::move(node), {x}), DataType::string);
}
// By a pattern of C's printf.
Typed formatNumber(Application& a) {
  auto pattern = constantText(a, 1, "a pattern");
  Typed number = asNumber(a.in, a.arguments[0], a.element);
  if (!pattern || !number) return {};
  ir::Format node;
  node.pattern = *pattern;
  auto parts = ir::Format::parseNumber(*pattern);
  DataType type = parts.conversion == 'd' ? DataType::integer : DataType::real;
  if (type == DataType::integer && number.type.dataType != DataType::integer)
    number.value = a.in.failIf(number.value, a.in.build.boolean(true), KILN_UNDEFINED);
  const ValueId value = a.in.convert(number, typeOf(type), a.element);
  return formatted(a, node, value == kNone ? kNone : withUnsignedZero(a.in, value), parts);
}
// By a pattern of C's strftime, in the C locale.
Typed formatDatetime(Application& a) {
  auto pattern = constantText(a, 1, "a pattern");
  Typed moment = a.arguments[0];
  if (moment && moment.type.dataType == DataType::string)
    moment = typed(a.in.convert(moment, typeOf(DataType::dateTime), a.element), DataType::dateTime);
  if (!pattern || !moment) return {};
  if (moment.anyType) return typed(a.in.build.missing(ir::scalarType(Elem::str)), DataType::string);
  moment = typed(a.in.convert(moment, moment.type, a.element), moment.type.dataType);
  if (!moment) return {};
  Elem elem = elemOfValue(a.in, moment.value);
  if (elem != Elem::date && elem != Elem::time && elem != Elem::datetime)
    return a.in.invalid(a.element, "function", "needs a date, a time or a dateTime"), Typed();
  ir::Format node;
  node.pattern = *pattern, node.style = ir::Format::strftime;
  return formatted(a, node, moment.value, ir::Format::parseMoment(*pattern, elem));
}

// ---- dates

// Days from 1970 to the first of January of a year of the row. Years are counted from -400 on, so that quotients truncate.
ValueId daysToYear(Importer& in, ValueId year) {
  ir::Builder& build = in.build;
  const auto call = [&](const char* function, ValueId x, int64_t y) { return build.call(function, {x, build.integer(y)}); };
  const ValueId outside = build.call("or", {call("lt", year, 0), call("gt", year, kLastYear)});
  const ValueId before = call("add", build.add(ir::RaiseIf(), {year, outside}), 399);
  ValueId days = build.call("add", {call("mul", before, 365), call("div", before, 4)});
  days = build.call("sub", {days, call("div", before, 100)});
  days = build.call("add", {days, call("div", before, 400)});
  return call("sub", days, 146097 + 719162);   // 400 years; from the year 1 to 1970
}

Typed sinceYear(Application& a) {
  Typed date = a.arguments[0];
  if (!date) return {};
  if (date.type.dataType == DataType::string)
    date = typed(a.in.convert(date, typeOf(DataType::date), a.element), DataType::date);
  if (!date) return {};
  if (date.anyType) return typed(a.in.build.missing(ir::scalarType(Elem::i64)), DataType::integer);
  Elem elem = elemOfValue(a.in, date.value);
  if (elem != Elem::date && elem != Elem::datetime)
    return a.in.invalid(a.element, "function", "needs a date or a dateTime"), Typed();
  if (!a.arguments[1]) return {};
  const auto since = [&](int64_t year) { return a.in.build.call(a.scalar, {date.value}, false, {static_cast<double>(year)}); };
  if (const auto text = foldedText(a.in, a.arguments[1], a.element)) {
    const auto year = parseInteger(*text);
    if (!year || *year < 0 || *year > kLastYear) return a.in.invalid(a.element, "function", "'" + *text + "' is no year from 0 to 9999"), Typed();
    return typed(since(*year), DataType::integer);
  }
  if (a.arguments[1].anyType) return typed(a.in.build.missing(ir::scalarType(Elem::i64)), DataType::integer);
  const ValueId year = a.in.convert(a.arguments[1], typeOf(DataType::integer), a.element);
  if (year == kNone) return {};
  const int64_t unit = std::strcmp(a.scalar, "days_since") == 0 ? 1 : 86400;
  const ValueId before = a.in.build.call("mul", {daysToYear(a.in, year), a.in.build.integer(unit)});
  return typed(a.in.build.call("sub", {since(1970), before}), DataType::integer);
}
Typed sinceMidnight(Application& a) {
  Typed time = a.arguments[0];
  if (time && time.type.dataType == DataType::string)
    time = typed(a.in.convert(time, typeOf(DataType::time), a.element), DataType::time);
  if (!time) return {};
  if (time.anyType) return typed(a.in.build.missing(ir::scalarType(Elem::i64)), DataType::integer);
  Elem elem = elemOfValue(a.in, time.value);
  if (elem != Elem::time && elem != Elem::datetime)
    return a.in.invalid(a.element, "function", "needs a time or a dateTime"), Typed();
  return typed(a.in.build.call(a.scalar, {time.value}), DataType::integer);
}

// ---- the table

enum class MissingArgument : uint8_t { tolerate, raise };
constexpr MissingArgument tolerate = MissingArgument::tolerate, raise = MissingArgument::raise;

struct Function {
  const char* name;
  int since;
  size_t least, most;
  Typed (*how)(Application&);
  const char* scalar;
  MissingArgument missing;
};
constexpr Function kFunctions[] = {
#define FUNCTION(name, since, least, most, how, scalar, missing) {name, since, least, most, how, scalar, missing},
#include "frontends/pmml/functions.def"
#undef FUNCTION
};

const Function* findFunction(std::string_view name) {
  if (name.starts_with("x-")) name.remove_prefix(2);
  for (auto& f : kFunctions)
    if (name == f.name) return &f;
  return nullptr;
}

std::string versionName(int version) { return std::to_string(version / 10) + "." + std::to_string(version % 10); }

ValueId anyMissing(Importer& in, const std::vector<Typed>& arguments) {
  ValueId any = kNone;
  for (auto& x : arguments) {
    if (!in.build.type(x.value).nullable) continue;
    ValueId one = in.build.call("is_missing", {x.value});
    any = any == kNone ? one : in.build.call("or", {any, one});
  }
  return any;
}

// `text` as a value to stand in for the result; a fraction makes an integer result a double.
ValueId substitute(Importer& in, Typed& result, const std::string& text, const Element* e) {
  if (result.anyType) {
    result.type = typeOf(parseNumber(text) ? DataType::real : DataType::string), result.anyType = false;
    result.value = in.build.missing(ir::scalarType(elemOf(result.type.dataType)));
  }
  if (result.type.dataType == DataType::integer && !Importer::parseIntegral(text, result.type) && parseNumber(text))
    result = typed(in.convert(result, typeOf(DataType::real), e), DataType::real);
  return in.literalLike(text, result, e);
}

}  // namespace

// Whether the condition of an `if` or the arm that it chooses is missing: the other arm is no argument, and neither is
// one that is not there. kNone: never.
static ValueId missingChosen(Importer& in, const std::vector<Typed>& arguments, const Element* e) {
  ir::Builder& build = in.build;
  const auto missing = [&](size_t i) {
    if (i >= arguments.size() || !build.type(arguments[i].value).nullable) return build.boolean(false);
    return build.call("is_missing", {arguments[i].value});
  };
  const ValueId condition = in.convert(arguments[0], typeOf(DataType::boolean), e);
  const ValueId arm = build.add(ir::Select(), {condition, missing(1), missing(2)});
  return build.add(ir::Coalesce(), {arm, build.boolean(true)});
}

Typed Importer::apply(Scope& scope, const Element* e) {
  auto name = required(e, "function");
  auto treatment = choice(e, "invalidValueTreatment", {"returnInvalid", "asIs", "asMissing"}, 0);
  if (!name || !treatment || !onlyAttributes(e, {"function", "mapMissingTo", "defaultValue", "invalidValueTreatment"}))
    return {};
  auto ifMissing = attribute(e, "mapMissingTo"), otherwise = attribute(e, "defaultValue");
  if (version == 41 && ifMissing && !otherwise) otherwise.swap(ifMissing);  // so named when it was new

  const Function* builtin = findFunction(*name);
  auto own = functions.find(*name);
  if (!builtin && own == functions.end()) {
    invalid(e, "function", "no function of PMML, and no DefineFunction has this name");
    return {};
  }
  std::vector<Typed> arguments;
  bool ok = true;
  for (auto* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) {
    if (std::strcmp(c->Name(), "Extension") == 0) continue;
    arguments.push_back(expression(scope, c));
    ok &= static_cast<bool>(arguments.back());
  }
  if (!ok) return {};
  at(e);

  // Kept before the function changes them: mapMissingTo looks at the arguments as they are.
  ValueId missingArgument = anyMissing(*this, arguments);
  bool lazy = *name == "if";
  const std::vector<Typed> arms = lazy ? arguments : std::vector<Typed>();
  Typed result;
  if (!builtin) {
    result = callFunction(e, own->second, std::move(arguments));
  } else {
    if (arguments.size() < builtin->least || (builtin->most && arguments.size() > builtin->most))
      return invalid(e, "function",
                     "takes " + std::to_string(builtin->least) +
                         (builtin->most == builtin->least ? ""
                          : builtin->most                 ? " to " + std::to_string(builtin->most)
                                                          : " or more") +
                         " arguments, not " + std::to_string(arguments.size())),
             Typed();
    if (version < builtin->since && !name->starts_with("x-"))
      warn(e, "function '" + *name + "' came with PMML " + versionName(builtin->since) + ", the document says " +
                  versionName(version));
    Application application{*this, e, builtin->scalar, std::move(arguments), *treatment != 1};
    result = builtin->how(application);
    if (result && options.jpmml && builtin->missing == raise && missingArgument != kNone && !ifMissing) {
      ir::RaiseIf raiseIf;
      raiseIf.cause = KILN_MISSING_REQUIRED;
      result.value = build.add(raiseIf, {result.value, missingArgument});
    }
    if (result && lazy && !ifMissing) result.value = failIfMissing(result.value, arms[0].value);
  }
  if (!result) return {};
  result.literal.reset();
  result.valid = kNone;
  if (builtin && *treatment != 1 && result.type.dataType == DataType::integer && !result.anyType)
    result.value = fail32(result.value);

  if (*treatment == 2) {
    ir::Recover recover;
    recover.causes = KILN_UNDEFINED | KILN_TYPE_MISMATCH;
    result.value = build.add(recover, {result.value});
  }
  if (lazy && ifMissing) missingArgument = missingChosen(*this, arms, e);
  if (ifMissing && missingArgument != kNone) {
    ValueId value = substitute(*this, result, *ifMissing, e);
    if (value == kNone) return {};
    result.value = build.add(ir::Select(), {missingArgument, value, result.value});
  }
  if (otherwise) {
    ValueId value = substitute(*this, result, *otherwise, e);
    if (value == kNone) return {};
    result.value = build.add(ir::Coalesce(), {result.value, value});
  }
  return result;
}

}  // namespace kiln::pmml
