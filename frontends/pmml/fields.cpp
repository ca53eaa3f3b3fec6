// Fields: the DataDictionary, a model's MiningSchema with its treatment of missing, invalid and outlying values,
// targets.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/support/number.h"
#include "frontends/pmml/import.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using ir::Dict;
using ir::Prepare;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool isTarget(const Element* miningField) {
  const char* usage = miningField->Attribute("usageType");
  return usage && (std::strcmp(usage, "target") == 0 || std::strcmp(usage, "predicted") == 0);
}

// Whether two MiningFields treat values alike.
bool sameTreatment(const Element* a, const Element* b) {
  if (!a || !b) return a == b;
  for (const char* name : {"outliers", "lowValue", "highValue", "missingValueReplacement", "missingValueTreatment",
                           "invalidValueTreatment", "invalidValueReplacement"}) {
    const char *x = a->Attribute(name), *y = b->Attribute(name);
    if ((x == nullptr) != (y == nullptr) || (x && std::strcmp(x, y) != 0)) return false;
  }
  return true;
}

}  // namespace

// Builds the treatment of one field: what the DataField declares, what the MiningField asks for.
struct Fields {
  Importer& in;
  Field& field;
  const Element* dataField;    // null: a field that is not in the DataDictionary
  const Element* miningField;  // null: the default treatment
  Prepare prepare = {};
  std::vector<std::string> invalidValues = {}, missingLabels = {};
  bool nanIsMissing = false;
  bool ok = true;

  bool isText() const { return field.type.dataType == DataType::string; }
  bool isCode() const { return field.dict.id != kNone; }

  // A value of the field as Prepare holds it: text, a code, or a number.
  std::optional<double> constant(const Element* e, const char* attribute, const std::string& text,
                                 std::string& textOut) {
    if (isText() && !isCode()) return textOut = text, 0.0;
    if (isText()) return in.build.get<Dict>(field.dict).add(text);
    auto value = Importer::parseValue(text, field.type);
    if (!value)
      ok = in.invalid(e, attribute, "'" + text + "' is not a value of type " + dataTypeName(field.type.dataType));
    return value;
  }

  void addValue(const Element* e, std::vector<double>& numbers, std::vector<std::string>& texts,
                const std::string& text) {
    std::string asText;
    auto value = constant(e, "value", text, asText);
    if (!value) return;
    if (isText() && !isCode())
      texts.push_back(asText);
    else
      numbers.push_back(*value);
  }

  // Value elements: valid ones first, so that the codes of an ordinal field are its ranks.
  void readValues() {
    for (int wanted = 0; wanted < 3 && ok; wanted++)
      for (auto* e = dataField->FirstChildElement("Value"); e && ok; e = e->NextSiblingElement("Value")) {
        auto property = in.choice(e, "property", {"valid", "invalid", "missing"}, 0);
        auto value = in.required(e, "value");
        if (!property || !value) return void(ok = false);
        if (*property != wanted) continue;
        if (!in.onlyAttributes(e, {"value", "displayValue", "property"})) return void(ok = false);
        if (wanted == 0) addValue(e, prepare.validValues, prepare.validTexts, *value);
        // A text that is no value of the type is invalid as it is.
        if (wanted == 1 && (isText() || Importer::parseValue(*value, field.type))) invalidValues.push_back(*value);
        auto number = wanted == 2 && !isText() ? Importer::parseValue(*value, field.type) : std::optional<double>(0);
        if (!number)
          in.warn(
              e,
              "'" + *value + "' stands for missing, but no " + dataTypeName(field.type.dataType) + " field can hold it",
              "give an empty cell instead");
        else if (std::isnan(*number))
          nanIsMissing = true;
        else if (wanted == 2)
          missingLabels.push_back(*value), addValue(e, prepare.missingValues, prepare.missingTexts, *value);
      }
    if (prepare.validValues.size() + prepare.validTexts.size() > in.options.limits.categories)
      ok = in.invalid(dataField, "", "more than " + std::to_string(in.options.limits.categories) + " categories",
                      "raise the limit with --max-categories");
  }

  void readIntervals() {
    for (auto* e = dataField->FirstChildElement("Interval"); e && ok; e = e->NextSiblingElement("Interval")) {
      auto closure = in.choice(e, "closure", {"openOpen", "closedOpen", "openClosed", "closedClosed"}, -1);
      if (!closure || *closure < 0 || !in.onlyAttributes(e, {"closure", "leftMargin", "rightMargin"})) {
        if (closure && *closure < 0) in.missing(e, "closure");
        return void(ok = false);
      }
      if (isText()) return void(ok = in.invalid(e, "", "the values of a string field have no intervals"));
      double margins[2] = {-kInfinity, kInfinity};
      const char* names[2] = {"leftMargin", "rightMargin"};
      for (int i = 0; i < 2; i++)
        if (auto text = in.attribute(e, names[i])) {
          // Margins are compared as numbers, not rounded to the field's type.
          FieldType type = field.type;
          if (type.dataType == DataType::integer || type.dataType == DataType::floating) type.dataType = DataType::real;
          auto value = Importer::parseValue(*text, type);
          if (!value || std::isnan(*value)) return void(ok = in.invalid(e, names[i], "not a value of the field's type"));
          margins[i] = *value;
        }
      prepare.intervalLow.push_back(margins[0]), prepare.intervalHigh.push_back(margins[1]);
      prepare.intervalClosed.push_back(Importer::closedSides(e, *closure));
    }
  }

  void readTreatment() {
    const Element* m = miningField;
    auto invalid = in.choice(m, "invalidValueTreatment", {"returnInvalid", "asIs", "asMissing", "asValue"}, 0);
    auto missing =
        in.choice(m, "missingValueTreatment", {"asIs", "asMean", "asMode", "asMedian", "asValue", "returnInvalid"}, 0);
    auto outliers = in.choice(m, "outliers", {"asIs", "asMissingValues", "asExtremeValues"}, 0);
    if (!invalid || !missing || !outliers) return void(ok = false);
    prepare.invalid = static_cast<Prepare::Invalid>(*invalid);
    if (auto text = in.attribute(m, "invalidValueReplacement")) {
      // Before 4.4 there was no asValue: asIs with a replacement meant it.
      if (prepare.invalid == Prepare::asIs) prepare.invalid = Prepare::asValue;
      if (prepare.invalid == Prepare::asValue)
        prepare.invalidValue = constant(m, "invalidValueReplacement", *text, prepare.invalidText).value_or(0);
      else
        in.warn(m, "invalidValueReplacement has no effect under invalidValueTreatment='" +
                       in.attribute(m, "invalidValueTreatment").value_or("returnInvalid") + "'");
    } else if (prepare.invalid == Prepare::asValue) {
      ok = in.missing(m, "invalidValueReplacement");
    }
    if (*missing == 5) {
      prepare.missing = Prepare::failMissing;
      if (m->Attribute("missingValueReplacement"))
        in.warn(m, "missingValueReplacement has no effect under missingValueTreatment='returnInvalid'");
    } else if (auto text = in.attribute(m, "missingValueReplacement")) {
      prepare.missing = Prepare::replace;
      prepare.missingValue = constant(m, "missingValueReplacement", *text, prepare.missingText).value_or(0);
    }
    if (*outliers == 0) return;
    if (isText() || field.type.dataType == DataType::boolean)
      return void(ok = in.invalid(m, "outliers", "only numbers have outliers"));
    prepare.outlier = static_cast<Prepare::Outlier>(*outliers);
    prepare.low = -kInfinity, prepare.high = kInfinity;
    std::string unused;
    if (auto text = in.attribute(m, "lowValue")) prepare.low = constant(m, "lowValue", *text, unused).value_or(0);
    if (auto text = in.attribute(m, "highValue")) prepare.high = constant(m, "highValue", *text, unused).value_or(0);
    if (ok && prepare.low > prepare.high) ok = in.invalid(m, "lowValue", "is above highValue");
  }

  // Limits are compared as numbers.
  bool hasOutliersWithoutOrder() const {
    return prepare.outlier != Prepare::outlierAsIs && field.order.id != kNone &&
           !in.unsupported(miningField, "outliers of an ordinal field whose Values are not declared in the order of their numbers");
  }
  bool hasSet() const {
    return !prepare.validValues.empty() || !prepare.validTexts.empty() || !prepare.intervalLow.empty();
  }
  bool hasEffect() const {
    return hasSet() || !prepare.missingValues.empty() || !prepare.missingTexts.empty() || !invalidValues.empty() ||
           prepare.missing != Prepare::keep || prepare.outlier != Prepare::outlierAsIs ||
           prepare.invalid != Prepare::failInvalid;
  }

  void read() {
    if (dataField) readValues(), readIntervals();
    // Where there are valid Values, these are all.
    if (ok && !prepare.validValues.empty() && !prepare.intervalLow.empty()) {
      in.warn(dataField->FirstChildElement("Interval"), "field '" + field.name + "' has valid Values, which are all that is valid: its Intervals have no effect");
      prepare.intervalLow.clear(), prepare.intervalHigh.clear(), prepare.intervalClosed.clear();
    }
    if (in.options.jpmml && dataField && field.type.dataType == DataType::integer && !hasSet()) {
      prepare.intervalLow = {static_cast<double>(INT32_MIN)}, prepare.intervalHigh = {static_cast<double>(INT32_MAX)};
      prepare.intervalClosed = {3};
    }
    if (miningField && ok) readTreatment();
    prepare.closed = hasSet();
    prepare.fieldIndex = field.input;
  }

  // JPMML ends the row for what is missing itself, not for what its other treatments make missing.
  bool failMissingOnly(ValueId& x) {
    std::vector<uint32_t> codes;
    for (auto& text : missingLabels) codes.push_back(in.label(field, text, dataField));
    if (std::find(codes.begin(), codes.end(), kNone) != codes.end()) return ok = false;
    ValueId fails = in.build.call("is_missing", {x});
    if (!codes.empty()) fails = in.build.call("or", {fails, in.isOneOf(in.codes(field), codes)});
    field.codes = kNone;  // those of the value before its treatment
    ir::RaiseIf raise;
    raise.cause = KILN_MISSING_REQUIRED, raise.fieldIndex = field.input;
    x = in.build.add(raise, {x, fails});
    prepare.missing = Prepare::keep, prepare.missingValues.clear(), prepare.missingTexts.clear();
    return true;
  }

  // `x` is the value before the treatment. Sets field.value and field.valid, returns the notes, kNone without
  // treatment.
  ValueId build(ValueId x) {
    field.value = x, field.valid = kNone;
    if (!hasEffect()) return kNone;
    if (in.options.jpmml && prepare.missing == Prepare::failMissing && !failMissingOnly(x)) return kNone;
    ValueId forbidden = kNone;
    if (!invalidValues.empty()) {
      std::vector<uint32_t> codes;
      for (auto& text : invalidValues) codes.push_back(in.label(field, text, dataField));
      if (std::find(codes.begin(), codes.end(), kNone) != codes.end()) return ok = false, kNone;
      forbidden = in.isOneOf(in.codes(field), codes);
      field.codes = kNone;  // those of the value before its treatment
      ir::RaiseIf raise;
      raise.cause = KILN_INVALID_VALUE, raise.fieldIndex = field.input;
      if (prepare.invalid != Prepare::asIs) x = in.build.add(raise, {x, forbidden});
    }
    bool keepsInvalid = prepare.invalid == Prepare::asIs;
    auto results = in.build.addAll(Prepare(prepare), {x}, field.name);
    field.value = results[0];
    if (keepsInvalid && forbidden != kNone && prepare.outlier != Prepare::outlierAsIs)   // an invalid value is no outlier
      field.value = in.build.add(ir::Select(), {in.build.add(ir::Coalesce(), {forbidden, in.build.boolean(false)}), x, field.value});
    if (keepsInvalid && (hasSet() || forbidden != kNone)) {
      ValueId valid = results[1];
      if (forbidden != kNone) valid = in.build.call("and", {valid, in.build.call("not", {forbidden})});
      const ValueId replaced = in.build.call("eq", {results[2], in.build.integer(KILN_REPLACED_MISSING, ir::Elem::i32)});
      field.valid = in.build.call("and", {in.build.call("is_present", {field.value}), in.build.call("or", {valid, replaced})});
    }
    return results[2];
  }

  // The same for a list, item by item. Where a list ends and where an item is missing look alike, so nothing can stand for
  // missing items.
  ValueId buildList(ValueId x) {
    field.value = x, field.valid = kNone;
    const auto refuse = [&](const char* what) {
      return ok = in.unsupported(miningField ? miningField : dataField, std::string(what) + " of a field with a value for each row of a group"),
             kNone;
    };
    if (prepare.missing != Prepare::keep) return refuse("a treatment of missing values");
    if (prepare.invalid == Prepare::asValue) return refuse("invalidValueTreatment='asValue'");
    if (!prepare.missingTexts.empty() || !prepare.missingValues.empty() || !invalidValues.empty())
      return refuse("values that stand for missing or invalid");
    // Where labels are codes, a closed dict has refused the others.
    if (hasSet() && !isCode() && prepare.invalid != Prepare::asIs) {
      if (isText()) return refuse("a set of valid texts");
      const ValueId valid = validItems(x);
      if (prepare.invalid == Prepare::asMissing) {
        x = in.build.add(ir::Select(), {valid, x, in.build.missing(in.build.type(x).scalar())});
      } else {
        ir::Reduce any;
        any.op = ir::Reduce::any, any.skip = true;
        ir::RaiseIf raise;
        raise.cause = KILN_INVALID_VALUE, raise.fieldIndex = field.input;
        x = in.build.add(raise, {x, in.build.add(std::move(any), {in.build.call("not", {valid})})});
      }
    }
    if (prepare.outlier != Prepare::outlierAsIs) x = inlyingItems(x);
    return field.value = x, kNone;
  }
  ValueId limit(double value, ir::Elem elem) {
    return in.build.add(ir::Cast(elem), {in.build.number(value)});
  }
  ValueId asReal(ValueId x) {
    return in.build.type(x).elem == ir::Elem::f64 ? x : in.build.add(ir::Cast(ir::Elem::f64), {x});
  }
  ValueId validItems(ValueId items) {
    const ValueId x = asReal(items);
    ValueId valid = kNone;
    const auto either = [&](ValueId one) { valid = valid == kNone ? one : in.build.call("or", {valid, one}); };
    for (double v : prepare.validValues) either(in.build.call("eq", {x, in.build.number(v)}));
    for (size_t i = 0; i < prepare.intervalLow.size(); i++) {
      const bool low = prepare.intervalClosed[i] & 1, high = prepare.intervalClosed[i] & 2;
      either(in.build.call("and", {in.build.call(low ? "ge" : "gt", {x, in.build.number(prepare.intervalLow[i])}),
                                   in.build.call(high ? "le" : "lt", {x, in.build.number(prepare.intervalHigh[i])})}));
    }
    return valid;
  }
  ValueId inlyingItems(ValueId x) {
    const ValueId real = asReal(x);
    const ValueId below = in.build.call("lt", {real, in.build.number(prepare.low)}),
                  above = in.build.call("gt", {real, in.build.number(prepare.high)});
    const ir::Type type = in.build.type(x).scalar();
    const bool clips = prepare.outlier == Prepare::clip;
    x = in.build.add(ir::Select(), {below, clips ? limit(prepare.low, type.elem) : in.build.missing(type), x});
    return in.build.add(ir::Select(), {above, clips ? limit(prepare.high, type.elem) : in.build.missing(type), x});
  }

  std::string number(double value, const std::string& asText) {
    if (isText())
      return "'" + (isCode() ? in.build.get<Dict>(field.dict).labelText(static_cast<uint32_t>(value)) : asText) + "'";
    return formatNumber(value);
  }
  std::string describe() {
    const char* fails = "ends the row";
    std::string text = "missing: ";
    text += prepare.missing == Prepare::replace ? "replaced by " + number(prepare.missingValue, prepare.missingText)
            : prepare.missing == Prepare::failMissing ? fails
                                                      : "stays missing";
    text += "; invalid: ";
    switch (prepare.invalid) {
      case Prepare::failInvalid:
        text += fails;
        break;
      case Prepare::asIs:
        text += "kept";
        break;
      case Prepare::asMissing:
        text += "becomes missing";
        break;
      case Prepare::asValue:
        text += "replaced by " + number(prepare.invalidValue, prepare.invalidText);
        break;
    }
    if (prepare.outlier == Prepare::outlierAsIs) return text;
    text += "; below " + formatNumber(prepare.low) + " or above " + formatNumber(prepare.high) + ": ";
    return text + (prepare.outlier == Prepare::clip ? "set to that limit" : "becomes missing");
  }
};

// ---- inputs

namespace {

// Dates that count from a year come in as dates.
ir::Elem inputElem(const FieldType& type) {
  switch (type.dataType) {
    case DataType::daysSince:
      return ir::Elem::date;
    case DataType::secondsSince:
      return ir::Elem::datetime;
    case DataType::timeSeconds:
      return ir::Elem::time;
    default:
      return elemOf(type.dataType);
  }
}

// An integer field whose missing values are replaced by a fraction (a mean, as a rule) goes on as double.
bool widen(Importer& in, Field& field, const Element* miningField) {
  auto text = in.attribute(miningField, "missingValueReplacement");
  if (field.type.dataType != DataType::integer || !text || Importer::parseIntegral(*text, field.type) ||
      !parseNumber(*text))
    return false;
  in.warn(miningField, "missing values of integer field '" + field.name +
                           "' are replaced by a fraction; it is computed with as a double");
  field.type.dataType = DataType::real;
  return true;
}

// Dates that count from a year, as counts.
ValueId counted(Importer& in, const FieldType& type, ValueId x) {
  double year = type.epoch;
  if (type.dataType == DataType::daysSince) return in.build.call("days_since", {x}, false, {year});
  if (type.dataType == DataType::secondsSince) return in.build.call("seconds_since", {x}, false, {year});
  return type.dataType == DataType::timeSeconds ? in.build.call("seconds_of_day", {x}) : x;
}

bool hasUsage(const Element* miningField, const char* usage) {
  const char* own = miningField->Attribute("usageType");
  return own && std::strcmp(own, usage) == 0;
}
// Where rows are grouped, every field that does not say how has a value for each row.
bool isList(Importer& in, const Field& field, const Element* miningField) {
  return !in.groups.empty() && !in.groups.count(field.name) && (!isTarget(miningField) || field.name == in.itemField);
}

// The treatment of an input, and the check that ends the row.
bool checkInput(Fields& fields, ValueId x, bool list) {
  Importer& in = fields.in;
  Field& field = fields.field;
  in.at(fields.miningField);
  ValueId notes = list ? fields.buildList(x) : fields.build(x);
  if (!fields.ok) return field.value = kNone, false;
  std::vector<ValueId> checked = {field.value};
  if (notes != kNone) checked.push_back(notes);
  field.value = in.build.add(ir::Check(), std::move(checked), field.name);
  in.declareOrder(field, fields.dataField);
  return !fields.hasOutliersWithoutOrder();
}

// The input node, its treatment and its check; JPMML looks only at fields that something reads.
bool buildInput(Importer& in, Field& field, const Element* dataField, const Element* miningField, bool isRead) {
  in.at(miningField);
  field.input = in.inputs;
  Fields fields{in, field, dataField, miningField};
  bool code = field.type.dataType == DataType::string && !in.textInputs.count(field.name);
  if (code) {
    field.dict = in.build.table(Dict(), field.name);
    in.openDicts.emplace(field.dict.id, field.name);
  }
  ir::Elem elem = code ? ir::Elem::cat : inputElem(field.type);
  bool widened = widen(in, field, miningField);
  fields.read();
  if (!fields.ok) return false;

  ir::Input input;
  input.field = field.name;
  input.elem = elem;
  input.dict = field.dict;
  input.opType = static_cast<ir::Input::OpType>(field.type.opType);
  if (fields.nanIsMissing)
    input.nan = ir::Input::missing;
  else if (fields.prepare.invalid == Prepare::asIs)
    input.nan = ir::Input::value;
  input.description = fields.describe();
  auto &low = fields.prepare.intervalLow, &high = fields.prepare.intervalHigh;
  if (!low.empty())
    input.low = *std::min_element(low.begin(), low.end()), input.high = *std::max_element(high.begin(), high.end());
  if (code) {
    // Where only declared values get past the treatment, every label is known.
    auto& dict = in.build.get<Dict>(field.dict);
    dict.open = !fields.hasSet() || fields.prepare.invalid == Prepare::asIs;
    dict.ordered = field.type.opType == OpType::ordinal && fields.hasSet();
    if (dict.ordered) in.ranks[field.dict.id] = static_cast<uint32_t>(fields.prepare.validValues.size());
  }
  bool list = isList(in, field, miningField);
  if (list) input.list = static_cast<uint32_t>(in.options.limits.listItems), field.list = input.list;
  if (list) input.dropInvalid = fields.prepare.invalid == Prepare::asMissing;
  input.role = in.groups.count(field.name)      ? ir::Input::group
               : hasUsage(miningField, "order") ? ir::Input::order
                                                : ir::Input::plain;
  ValueId x = in.build.add(std::move(input), {}, field.name);
  if (widened) x = in.build.add(ir::Cast(ir::Elem::f64), {x});
  in.inputs++;
  x = counted(in, field.type, x);
  field.treatment = miningField;
  if (isRead || list || !in.options.jpmml) return checkInput(fields, x, list);
  field.lower = [fields, x]() mutable { return checkInput(fields, x, false) ? fields.field.value : kNone; };
  return true;
}

bool knownMiningField(Importer& in, const Element* m) {
  return in.onlyAttributes(m, {"name", "usageType", "optype", "importance", "outliers", "lowValue", "highValue",
                               "missingValueReplacement", "missingValueTreatment", "invalidValueTreatment",
                               "invalidValueReplacement"}) &&
         in.onlyChildren(m, {}) &&
         in.choice(
             m, "usageType",
             {"active", "predicted", "target", "supplementary", "group", "order", "frequencyWeight", "analysisWeight"},
             0);
}

}  // namespace

// The treatment of a field for a value of an earlier row: missing where there is no such row, so nothing can stand for that.
bool Importer::treatLag(Field& past, const Field& field) {
  auto declared = dataFields.find(field.name);
  Fields fields{*this, past, declared == dataFields.end() ? nullptr : declared->second, field.treatment};
  fields.read();
  if (!fields.ok) return false;
  if (fields.prepare.missing != Prepare::keep)
    return unsupported(field.treatment, "Lag of a field whose missing values are replaced or refused");
  ValueId x = counted(*this, past.type, past.value);
  fields.build(x);
  return fields.ok;
}

// ---- DataDictionary

bool Importer::declareDataDictionary(const Element* pmml) {
  auto* dictionary = pmml->FirstChildElement("DataDictionary");
  if (!dictionary) return missing(pmml, "DataDictionary");
  bool ok = onlyAttributes(dictionary, {"numberOfFields"}) && onlyChildren(dictionary, {"DataField", "Taxonomy"});
  uint64_t count = 0;
  for (auto* e = dictionary->FirstChildElement("DataField"); e; e = e->NextSiblingElement("DataField")) {
    auto name = required(e, "name");
    bool sound = onlyAttributes(e, {"name", "displayName", "optype", "dataType", "taxonomy", "isCyclic"}) &&
                 onlyChildren(e, {"Value", "Interval"});
    if (!name || !sound) {
      ok = false;
      continue;
    }
    if (++count > options.limits.fields)
      return invalid(dictionary, "", "more than " + std::to_string(options.limits.fields) + " fields",
                     "raise the limit with --max-fields");
    if (!dataFields.emplace(*name, e).second) ok = misplaced(e, "field '" + *name + "' is declared a second time");
  }
  return ok;
}

std::optional<Field> Importer::dataField(const std::string& name) {
  auto found = dataFields.find(name);
  if (found == dataFields.end()) return std::nullopt;
  const Element* e = found->second;
  FieldType fallback;
  const char* optype = e->Attribute("optype");
  if (optype && std::strcmp(optype, "continuous") != 0) fallback.dataType = DataType::string;
  auto type = fieldType(e, fallback);
  if (!type) return std::nullopt;
  Field field;
  field.name = name, field.type = *type, field.element = e;
  return field;
}

// ---- MiningSchema

bool Importer::declareMiningSchema(Scope& scope, const Element* model, bool topLevel) {
  auto* schema = model->FirstChildElement("MiningSchema");
  if (!schema) return missing(model, "MiningSchema");
  bool ok = onlyAttributes(schema, {}) && onlyChildren(schema, {"MiningField"});
  std::set<std::string> seen;
  std::vector<std::string> treated;  // otherwise than the models around do
  for (auto* m = schema->FirstChildElement("MiningField"); m; m = m->NextSiblingElement("MiningField")) {
    auto name = required(m, "name");
    if (!name || !knownMiningField(*this, m)) {
      ok = false;
      continue;
    }
    if (!seen.insert(*name).second) {
      ok = misplaced(m, "field '" + *name + "' stands a second time in this MiningSchema");
      continue;
    }
    ok &= topLevel ? declareInput(*name, m) : declareInner(scope, *name, m);
    if (!topLevel && scope.own(*name)) treated.push_back(*name);
  }
  deriveAgain(scope, std::move(treated), seen);
  return ok;
}

bool Importer::declareInput(const std::string& name, const Element* m) {
  auto declared = dataField(name);
  if (!declared) {
    if (dataFields.count(name)) return false;  // reported
    // A target that the DataDictionary does not have is a name for the result, nothing to read.
    if (isTarget(m)) return true;
    const char* usage = m->Attribute("usageType");
    if (!usage || std::strcmp(usage, "supplementary") != 0) return invalid(m, "name", "the DataDictionary has no such field");
    warn(m, "the DataDictionary has no field '" + name + "'", "it is supplementary, so the model does not read it");
    return true;
  }
  if (global.own(name)) return misplaced(m, "field '" + name + "' is both a DataField and a DerivedField");
  auto type = m->Attribute("optype") ? choice(m, "optype", {"continuous", "categorical", "ordinal"}, 0)
                                     : static_cast<int>(declared->type.opType);
  if (!type) return false;
  declared->type.opType = static_cast<OpType>(*type);
  const Element* e = declared->element;
  Field& field = global.declare(std::move(*declared));
  const char* usage = m->Attribute("usageType");
  if (!usage || std::strcmp(usage, "active") == 0 || groups.count(name)) return buildInput(*this, field, e, m, false);
  // Targets, supplementary fields and the like are inputs only where something reads them.
  field.lower = [this, name, e, m] {
    Field& lazy = *global.own(name);
    buildInput(*this, lazy, e, m, true);
    return lazy.value;
  };
  return true;
}

bool Importer::declareInner(Scope& scope, const std::string& name, const Element* m) {
  const char* usage = m->Attribute("usageType");
  if (hasUsage(m, "group") && !groups.count(name))
    return unsupported(m, "usageType='group' of a model inside another one, which does not group by '" + name + "'",
                       "rows are grouped by the MiningSchema of the outermost model");
  if (usage && std::strcmp(usage, "active") != 0 && std::strcmp(usage, "supplementary") != 0) return true;
  Field* outer = scope.find(name);
  if (!outer) return field(scope, name, m) != nullptr;  // reports
  if (sameTreatment(m, outer->treatment)) return true;
  // Values of the DataDictionary are those of the field itself, not of a derived field or output that hides it.
  auto declared = dataFields.find(name);
  const Element* e = declared != dataFields.end() && outer->element == declared->second ? declared->second : nullptr;
  Field inner;
  inner.name = name, inner.type = outer->type, inner.element = outer->element, inner.input = outer->input,
  inner.treatment = m;
  if (m->Attribute("optype")) {
    auto type = choice(m, "optype", {"continuous", "categorical", "ordinal"}, 0);
    if (!type) return false;
    inner.type.opType = static_cast<OpType>(*type);
  }
  if (!treatsMore(m)) return true;
  Field& declaredHere = scope.declare(std::move(inner));
  Scope* around = scope.outer();
  declaredHere.lower = [this, &scope, around, name, e, m] {
    Field& lazy = *scope.own(name);
    Field* from = field(*around, name, m);
    if (!from) return kNone;
    at(m);
    if (build.type(from->value).elem == ir::Elem::cat) lazy.dict = {build.type(from->value).dict};
    Fields fields{*this, lazy, e, m};
    fields.read();
    if (!m->Attribute("invalidValueTreatment")) fields.prepare.invalid = Prepare::asIs;  // see treatsMore
    if (fields.ok) fields.build(from->value);
    if (fields.ok) declareOrder(lazy, e);
    return fields.ok && !fields.hasOutliersWithoutOrder() ? lazy.value : kNone;
  };
  return true;
}

// Whether an inner MiningField asks for a treatment. The default one leaves a value as the model around has treated it.
bool Importer::treatsMore(const Element* m) {
  auto is = [&](const char* name, const char* value) {
    const char* text = m->Attribute(name);
    return text && std::strcmp(text, value) == 0;
  };
  if (m->Attribute("missingValueReplacement") || is("missingValueTreatment", "returnInvalid")) return true;
  if (m->Attribute("outliers") && !is("outliers", "asIs")) return true;
  return m->Attribute("invalidValueTreatment") && !is("invalidValueTreatment", "returnInvalid");
}

// ---- targets

std::vector<std::string> Importer::targetNames(const Element* model) {
  std::vector<std::string> names;
  if (auto* schema = model->FirstChildElement("MiningSchema"))
    for (auto* m = schema->FirstChildElement("MiningField"); m; m = m->NextSiblingElement("MiningField"))
      if (isTarget(m) && m->Attribute("name")) names.push_back(m->Attribute("name"));
  return names;
}

std::optional<Field> Importer::targetField(const Element* model) {
  for (auto* m = model; m; m = m->Parent() ? m->Parent()->ToElement() : nullptr)
    for (auto& name : targetNames(m))
      if (auto field = targetField(model, name)) return field;
  return std::nullopt;
}

std::optional<Field> Importer::targetField(const Element* model, const std::string& name) {
  auto field = dataField(name);
  if (!field) return std::nullopt;
  const char* function = model->Attribute("functionName");
  bool classes = field->type.opType != OpType::continuous || (function && std::strcmp(function, "classification") == 0);
  if (!classes) return field;
  auto [known, isNew] = targetDicts_.emplace(name, ir::TableRef());
  if (isNew) {
    Dict dict;
    dict.elem = elemOf(field->type.dataType);
    known->second = build.table(std::move(dict), name);
    field->dict = known->second;
    for (auto* e = field->element->FirstChildElement("Value"); e; e = e->NextSiblingElement("Value")) {
      const char *value = e->Attribute("value"), *property = e->Attribute("property");
      if (value && (!property || std::strcmp(property, "valid") == 0) && addLabel(*field, value, e) == kNone) {
        known->second = ir::TableRef();  // reported once
        return std::nullopt;
      }
    }
  }
  if (known->second.id == kNone) return std::nullopt;
  field->dict = known->second;
  return field;
}

}  // namespace kiln::pmml
