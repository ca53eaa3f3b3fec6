// Values in PMML's terms: the types of fields, literals written as text, conversion, strings as categories or as text.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/cells.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/support/number.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

using ir::Cast;
using ir::Dict;
using ir::Elem;

// ---- types

namespace {

struct TypeName {
  const char* name;
  DataType type;
};
constexpr TypeName kTypes[] = {
    {"string", DataType::string}, {"integer", DataType::integer},   {"float", DataType::floating},
    {"double", DataType::real},   {"boolean", DataType::boolean},   {"date", DataType::date},
    {"time", DataType::time},     {"dateTime", DataType::dateTime}, {"timeSeconds", DataType::timeSeconds}};

// "dateDaysSince[1960]" and its kin.
bool parseSince(std::string_view name, FieldType& type) {
  for (auto [prefix, dataType] : {std::pair<std::string_view, DataType>{"dateDaysSince[", DataType::daysSince},
                                  {"dateTimeSecondsSince[", DataType::secondsSince}}) {
    if (!name.starts_with(prefix) || !name.ends_with("]")) continue;
    auto year = parseInteger(name.substr(prefix.size(), name.size() - prefix.size() - 1));
    if (!year || *year < 0 || *year > 9999) return false;
    type.dataType = dataType, type.epoch = static_cast<int>(*year);
    return true;
  }
  return false;
}

bool isNumeric(DataType t) { return t == DataType::integer || t == DataType::floating || t == DataType::real; }
bool isCount(DataType t) {
  return t == DataType::daysSince || t == DataType::secondsSince || t == DataType::timeSeconds;
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

const char* dataTypeName(DataType type) {
  for (auto& t : kTypes)
    if (t.type == type) return t.name;
  return type == DataType::daysSince ? "dateDaysSince" : "dateTimeSecondsSince";
}

std::optional<FieldType> Importer::fieldType(const Element* e, const FieldType& fallback) {
  FieldType type = fallback;
  if (auto name = attribute(e, "dataType")) {
    auto known = std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto& t) { return *name == t.name; });
    if (known != std::end(kTypes)) {
      type.dataType = known->type;
    } else if (!parseSince(*name, type)) {
      invalid(e, "dataType", "no data type of PMML");
      return std::nullopt;
    }
    type.opType = type.dataType == DataType::string || type.dataType == DataType::boolean ? OpType::categorical
                                                                                          : OpType::continuous;
  }
  static const std::vector<const char*> kOpTypes = {"continuous", "categorical", "ordinal"};
  // No value depends on the optype of an OutputField with a dataType; exporters have written the name of a field there.
  const char* given = e->Attribute("optype");
  if (given && !std::strcmp(e->Name(), "OutputField") &&
      std::none_of(kOpTypes.begin(), kOpTypes.end(), [&](const char* known) { return !std::strcmp(known, given); })) {
    warn(e, std::string("optype='") + given + "' is none", "it is continuous, categorical or ordinal");
    return type;
  }
  auto op = choice(e, "optype", kOpTypes, static_cast<int>(type.opType));
  if (!op) return std::nullopt;
  type.opType = static_cast<OpType>(*op);
  return type;
}

// ---- dates

namespace {

// Days from 1970-01-01 of a day of the proleptic Gregorian calendar (years counted from March, in eras of 400).
int64_t daysFromCivil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400, yearOfEra = year - era * 400;
  int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

constexpr int64_t kDay = 86400ll * 1000000;  // in microseconds

// Days since 1970, microseconds since midnight or since 1970: as in a row.
std::optional<int64_t> parseMoment(std::string_view text, Elem elem) {
  ir::Datum datum;
  return ir::parseElement(text, elem, datum) ? std::optional<int64_t>(datum.i64) : std::nullopt;
}

}  // namespace

// ---- literals

std::optional<int64_t> Importer::parseIntegral(const std::string& raw, const FieldType& type) {
  std::string_view text = trimmed(raw);
  int64_t epoch = daysFromCivil(type.epoch, 1, 1);
  switch (type.dataType) {
    case DataType::boolean: {
      std::string lower(text);
      std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
      if (lower == "true" || lower == "false") return lower == "true";
      auto number = parseNumber(text);
      if (number && (*number == 0 || *number == 1)) return static_cast<int64_t>(*number);
      return std::nullopt;
    }
    case DataType::date:
      return parseMoment(text, Elem::date);
    case DataType::time:
      return parseMoment(text, Elem::time);
    case DataType::dateTime:
      return parseMoment(text, Elem::datetime);
    case DataType::daysSince:
      if (auto date = parseMoment(text, Elem::date)) return *date - epoch;
      return parseInteger(text);
    case DataType::secondsSince:
      if (auto moment = parseMoment(text, Elem::datetime)) return (*moment - epoch * kDay) / 1000000;
      return parseInteger(text);
    case DataType::timeSeconds:
      if (auto time = parseMoment(text, Elem::time)) return *time / 1000000;
      return parseInteger(text);
    default:
      break;
  }
  if (auto whole = parseInteger(text)) return whole;
  auto number = parseNumber(text);  // "4.0" is an integer
  if (number && *number == std::floor(*number) && std::abs(*number) < 9.2e18) return static_cast<int64_t>(*number);
  return std::nullopt;
}

uint8_t Importer::closedSides(const Element* interval, int closure) {
  const int open = (interval->Attribute("leftMargin") ? 0 : 1) | (interval->Attribute("rightMargin") ? 0 : 2);
  return static_cast<uint8_t>(closure | open);
}

std::optional<double> Importer::parseValue(const std::string& raw, const FieldType& type) {
  std::string_view text = trimmed(raw);
  if (type.dataType == DataType::real) return parseNumber(text);
  if (type.dataType == DataType::floating) {
    auto value = parseFloat(text);
    return value ? std::optional<double>(*value) : std::nullopt;
  }
  auto value = parseIntegral(raw, type);
  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

static bool noValue(Importer& importer, const Element* at, const std::string& text, const FieldType& type) {
  return importer.invalid(at, "", "'" + text + "' is not a value of type " + dataTypeName(type.dataType));
}

ValueId Importer::literal(const std::string& text, const FieldType& type, const Element* e) {
  if (type.dataType == DataType::string) return build.text(text);
  if (type.dataType == DataType::real || type.dataType == DataType::floating) {
    auto value = parseValue(text, type);
    if (!value) return noValue(*this, e, text, type), kNone;
    return type.dataType == DataType::real ? build.number(*value) : build.number32(*value);
  }
  auto value = parseIntegral(text, type);
  if (!value) return noValue(*this, e, text, type), kNone;
  return type.dataType == DataType::boolean ? build.boolean(*value != 0) : build.integer(*value, elemOf(type.dataType));
}

// Code of a label in a dict, by the dict's element type; appended if new. kNone if the text is no value of that type.
uint32_t Importer::addLabel(Dict& dict, const std::string& text, const FieldType& type) {
  if (dict.elem == Elem::str) return dict.add(text);
  if (ir::isFloat(dict.elem)) {
    auto value = parseValue(text, type);
    return value ? dict.add(*value) : kNone;
  }
  auto value = parseIntegral(text, type);
  return value ? dict.add(*value) : kNone;
}

ValueId Importer::literalLike(const std::string& text, const Typed& beside, const Element* e) {
  const ir::Type& type = build.type(beside.value);
  if (type.elem != Elem::cat) return literal(text, beside.type, e);
  ir::TableRef dict{type.dict};
  uint32_t code = addLabel(dict, text, beside.type);
  if (code == kNone) return noValue(*this, e, text, beside.type), kNone;
  return build.code(dict, code);
}

// ---- conversion

ValueId Importer::text(ValueId value) {
  const ir::Type& type = build.type(value);
  if (type.elem == Elem::str) return value;
  // The standard leaves the text of numbers open. Documents come from Java and Python, which both write 2.0.
  if (type.elem != Elem::cat) return build.add(Cast(Elem::str, Cast::java), {withUnsignedZero(*this, value)});
  ir::TableRef ref{type.dict};
  const Dict& dict = build.get<Dict>(ref);
  if (!dict.open) {
    ValueId label = build.add(Cast(dict.elem, Cast::label), {value});
    return dict.elem == Elem::str ? label : text(label);
  }
  auto input = openDicts.find(ref.id);
  if (input == openDicts.end()) throw ir::BuildError("text of an open dict that is no input's");
  textWanted.insert(input->second);
  return build.missing(ir::scalarType(Elem::str));
}

ValueId Importer::presentable(ValueId value) {
  const ir::Type& type = build.type(value);
  return type.elem == Elem::cat && build.get<Dict>({type.dict}).open ? text(value) : value;
}

// Strings to anything else, by the rules of a text cell.
static ValueId parseText(Importer& importer, ValueId text, const FieldType& to) {
  Elem elem = to.dataType == DataType::daysSince      ? Elem::date
              : to.dataType == DataType::secondsSince ? Elem::datetime
              : to.dataType == DataType::timeSeconds  ? Elem::time
                                                      : elemOf(to.dataType);
  ValueId value = importer.build.add(Cast(elem, Cast::checked), {text});
  double year = to.epoch;
  if (to.dataType == DataType::daysSince) return importer.build.call("days_since", {value}, false, {year});
  if (to.dataType == DataType::secondsSince) return importer.build.call("seconds_since", {value}, false, {year});
  if (to.dataType == DataType::timeSeconds) return importer.build.call("seconds_of_day", {value});
  return value;
}

ValueId Importer::convert(const Typed& from, const FieldType& to, const Element* e) {
  if (from.value == kNone) return kNone;
  Elem wanted = elemOf(to.dataType);
  if (from.anyType) return build.missing(ir::scalarType(wanted));
  ValueId value = from.value;
  Elem elem = build.type(value).elem;
  if (elem == Elem::cat) {
    elem = build.get<Dict>({build.type(value).dict}).elem;
    if (to.dataType == DataType::string) return elem == Elem::str ? value : text(value);
    if (elem == Elem::str)
      value = text(value);
    else
      value = build.add(Cast(elem, Cast::label), {value});
  }
  if (to.dataType == DataType::string) return text(value);
  if (elem == Elem::str) return from.literal ? literal(*from.literal, to, e) : parseText(*this, value, to);

  DataType source = from.type.dataType;
  double year = to.epoch;
  bool day = elem == Elem::date || elem == Elem::datetime;
  if (to.dataType == DataType::daysSince && day) return build.call("days_since", {value}, false, {year});
  if (to.dataType == DataType::secondsSince && day) return build.call("seconds_since", {value}, false, {year});
  if (to.dataType == DataType::timeSeconds && (elem == Elem::time || elem == Elem::datetime))
    return build.call("seconds_of_day", {value});
  if (isCount(to.dataType) && source == to.dataType && from.type.epoch != to.epoch && source != DataType::timeSeconds) {
    int64_t days = daysFromCivil(from.type.epoch, 1, 1) - daysFromCivil(to.epoch, 1, 1);
    return build.call("add", {value, build.integer(source == DataType::daysSince ? days : days * 86400)}, true);
  }
  if (elem == wanted) return value;
  bool plainFrom = ir::isNumber(elem) || elem == Elem::boolean,
       plainTo = ir::isNumber(wanted) || wanted == Elem::boolean;
  if (!plainFrom || !plainTo)
    return unsupported(e, std::string("conversion from ") + dataTypeName(source) + " to " + dataTypeName(to.dataType)),
           kNone;
  // Numbers that an integer or boolean cannot hold fail the value; rounding to float or double is what the type asks
  // for.
  bool narrows = wanted == Elem::boolean || (ir::isInteger(wanted) && ir::isFloat(elem));
  return build.add(Cast(wanted, narrows ? Cast::checked : Cast::saturate), {value});
}

// ---- two values of one type

bool Importer::unify(Typed& a, Typed& b, const Element* e) {
  if (!a || !b) return false;
  if (a.anyType && b.anyType) return true;
  if (a.anyType || b.anyType) {
    Typed &any = a.anyType ? a : b, &other = a.anyType ? b : a;
    any.value = build.missing(build.type(other.value).scalar());
    any.type = other.type, any.anyType = false;
    return true;
  }
  bool aText = a.type.dataType == DataType::string, bText = b.type.dataType == DataType::string;
  if (aText || bText) {
    // A Constant takes the type of what it stands beside, whatever it looks like.
    if (b.literal && !(aText && bText && a.literal))
      b.value = literalLike(*b.literal, a, e), b.type = a.type;
    else if (a.literal && !b.literal)
      a.value = literalLike(*a.literal, b, e), a.type = b.type;
    else if (aText != bText)
      return invalid(e, "",
                     std::string("a ") + dataTypeName(a.type.dataType) + " and a " + dataTypeName(b.type.dataType) +
                         " do not go together");
    if (!a || !b) return false;
    if (a.type.dataType != DataType::string) return true;
    ir::Type ta = build.type(a.value), tb = build.type(b.value);
    if (ta.elem != tb.elem || ta.dict != tb.dict) a.value = text(a.value), b.value = text(b.value);
    return true;
  }
  a.value = convert(a, a.type, e), b.value = convert(b, b.type, e);  // labels of numbers to the numbers
  DataType ta = a.type.dataType, tb = b.type.dataType;
  if (elemOf(ta) == elemOf(tb)) return a.value != kNone && b.value != kNone;
  if (a.literal && !isNumeric(tb)) return a.value = literal(*a.literal, b.type, e), a.type = b.type, a.value != kNone;
  if (b.literal && !isNumeric(ta)) return b.value = literal(*b.literal, a.type, e), b.type = a.type, b.value != kNone;
  auto plain = [](DataType t) { return isNumeric(t) || isCount(t) || t == DataType::boolean; };
  if (!plain(ta) || !plain(tb))
    return invalid(e, "", std::string("a ") + dataTypeName(ta) + " and a " + dataTypeName(tb) + " do not go together");
  FieldType common;
  bool real = ta == DataType::real || tb == DataType::real,
       floating = ta == DataType::floating || tb == DataType::floating;
  common.dataType = real ? DataType::real : floating ? DataType::floating : DataType::integer;
  a.value = convert(a, common, e), b.value = convert(b, common, e);
  a.type = b.type = common;
  return a.value != kNone && b.value != kNone;
}

// Functions that have no value for some numbers.
static bool makesNanOfNumbers(std::string_view function) {
  for (const char* name : {"div", "mod_floor", "pow", "sqrt", "log", "log1p", "log2", "log10", "asin", "acos", "norm_icdf"})
    if (function == name) return true;
  return false;
}

static bool isNanTest(const ir::Node& node, ValueId of) {
  auto* call = node.op->to<ir::Call>();
  return call && std::strcmp(call->function->name, "is_nan") == 0 && node.operands[0] == of;
}

bool Importer::canBeNan(ValueId value) {
  const ir::Pipeline& pipeline = build.pipeline();
  while (nan_.size() <= value) {
    const auto v = static_cast<ValueId>(nan_.size());
    const ir::Node& node = pipeline.producer(v);
    bool can = false;
    if (!ir::isFloat(pipeline.type(v).elem)) {
    } else if (auto* input = node.op->to<ir::Input>()) {
      can = input->nan == ir::Input::value;
    } else if (auto* constant = node.op->to<ir::Const>()) {
      can = constant->number && std::isnan(*constant->number);
    } else if (auto* call = node.op->to<ir::Call>()) {
      can = makesNanOfNumbers(call->function->name);
      for (ValueId operand : node.operands) can = can || nan_[operand];
      can = can && !call->checked;
    } else if (node.op->to<ir::RaiseIf>() && isNanTest(pipeline.producer(node.operands[1]), node.operands[0])) {
      can = false;
    } else {
      for (ValueId operand : node.operands) can = can || nan_[operand];
    }
    nan_.push_back(can);
  }
  return nan_[value];
}

// a < b and a <= b of numbers that may be NaN; a == b likewise.
static ValueId orderedWithNan(Importer& importer, const std::string& function, ValueId a, ValueId b) {
  ir::Builder& build = importer.build;
  if (function == "ne") return build.call("not", {orderedWithNan(importer, "eq", a, b)});
  if (function == "gt") return orderedWithNan(importer, "lt", b, a);
  if (function == "ge") return orderedWithNan(importer, "le", b, a);
  const bool nanA = importer.canBeNan(a), nanB = importer.canBeNan(b);
  const auto isNan = [&](ValueId x) { return build.call("is_nan", {x}); };
  ValueId result = build.call(function.c_str(), {a, b});
  if (!nanB) return result;
  if (function == "le") return build.call("or", {result, isNan(b)});
  const ValueId both = nanA ? build.call("and", {isNan(a), isNan(b)}) : isNan(b);
  if (function == "eq") return nanA ? build.call("or", {result, both}) : result;
  const ValueId above = nanA ? build.call("and", {build.call("not", {isNan(a)}), isNan(b)}) : isNan(b);
  return build.call("or", {result, above});
}

namespace {

// Whether a row may have a label here that is none of the dict's: those share one code, whatever they are.
bool canBeOther(Importer& in, ValueId value) {
  const ir::Type& type = in.build.type(value);
  return type.elem == Elem::cat && in.build.get<Dict>({type.dict}).open && !in.build.pipeline().producer(value).op->to<ir::Const>();
}

}  // namespace

ValueId Importer::compare(const char* function, Typed a, Typed b, const Element* e) {
  const bool equality = std::strcmp(function, "eq") == 0 || std::strcmp(function, "ne") == 0;
  if (!equality && (a.order.id != kNone || b.order.id != kNone)) return compareRanks(function, a, b, e);
  if (!unify(a, b, e)) return kNone;
  if (canBeOther(*this, a.value) && canBeOther(*this, b.value)) a.value = text(a.value), b.value = text(b.value);
  if (a.anyType) return build.missing(ir::scalarType(Elem::boolean));
  if (canBeNan(a.value) || canBeNan(b.value)) return orderedWithNan(*this, function, a.value, b.value);
  if (equality) return build.call(function, {a.value, b.value});
  ir::Type type = build.type(a.value);
  bool text = type.elem == Elem::str || type.elem == Elem::cat;
  if (text) {
    bool ordered = type.elem == Elem::cat && build.get<Dict>({type.dict}).ordered;
    if (ordered) a.value = ranked(a.value), b.value = ranked(b.value);
    if (!ordered || !a || !b)
      return unsupported(e, "order among strings that are no declared values of an ordinal field"), kNone;
  }
  return build.call(function, {a.value, b.value});
}

// ---- categories

ValueId Importer::codes(Field& field) {
  if (field.order.id != kNone) {
    field.dict = field.order;
    return field.codes = field.codes == kNone ? encoded(field.value, field.order) : field.codes;
  }
  if (build.type(field.value).elem == Elem::cat) {
    field.dict = {build.type(field.value).dict};
    return field.codes = field.value;
  }
  if (field.codes != kNone) return field.codes;
  Dict dict;
  dict.elem = build.type(field.value).elem;
  dict.open = true;
  field.dict = build.table(std::move(dict), field.name);
  ir::Encode encode;
  encode.dict = field.dict;
  return field.codes = build.add(std::move(encode), {field.value}, field.name);
}

uint32_t Importer::label(Field& field, const std::string& text, const Element* e) {
  codes(field);
  return addLabel(field, text, e);
}

uint32_t Importer::addLabel(ir::TableRef table, const std::string& text, const FieldType& type) {
  Dict& dict = build.get<Dict>(table);
  const uint32_t before = dict.size(), code = addLabel(dict, text, type);
  comparedOtherLabel = comparedOtherLabel || (dict.size() > before && classTables.count(table.id));
  return code;
}

uint32_t Importer::addLabel(const Field& field, const std::string& text, const Element* e) {
  uint32_t code = addLabel(field.dict, text, field.type);
  if (code == kNone && e) noValue(*this, e, text, field.type);
  return code;
}

ValueId Importer::isOneOf(ValueId value, std::vector<uint32_t> codes) {
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  auto [cached, isNew] = sets_.emplace(codes, ir::TableRef());
  if (isNew) {
    ir::Lookup lookup;
    lookup.elem = Elem::boolean;
    uint32_t size = codes.empty() ? 1 : codes.back() + 1;
    lookup.sizes = {size};
    lookup.integers.assign(size + 1, 0);  // one more: every other code
    for (uint32_t c : codes) lookup.integers[c] = 1;
    lookup.defaultRow = size;
    cached->second = build.table(std::move(lookup), "set");
  }
  ir::LookupNode node;
  node.table = cached->second;
  return build.add(std::move(node), {value});
}

}  // namespace kiln::pmml
