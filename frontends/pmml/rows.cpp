// Values that come from several rows: groups, Aggregate over the rows of one, Lag of rows before this one.
#include <cstring>
#include <string_view>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

using ir::Elem;
using ir::Reduce;
using Typed = Importer::Typed;

namespace {

FieldType typeOf(DataType dataType) {
  FieldType type;
  type.dataType = dataType;
  return type;
}

ValueId reduce(Importer& in, Reduce::Kind op, ValueId x) {
  Reduce node;
  node.op = op, node.skip = true;
  node.checked = ir::isInteger(in.build.type(x).elem) && (op == Reduce::sum || op == Reduce::product);
  return in.build.add(std::move(node), {x});
}

// The square root of the sum of squared differences from the mean over one less than their number: of fewer than two
// values missing.
ValueId sampleDeviation(Importer& in, ValueId x) {
  if (in.build.type(x).elem != Elem::f64) x = in.build.add(ir::Cast(Elem::f64), {x});
  ValueId difference = in.build.call("sub", {x, reduce(in, Reduce::mean, x)});
  ValueId present = in.build.call("is_present", {x});
  ValueId count = in.build.add(ir::Cast(Elem::f64), {reduce(in, Reduce::count, present)});
  ValueId degrees = in.build.call("sub", {count, in.build.number(1)});
  ValueId variance = in.build.call("div", {reduce(in, Reduce::sumsq, difference), degrees});
  ValueId enough = in.build.call("gt", {degrees, in.build.number(0)});
  return in.build.call("sqrt",
                       {in.build.add(ir::Select(), {enough, variance, in.build.missing(ir::scalarType(Elem::f64))})});
}

}  // namespace

bool Importer::findGroups(const Element* model) {
  groups.clear(), itemField.clear();
  bool ok = true;
  std::set<std::string> active, predicted;
  if (auto* schema = model->FirstChildElement("MiningSchema"))
    for (auto* m = schema->FirstChildElement("MiningField"); m; m = m->NextSiblingElement("MiningField")) {
      const char *name = m->Attribute("name"), *usage = m->Attribute("usageType");
      const std::string_view use = usage ? usage : "active";
      if (!name) continue;
      if (use == "group") groups.insert(name);
      if (use == "active") active.insert(name);
      if (use == "predicted" || use == "target") predicted.insert(name);
    }
  const std::string_view kind = model->Name();
  if ((kind == "AssociationModel" || kind == "SequenceModel") && !groups.empty() && active.empty() && predicted.size() == 1) itemField = *predicted.begin();
  // An Aggregate's groupField groups rows as well, whatever the MiningSchema says of it.
  for (const Element* e = document.root(); e; e = nextInside(document.root(), e))
    if (!std::strcmp(e->Name(), "Aggregate"))
      if (const char* name = e->Attribute("groupField")) groups.insert(name);
  return ok;
}

Typed Importer::aggregate(Scope& scope, const Element* e) {
  if (!onlyAttributes(e, {"field", "function", "groupField"}) || !onlyChildren(e, {})) return {};
  const auto name = required(e, "field"), function = required(e, "function");
  const auto which = choice(e, "function", {"count", "sum", "average", "min", "max", "multiset"}, -1);
  if (!name || !function || !which) return {};
  const Element* parent = e->Parent()->ToElement();
  const auto shown = !std::strcmp(parent->Name(), "OutputField") ? boolean(parent, "isMultiValued", false) : std::optional<bool>(false);
  if (!shown) return {};
  if (*which == 5 && !*shown)
    return unsupported(e, "function='multiset' as a single value", "an OutputField with isMultiValued=\"1\" shows it"), Typed();
  const auto group = attribute(e, "groupField");
  if (groups.empty())
    return unsupported(e, "Aggregate without a group field: over the rows of what?",
                       "give it groupField, or a MiningField usageType group"),
           Typed();
  if (group && groups != std::set<std::string>{*group})
    return unsupported(e, "groupField='" + *group + "' where rows are grouped by other fields"), Typed();
  Field* field = anyField(scope, *name, e);
  if (!field) return {};
  if (!field->list) return invalid(e, "field", "'" + *name + "' has one value for the whole group"), Typed();
  Typed result;
  if (*which == 5) {
    result.value = field->value, result.type = field->type;
    return result;
  }
  if (*which == 0) {
    result.type = typeOf(DataType::integer);
    result.value = reduce(*this, Reduce::count, build.call("is_present", {field->value}));
    return result;
  }
  if (!ir::isNumber(build.type(field->value).elem))
    return invalid(e, "field", "only numbers can be summed or ordered"), Typed();
  constexpr Reduce::Kind ops[] = {Reduce::count, Reduce::sum, Reduce::mean, Reduce::min, Reduce::max};
  result.type = field->type;
  result.value = reduce(*this, ops[*which], field->value);
  if (build.type(result.value).elem == Elem::f64) result.type = typeOf(DataType::real);
  return result;
}

// ---- Lag

// The value of an input `step` rows before, with the treatment that the field has.
std::optional<Typed> Importer::lagged(const Field& field, uint32_t step, const std::vector<uint32_t>& same) {
  std::string name = "lag(" + field.name + "," + std::to_string(step);
  for (uint32_t s : same) name += "|" + build.pipeline().nodes[build.pipeline().inputs()[s]].op->as<ir::Input>().field;
  name += ")";
  if (const auto known = lags_.find(name); known != lags_.end()) return known->second;
  ir::Input input = build.pipeline().nodes[build.pipeline().inputs()[field.input]].op->as<ir::Input>();
  input.field = name, input.role = ir::Input::lag, input.required = false, input.nullable = true;
  input.roleOf = field.input, input.roleStep = step, input.same = same;
  input.description = "the value of '" + field.name + "' " + std::to_string(step) + " rows before";
  Field past;
  past.name = name, past.type = field.type, past.dict = field.dict, past.element = field.element, past.input = inputs++;
  past.value = build.add(std::move(input), {}, name);
  if (!treatLag(past, field)) return std::nullopt;
  Typed result;
  result.value = past.value, result.type = past.type, result.order = field.order;
  return lags_[name] = result;
}

Typed Importer::lag(Scope& scope, const Element* e) {
  if (!onlyAttributes(e, {"field", "n", "aggregate"}) || !onlyChildren(e, {"BlockIndicator"})) return {};
  const auto name = required(e, "field");
  const auto n = integer(e, "n", 1);
  const auto which = choice(e, "aggregate", {"none", "avg", "max", "median", "min", "product", "sum", "stddev"}, 0);
  if (!name || !n || !which) return {};
  if (*n < 1 || *n > 4096) return invalid(e, "n", "a Lag reaches 1 to 4096 rows back"), Typed();
  const auto inputOf = [&](const std::string& wanted, const Element* at) -> Field* {
    Field* field = this->field(scope, wanted, at);
    if (!field) return nullptr;
    if (field->input != kNone && field == global.own(wanted)) return field;
    return unsupported(at, "Lag over '" + wanted + "', which is no input of the model"), nullptr;
  };
  Field* field = inputOf(*name, e);
  if (!field) return {};
  std::vector<uint32_t> same;
  for (auto* b = e->FirstChildElement("BlockIndicator"); b; b = b->NextSiblingElement("BlockIndicator")) {
    const auto block = required(b, "field");
    Field* indicator = block && onlyAttributes(b, {"field"}) ? inputOf(*block, b) : nullptr;
    if (!indicator) return {};
    same.push_back(indicator->input);
  }
  at(e);
  if (*which == 0) {
    const auto value = lagged(*field, static_cast<uint32_t>(*n), same);
    return value ? *value : Typed();
  }
  std::vector<ValueId> values;
  Typed result;
  for (uint32_t step = 1; step <= *n; step++) {
    const auto value = lagged(*field, step, same);
    if (!value) return {};
    values.push_back(value->value), result.type = value->type;
  }
  if (!ir::isNumber(build.type(values[0]).elem)) return invalid(e, "field", "only numbers can be aggregated"), Typed();
  const ValueId all = build.add(ir::Concat(), std::move(values));
  constexpr Reduce::Kind ops[] = {Reduce::sum, Reduce::mean,    Reduce::max, Reduce::median,
                                  Reduce::min, Reduce::product, Reduce::sum};
  result.value = *which == 7 ? sampleDeviation(*this, all) : reduce(*this, ops[*which], all);
  if (build.type(result.value).elem == Elem::f64) result.type = typeOf(DataType::real);
  return result;
}

}  // namespace kiln::pmml
