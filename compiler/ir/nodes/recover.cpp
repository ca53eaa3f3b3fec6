// recover: failure becomes missing.
#include "compiler/ir/nodes/recover.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Recover::infer(Inference& inference) const {
  constexpr uint32_t kCauses = 0x7e;
  inference.expect(causes != 0 && (causes & kCauses) == causes, "causes must be cause bits of kiln_status");
  if (!expectOperands(inference, 1, 1)) return {Type()};
  Type type = inference.operands[0];
  type.nullable |= type.fallible;
  type.fallible &= causes != kCauses;
  return {type};
}

void Recover::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  const RowValue& x = e.operand(0);
  if (!x.failure)
    y.elements = x.elements;
  else if (x.failure.cause & causes)
    setMissing(y);
  else
    y.failure = x.failure;
}

}  // namespace kiln::ir
