// concat: scalars and vectors, end to end.
#include "compiler/ir/nodes/concat.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Concat::infer(Inference& inference) const {
  if (!expectOperands(inference, 1)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  Type type = x[0];
  type.nullable = anyNullable(x), type.fallible = anyFallible(x);
  const uint32_t columns = x[0].shape.empty() ? 1 : x[0].shape.back();
  uint32_t length = 0;
  for (size_t i = 0; i < x.size(); i++) {
    expectOperand(inference, i, sameElement(x[i], x[0]), "the type of the first operand");
    const size_t rank = x[i].shape.size();
    if (rows)
      expectOperand(inference, i, (rank == 1 || rank == 2) && x[i].shape.back() == columns, "rows of one length");
    else
      expectOperand(inference, i, rank <= 1, "a scalar or a vector");
    length += rows && rank == 1 ? 1 : rank == 0 ? 1 : x[i].shape[0];
  }
  type.shape = rows ? std::vector<uint32_t>{length, columns} : std::vector<uint32_t>{length};
  return {type};
}

void Concat::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  size_t at = 0;
  for (size_t i = 0; i < e.operands(); i++)
    for (const Datum& d : e.operand(i).elements) y.elements[at++] = d;
}

}  // namespace kiln::ir
