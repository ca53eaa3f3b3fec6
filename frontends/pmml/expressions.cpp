// Expressions other than Apply: constants, references, normalisation, discretisation, tables of values.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/discretize.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/piecewise.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/edges.h"
#include "compiler/ir/tables/knots.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/support/number.h"
#include "frontends/pmml/import.h"
#include "frontends/pmml/tables.h"

namespace kiln::pmml {

using ir::Cast;
using ir::Elem;
using Typed = Importer::Typed;

namespace {

constexpr const char* kExpressions[] = {"Constant",  "FieldRef",  "NormContinuous", "NormDiscrete", "Discretize",
                                        "MapValues", "TextIndex", "Apply",          "Aggregate",    "Lag"};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

FieldType plainType(DataType dataType) {
  FieldType type;
  type.dataType = dataType;
  type.opType =
      dataType == DataType::string || dataType == DataType::boolean ? OpType::categorical : OpType::continuous;
  return type;
}

Typed constant(Importer& in, const Element* e) {
  if (!in.onlyAttributes(e, {"dataType", "missing"}) || !in.onlyChildren(e, {})) return {};
  std::string text = in.document.text(e);
  auto isMissing = in.boolean(e, "missing", false);
  auto declared = in.fieldType(e, FieldType());
  if (!isMissing || !declared) return {};
  bool typed = e->Attribute("dataType");
  Typed result;
  result.type = *declared;
  if (!typed && !*isMissing) {
    // The narrowest of integer, double and string that the text is.
    bool number = parseNumber(text).has_value(), integer = parseInteger(text).has_value();
    result.type = plainType(integer ? DataType::integer : number ? DataType::real : DataType::string);
  }
  // Nothing between the tags is the empty string, or missing where the type has none.
  bool empty = text.empty() && result.type.dataType != DataType::string;
  if (*isMissing || empty) {
    result.value = in.build.missing(ir::scalarType(elemOf(result.type.dataType)));
    result.anyType = !typed;
    return result;
  }
  result.value = in.literal(text, result.type, e);
  result.literal = text;
  if (result.type.dataType == DataType::integer) result.value = in.fail32(result.value);
  return result;
}

// Where `x` is missing, `text` in its place.
Typed mapMissing(Importer& in, Typed x, const std::optional<std::string>& text, const Element* e) {
  if (!text || !x) return x;
  // A fraction in the place of missing integers, a mean as a rule: all are doubles then.
  if (x.type.dataType == DataType::integer && !Importer::parseIntegral(*text, x.type) && parseNumber(*text)) {
    x.value = in.convert(x, plainType(DataType::real), e), x.type = plainType(DataType::real);
    if (!x) return x;
  }
  ValueId other = in.literalLike(*text, x, e);
  x.value = other == kNone ? kNone : in.build.add(ir::Coalesce(), {x.value, other});
  x.literal.reset();
  return x;
}

Typed fieldRef(Importer& in, Scope& scope, const Element* e) {
  if (!in.onlyAttributes(e, {"field", "mapMissingTo"}) || !in.onlyChildren(e, {})) return {};
  auto name = in.required(e, "field");
  if (!name) return {};
  return mapMissing(in, in.reference(scope, *name, e), in.attribute(e, "mapMissingTo"), e);
}

// The value as a number that interval bounds are compared with; reported if it is none.
ValueId asDouble(Importer& in, const Typed& x, const Element* e) {
  if (!x) return kNone;
  if (x.type.dataType == DataType::string)
    return in.invalid(e, "field", "a number is needed, the field is a string"), kNone;
  return in.convert(x, plainType(DataType::real), e);
}

// LinearNorms of one orig, as quantiles of often repeated values are written, are a jump there: the neighbouring doubles have
// the norms of its two sides, orig itself that between them, or the outer one where nothing lies beyond.
ir::Knots withJumps(const ir::Knots& norms) {
  ir::Knots knots;
  const auto add = [&](double x, double y) {
    if (knots.x.empty() || knots.x.back() < x) knots.x.push_back(x), knots.y.push_back(y);
  };
  const size_t n = norms.x.size();
  for (size_t first = 0, last = 0; first < n; first = ++last) {
    while (last + 1 < n && norms.x[last + 1] == norms.x[first]) ++last;
    const double x = norms.x[first], before = norms.y[first], after = norms.y[last];
    const bool jumps = before != after, lowest = first == 0, highest = last + 1 == n;
    if (jumps && !lowest) add(std::nextafter(x, -INFINITY), before);
    if (!knots.x.empty() && knots.x.back() == x) knots.x.pop_back(), knots.y.pop_back();  // neighbours that are doubles in succession
    add(x, lowest ? before : highest ? after : before + (after - before) / 2);
    if (jumps && !highest) add(std::nextafter(x, INFINITY), after);
  }
  return knots;
}

Typed normContinuous(Importer& in, Scope& scope, const Element* e) {
  if (!in.onlyAttributes(e, {"field", "mapMissingTo", "outliers"}) || !in.onlyChildren(e, {"LinearNorm"})) return {};
  auto name = in.required(e, "field");
  auto outliers = in.choice(e, "outliers", {"asIs", "asMissingValues", "asExtremeValues"}, 0);
  if (!name || !outliers) return {};
  ir::Knots knots;
  for (auto* n = e->FirstChildElement("LinearNorm"); n; n = n->NextSiblingElement("LinearNorm")) {
    auto x = in.number(n, "orig", std::nullopt), y = in.number(n, "norm", std::nullopt);
    if (!x || !y || !in.onlyAttributes(n, {"orig", "norm"})) return {};
    if (!std::isfinite(*x) || !std::isfinite(*y)) return in.invalid(n, std::isfinite(*x) ? "norm" : "orig", "is not finite"), Typed();
    knots.x.push_back(*x), knots.y.push_back(*y);
  }
  // Exporters that write a z-score as the points at 0 and at the mean forget that the mean may be negative. Of two points the
  // order makes no difference.
  if (knots.x.size() == 2 && knots.x[0] > knots.x[1]) {
    std::swap(knots.x[0], knots.x[1]), std::swap(knots.y[0], knots.y[1]);
    in.warn(e, "its LinearNorms stand in descending order of orig");
  }
  size_t at = 0;
  bool repeated = false;
  for (auto* n = e->FirstChildElement("LinearNorm"); n; n = n->NextSiblingElement("LinearNorm"), ++at) {
    if (at && knots.x[at - 1] > knots.x[at]) return in.invalid(n, "orig", "LinearNorms must stand in ascending order of orig"), Typed();
    const bool again = at && knots.x[at - 1] == knots.x[at];
    // Values beyond the ends have no slope to go on with where an end is a jump.
    if (again && *outliers == ir::Piecewise::asIs && (knots.x[at] == knots.x.front() || knots.x[at] == knots.x.back()))
      return in.invalid(n, "orig", "the first and the last two LinearNorms must differ in orig where outliers are taken as they are"), Typed();
    repeated |= again;
  }
  if (repeated) {
    const double last = knots.y.back();
    knots = withJumps(knots);
    // All of one orig are a step, of a column that was constant in training.
    if (knots.x.size() == 1 && *outliers == ir::Piecewise::clip) knots.x.push_back(std::nextafter(knots.x[0], INFINITY)), knots.y.push_back(last);
    in.warn(e, "has several LinearNorms of one orig; there it is the mean of the first and the last of their norms, at an end the outer one");
  }
  if (knots.x.size() < 2) return in.invalid(e, "", repeated ? "needs two LinearNorms that differ in orig" : "needs two LinearNorms or more"), Typed();
  ValueId x = asDouble(in, in.reference(scope, *name, e), e);
  // Some exporters write the attribute with nothing in it where they have none.
  const char* given = e->Attribute("mapMissingTo");
  const bool replaces = given && *given;
  const auto ifMissing = replaces ? in.number(e, "mapMissingTo", 0) : std::optional<double>(0);
  if (x == kNone || !ifMissing) return {};
  ir::Piecewise node;
  node.outlier = static_cast<ir::Piecewise::Outlier>(*outliers);
  node.knots = in.build.table(std::move(knots), *name + "_norm");
  Typed result;
  result.value = in.build.add(std::move(node), {x}, *name + "_norm");
  // Stands for a missing field, not for an outlier that became missing.
  if (replaces)
    result.value = in.build.add(ir::Select(), {in.build.call("is_missing", {x}), in.build.number(*ifMissing), result.value});
  return result;
}

Typed normDiscrete(Importer& in, Scope& scope, const Element* e) {
  if (!in.onlyAttributes(e, {"field", "value", "mapMissingTo", "method"}) || !in.onlyChildren(e, {})) return {};
  auto name = in.required(e, "field"), value = in.required(e, "value");
  auto method = in.choice(e, "method", {"indicator", "thermometer"}, 0);
  if (!name || !value || !method) return {};
  Typed x = in.reference(scope, *name, e);
  if (!x) return {};
  Typed label;
  label.value = in.literalLike(*value, x, e), label.type = x.type;
  if (x.order.id != kNone) label.literal = *value;
  Typed result;
  ValueId hit = in.compare(*method == 0 ? "eq" : "ge", x, label, e);
  if (hit == kNone) return {};
  result.value = in.build.add(Cast(Elem::f64), {hit}, *name + "=" + *value);
  return mapMissing(in, result, in.attribute(e, "mapMissingTo"), e);
}

// ---- tables of values

// Gathers values written as text for a Lookup, typed by what the expression yields.
class Values {
 public:
  Values(Importer& in, const FieldType& type, const Element* e, const std::string& name) : in_(in), e_(e) {
    type_ = type;
    table.elem = elemOf(type.dataType);
    if (type.dataType == DataType::string) table.elem = Elem::cat, table.dict = in.build.table(ir::Dict(), name);
  }
  // Null: missing.
  bool add(const std::string* text) {
    missing_.push_back(text == nullptr);
    if (table.elem == Elem::cat)
      return table.integers.push_back(text ? in_.build.get<ir::Dict>(table.dict).add(*text) : 0), true;
    if (ir::isFloat(table.elem)) {
      auto value = text ? Importer::parseValue(*text, type_) : 0;
      if (value) table.numbers.push_back(*value);
      return value || bad(*text);
    }
    auto value = text ? Importer::parseIntegral(*text, type_) : 0;
    if (value) table.integers.push_back(*value);
    return value || bad(*text);
  }
  ir::Lookup finish() {
    if (std::count(missing_.begin(), missing_.end(), 1)) table.missing = missing_;
    return std::move(table);
  }
  int64_t rows() const { return static_cast<int64_t>(missing_.size()); }

  ir::Lookup table;

 private:
  bool bad(const std::string& text) {
    return in_.invalid(e_, "", "'" + text + "' is not a value of type " + dataTypeName(type_.dataType));
  }
  Importer& in_;
  const Element* e_;
  FieldType type_;
  std::vector<uint8_t> missing_;
};

// Type of a table's values: as declared, else as wanted where all texts are values of it, else string.
std::optional<FieldType> valuesType(Importer& in, const Element* e, const FieldType* wanted,
                                    const std::vector<const std::string*>& texts) {
  if (e->Attribute("dataType")) return in.fieldType(e, FieldType());
  FieldType string = plainType(DataType::string);
  if (!wanted) return string;
  for (auto* t : texts)
    if (t && wanted->dataType != DataType::string && !Importer::parseValue(*t, *wanted)) return string;
  return *wanted;
}

Typed discretize(Importer& in, Scope& scope, const Element* e, const FieldType* wanted) {
  if (!in.onlyAttributes(e, {"field", "mapMissingTo", "defaultValue", "dataType"}) ||
      !in.onlyChildren(e, {"DiscretizeBin"}))
    return {};
  auto name = in.required(e, "field");
  if (!name) return {};
  std::vector<std::string> bins;
  ir::Edges edges;
  for (auto* b = e->FirstChildElement("DiscretizeBin"); b; b = b->NextSiblingElement("DiscretizeBin")) {
    auto value = in.required(b, "binValue");
    auto* interval = b->FirstChildElement("Interval");
    if (!value || !in.onlyAttributes(b, {"binValue"}) || !in.onlyChildren(b, {"Interval"})) return {};
    if (!interval) return in.missing(b, "Interval"), Typed();
    auto closure = in.choice(interval, "closure", {"openOpen", "closedOpen", "openClosed", "closedClosed"}, -1);
    auto low = in.number(interval, "leftMargin", -kInfinity), high = in.number(interval, "rightMargin", kInfinity);
    if (!closure || !low || !high || !in.onlyAttributes(interval, {"closure", "leftMargin", "rightMargin"})) return {};
    if (*closure < 0) return in.missing(interval, "closure"), Typed();
    if (std::isnan(*low) || std::isnan(*high)) return in.invalid(interval, std::isnan(*low) ? "leftMargin" : "rightMargin", "not a number"), Typed();
    bins.push_back(*value);
    edges.low.push_back(*low), edges.high.push_back(*high), edges.closed.push_back(Importer::closedSides(interval, *closure));
  }
  auto ifMissing = in.attribute(e, "mapMissingTo"), otherwise = in.attribute(e, "defaultValue");
  if (ifMissing || otherwise) {
    // A last bin for everything else keeps "in no bin" apart from "missing".
    edges.low.push_back(-kInfinity), edges.high.push_back(kInfinity), edges.closed.push_back(3);
  }
  std::vector<const std::string*> texts;
  for (auto& b : bins) texts.push_back(&b);
  if (ifMissing || otherwise) texts.push_back(otherwise ? &*otherwise : nullptr);
  if (ifMissing) texts.push_back(&*ifMissing);

  auto type = valuesType(in, e, wanted, texts);
  Typed field = in.reference(scope, *name, e);
  ValueId x = asDouble(in, field, e);
  if (!type || x == kNone) return {};
  Typed result;
  result.type = *type;
  if (texts.empty()) return result.value = in.build.missing(ir::scalarType(elemOf(type->dataType))), result;
  Values values(in, *type, e, *name + "_bin");
  for (auto* t : texts)
    if (!values.add(t)) return {};
  values.table.sizes = {static_cast<uint32_t>(edges.low.size())};
  if (ifMissing) values.table.missingRow = values.rows() - 1;
  ir::Discretize node;
  node.edges = in.build.table(std::move(edges), *name + "_edges");
  ir::LookupNode lookup;
  lookup.table = in.build.table(values.finish(), *name + "_bins");
  result.value = in.build.add(std::move(lookup), {in.build.add(std::move(node), {x})}, *name + "_bin");
  return result;
}

// ---- MapValues

struct MapRow {
  std::vector<uint32_t> codes;
  std::optional<std::string> value;
  const Element* element;
};

// One warning for all rows of a table that something is to be said of, at the first.
void warnOfRows(Importer& in, const std::vector<const Element*>& rows, const std::string& message) {
  if (rows.empty()) return;
  in.warn(rows.front(), message, rows.size() > 1 ? "so it is with " + std::to_string(rows.size()) + " rows of this table" : "");
}

// Rows of the table with the codes of their keys; false if reported.
bool mapRows(Importer& in, const Element* e, std::vector<Field>& keys, std::vector<std::string> columns,
             const std::string& output, std::vector<MapRow>& rows) {
  columns.push_back(output);
  std::vector<bool> seen(keys.size(), false);
  bool any = false;
  std::vector<const Element*> incomplete, unmet;
  const bool ok = readTable(in, e, columns, [&](const Element* row, std::vector<std::optional<std::string>> cells) {
    MapRow r{{}, std::move(cells.back()), row};
    any = true;
    bool isMet = true;
    for (size_t k = 0; k < keys.size(); k++) {
      if (cells[k]) seen[k] = true;
      if (!cells[k]) continue;
      r.codes.push_back(in.addLabel(keys[k], *cells[k], nullptr));
      isMet = isMet && r.codes.back() != kNone;
    }
    if (!isMet) unmet.push_back(row);
    else if (r.codes.size() == keys.size()) rows.push_back(std::move(r));
    else incomplete.push_back(row);
    return true;
  });
  warnOfRows(in, unmet, "a key of this row is no value of its field's dataType: no key finds it");
  warnOfRows(in, incomplete, "the row has no cell for each FieldColumnPair: no key finds it");
  for (size_t k = 0; ok && any && k < keys.size(); k++)
    if (!seen[k]) return in.invalid(e, "", "no row has a cell '" + columns[k] + "'");
  return ok;
}

Typed mapValues(Importer& in, Scope& scope, const Element* e, const FieldType* wanted) {
  if (!in.onlyAttributes(e, {"mapMissingTo", "defaultValue", "outputColumn", "dataType"}) ||
      !in.onlyChildren(e, {"FieldColumnPair", "InlineTable", "TableLocator"}))
    return {};
  auto output = in.required(e, "outputColumn");
  if (!output) return {};
  std::vector<Field> keys;
  std::vector<std::string> columns;
  for (auto* p = e->FirstChildElement("FieldColumnPair"); p; p = p->NextSiblingElement("FieldColumnPair")) {
    auto name = in.required(p, "field"), column = in.required(p, "column");
    if (!name || !column || !in.onlyAttributes(p, {"field", "column"})) return {};
    Field* field = in.field(scope, *name, p);
    if (!field) return {};
    in.codes(*field);
    keys.push_back(*field), columns.push_back(*column);
  }
  if (keys.empty()) return in.missing(e, "FieldColumnPair"), Typed();
  std::vector<MapRow> rows;
  if (!mapRows(in, e, keys, columns, *output, rows)) return {};

  // The first row of a key counts.
  std::vector<uint32_t> sizes(keys.size(), 1);
  for (auto& r : rows)
    for (size_t k = 0; k < keys.size(); k++) sizes[k] = std::max(sizes[k], r.codes[k] + 1);
  double combinations = 1;
  for (uint32_t s : sizes) combinations *= s;
  if (combinations > 9e18) return in.unsupported(e, "a MapValues with more than 2^63 combinations of keys"), Typed();
  std::map<int64_t, const MapRow*> byKey;
  std::vector<const Element*> behind;  // rows with the keys of one above
  for (auto& r : rows) {
    int64_t key = 0;
    for (size_t k = 0; k < keys.size(); k++) key = key * sizes[k] + r.codes[k];
    if (!byKey.emplace(key, &r).second) behind.push_back(r.element);
  }
  warnOfRows(in, behind, "a row with these keys stands above; this one has no effect");
  auto ifMissing = in.attribute(e, "mapMissingTo"), otherwise = in.attribute(e, "defaultValue");
  std::vector<const std::string*> texts;
  for (auto& r : rows) texts.push_back(r.value ? &*r.value : nullptr);
  if (otherwise) texts.push_back(&*otherwise);
  if (ifMissing) texts.push_back(&*ifMissing);
  auto type = valuesType(in, e, wanted, texts);
  if (!type) return {};

  Values values(in, *type, e, *output);
  bool dense = combinations <= 4.0 * static_cast<double>(rows.size()) + 1024;
  if (dense) {
    auto next = byKey.begin();
    for (int64_t key = 0; key < static_cast<int64_t>(combinations); key++) {
      bool hit = next != byKey.end() && next->first == key;
      const std::string* text = hit         ? (next->second->value ? &*next->second->value : nullptr)
                                : otherwise ? &*otherwise
                                            : nullptr;
      if (hit) ++next;
      if (!values.add(text)) return {};
    }
  } else {
    for (auto& [key, row] : byKey) {
      values.table.keys.push_back(key);
      if (!values.add(row->value ? &*row->value : nullptr)) return {};
    }
  }
  if (otherwise) {
    values.table.defaultRow = values.rows();
    if (!values.add(&*otherwise)) return {};
  }
  if (ifMissing) {
    values.table.missingRow = values.rows();
    if (!values.add(&*ifMissing)) return {};
  }
  values.table.sizes = sizes;
  ir::LookupNode node;
  node.table = in.build.table(values.finish(), *output);
  std::vector<ValueId> codes;
  for (auto& k : keys) codes.push_back(k.codes);
  Typed result;
  result.type = *type;
  result.value = in.build.add(std::move(node), codes, *output);
  return result;
}

}  // namespace

// ---- all of them

bool Importer::isExpression(const char* name) {
  return std::any_of(std::begin(kExpressions), std::end(kExpressions),
                     [&](const char* e) { return std::strcmp(e, name) == 0; });
}

const Element* Importer::expressionOf(const Element* parent) {
  for (auto* c = parent->FirstChildElement(); c; c = c->NextSiblingElement())
    if (isExpression(c->Name())) return c;
  return nullptr;
}

Typed Importer::reference(Scope& scope, const std::string& name, const Element* e) {
  Field* f = field(scope, name, e);
  if (!f) return {};
  return {.value = f->value, .type = f->type, .literal = f->literal, .anyType = f->anyType, .valid = f->valid, .order = f->order};
}

Typed Importer::expression(Scope& scope, const Element* e, const FieldType* wanted) {
  if (!enter(e)) return {};
  at(e);
  std::string_view name = e->Name();
  Typed result;
  if (name == "Constant")
    result = constant(*this, e);
  else if (name == "FieldRef")
    result = fieldRef(*this, scope, e);
  else if (name == "NormContinuous")
    result = normContinuous(*this, scope, e);
  else if (name == "NormDiscrete")
    result = normDiscrete(*this, scope, e);
  else if (name == "Discretize")
    result = discretize(*this, scope, e, wanted);
  else if (name == "MapValues")
    result = mapValues(*this, scope, e, wanted);
  else if (name == "Apply")
    result = apply(scope, e);
  else if (name == "Aggregate")
    result = aggregate(scope, e);
  else if (name == "Lag")
    result = lag(scope, e);
  else if (name == "TextIndex")
    result = textIndex(scope, e);
  else
    unsupported(e, "element '" + std::string(name) + "'");
  leave();
  return result;
}

}  // namespace kiln::pmml
