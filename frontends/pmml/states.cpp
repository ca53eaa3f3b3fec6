// States: what a model keeps from row to row, as inputs that an output of the row before has fed.
#include <cmath>

#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/support/number.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

ValueId Importer::state(const std::string& name, double reset, const Element* at) {
  this->at(at);
  ir::Input input;
  input.field = "state " + std::to_string(states.size() + 1) + " " + name;
  input.role = ir::Input::state, input.nullable = std::isnan(reset), input.nan = ir::Input::value, input.reset = reset;
  input.description = "kept from row to row, at first " + (std::isnan(reset) ? "missing" : formatNumber(reset));
  const std::string field = input.field;
  ++inputs;
  const ValueId cell = build.add(std::move(input), {}, "state");
  const ValueId value = build.add(ir::Check(), {cell});
  states.push_back({field, value, at});
  return value;
}

void Importer::setState(ValueId state, ValueId next, const Element* at) {
  this->at(at);
  if (build.type(next).nullable) next = build.add(ir::Coalesce(), {next, state});
  for (const Guard& guard : guards) {
    for (ValueId before : guard.before) next = isTrue(*this, before) ? state : build.add(ir::Select(), {before, state, next});
    if (!isTrue(*this, guard.ran)) next = build.add(ir::Select(), {guard.ran, next, state});
  }
  for (State& s : states) {
    if (s.next == state) s.next = next, s.element = at;
  }
}

}  // namespace kiln::pmml
