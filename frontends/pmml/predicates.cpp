// Predicates as three-valued booleans: true, false, missing for UNKNOWN.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/support/number.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

constexpr const char* kPredicates[] = {"SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True", "False"};
constexpr const char* kComparisons[] = {"eq", "ne", "lt", "le", "gt", "ge"};

// `constant` where the field is present, missing where it is not.
ValueId whereKnown(Importer& in, ValueId field, bool constant) {
  return in.build.add(ir::Select(), {in.build.call("is_missing", {field}),
                                     in.build.missing(ir::scalarType(ir::Elem::boolean)), in.build.boolean(constant)});
}

// An integer field against a fraction or an infinity: the same comparison with the integer below or above it.
ValueId compareToFraction(Importer& in, ValueId field, int comparison, double fraction) {
  if (comparison < 2) return whereKnown(in, field, comparison == 1);
  bool below = comparison < 4;  // x < 4.5 and x <= 4.5 are x <= 4
  double bound = below ? std::floor(fraction) : std::ceil(fraction);
  if (bound < -9.2e18 || bound > 9.2e18) return whereKnown(in, field, below == (bound > 0));
  return in.build.call(below ? "le" : "ge", {field, in.build.integer(static_cast<int64_t>(bound))});
}

ValueId simplePredicate(Importer& in, Scope& scope, const Element* e) {
  if (!in.onlyAttributes(e, {"field", "operator", "value"}) || !in.onlyChildren(e, {})) return kNone;
  auto name = in.required(e, "field"), op = in.required(e, "operator");
  auto which = in.choice(
      e, "operator",
      {"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing", "isNotMissing"},
      0);
  if (!name || !op || !which) return kNone;
  Field* field = in.field(scope, *name, e);
  if (!field) return kNone;
  if (*which >= 6) {
    if (e->Attribute("value")) return in.misplaced(e, "'" + *op + "' takes no value"), kNone;
    return in.build.call(*which == 6 ? "is_missing" : "is_present", {field->value});
  }
  auto value = in.required(e, "value");
  if (!value) return kNone;
  Importer::Typed x = in.reference(scope, *name, e);
  const bool isRanked = x.order.id != kNone;
  if (!isRanked && (x.type.dataType == DataType::integer || x.type.dataType == DataType::boolean) &&
      !Importer::parseIntegral(*value, x.type)) {
    auto fraction = parseNumber(*value);
    FieldType integer = x.type;
    integer.dataType = DataType::integer;
    if (fraction && !std::isnan(*fraction))
      return compareToFraction(in, in.convert(x, integer, e), *which, *fraction);
  }
  // Ordered strings are compared by rank, which the codes are.
  if (!isRanked && x.type.opType == OpType::ordinal && x.type.dataType == DataType::string) x.value = in.codes(*field);
  Importer::Typed constant = x;
  constant.literal.reset();
  if (isRanked) constant.literal = *value;
  constant.value = in.literalLike(*value, x, e);
  return constant ? in.compare(kComparisons[*which], x, constant, e) : kNone;
}

ValueId setPredicate(Importer& in, Scope& scope, const Element* e) {
  if (!in.onlyAttributes(e, {"field", "booleanOperator"}) || !in.onlyChildren(e, {"Array"})) return kNone;
  auto name = in.required(e, "field"), op = in.required(e, "booleanOperator");
  auto which = in.choice(e, "booleanOperator", {"isIn", "isNotIn"}, 0);
  if (!name || !op || !which) return kNone;
  auto* array = e->FirstChildElement("Array");
  if (!array) return in.missing(e, "Array"), kNone;
  if (auto* second = array->NextSiblingElement("Array")) return in.misplaced(second, "a second Array in one SimpleSetPredicate"), kNone;
  auto members = in.array(array);
  Field* field = in.field(scope, *name, e);
  if (!members || !field) return kNone;
  std::vector<uint32_t> codes;
  for (auto& m : *members) {
    codes.push_back(in.label(*field, m, array));
    if (codes.back() == kNone) return kNone;
  }
  ValueId hit = in.isOneOf(in.codes(*field), std::move(codes));
  return *which == 0 ? hit : in.build.call("not", {hit});
}

ValueId compoundPredicate(Importer& in, Scope& scope, const Element* e) {
  if (!in.onlyAttributes(e, {"booleanOperator"}) ||
      !in.onlyChildren(e, {"SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True", "False"}))
    return kNone;
  auto op = in.required(e, "booleanOperator");
  auto which = in.choice(e, "booleanOperator", {"and", "or", "xor", "surrogate"}, 0);
  if (!op || !which) return kNone;
  std::vector<ValueId> operands;
  bool ok = true;
  for (auto* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) {
    if (!Importer::isPredicate(c->Name())) continue;
    operands.push_back(in.predicate(scope, c));
    ok &= operands.back() != kNone;
  }
  if (!ok) return kNone;
  if (operands.empty()) return in.missing(e, "PREDICATE"), kNone;
  in.at(e);
  // The first operand that is known decides.
  if (*which == 3) return in.build.add(ir::Coalesce(), operands);
  ValueId result = operands[0];
  for (size_t i = 1; i < operands.size(); i++)
    result = in.build.call(*which == 0 ? "and" : *which == 1 ? "or" : "xor", {result, operands[i]});
  return result;
}

}  // namespace

bool Importer::isPredicate(const char* name) {
  return std::any_of(std::begin(kPredicates), std::end(kPredicates),
                     [&](const char* p) { return std::strcmp(p, name) == 0; });
}

const Element* Importer::predicateOf(const Element* parent) {
  for (auto* c = parent->FirstChildElement(); c; c = c->NextSiblingElement())
    if (isPredicate(c->Name())) return c;
  return nullptr;
}

bool Importer::isAlone(const Element* e) {
  const bool isCondition = isPredicate(e->Name());
  for (auto* next = e->NextSiblingElement(); next; next = next->NextSiblingElement())
    if (isCondition ? isPredicate(next->Name()) : isExpression(next->Name()))
      return misplaced(next, std::string("a second ") + (isCondition ? "predicate" : "expression") + " in one '" + e->Parent()->Value() + "'");
  return true;
}

ValueId Importer::predicate(Scope& scope, const Element* e) {
  if (!enter(e)) return kNone;
  at(e);
  std::string_view name = e->Name();
  ValueId result = kNone;
  if (name == "SimplePredicate")
    result = simplePredicate(*this, scope, e);
  else if (name == "SimpleSetPredicate")
    result = setPredicate(*this, scope, e);
  else if (name == "CompoundPredicate")
    result = compoundPredicate(*this, scope, e);
  else if (name == "True" || name == "False")
    result = onlyAttributes(e, {}) && onlyChildren(e, {}) ? build.boolean(name == "True") : kNone;
  else
    unsupported(e, "predicate '" + std::string(name) + "'");
  leave();
  return result;
}

}  // namespace kiln::pmml
