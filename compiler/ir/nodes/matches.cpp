// matches: find, by the reference matcher.
#include "compiler/ir/nodes/matches.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/regex/regex.h"

namespace kiln::ir {

std::vector<Type> Matches::infer(Inference& inference) const {
  Type type = scalarType(Elem::boolean);
  if (!expectOperands(inference, 1, 1)) return {type};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.elem == Elem::str, "str");
  const auto regex = regex::compile(pattern, ignoreCase);
  inference.expect(regex->error.empty(), "pattern '" + pattern + "': " + regex->error);
  type.nullable = x.nullable, type.fallible = x.fallible, type.shape = x.shape;
  return {type};
}

void Matches::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const auto regex = regex::compile(pattern, ignoreCase);
  regex::Groups groups;
  for (size_t i = 0; i < y.elements.size(); i++) {
    const Datum& x = e.operand(0).elements[i];
    if (!(y.elements[i].missing = x.missing)) y.elements[i].boolean = regex::find(regex->program, x.text, 0, groups);
  }
}

}  // namespace kiln::ir
