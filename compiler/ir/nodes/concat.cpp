// concat: scalars and tensors, end to end.
#include "compiler/ir/nodes/concat.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

// Along an axis: one rank, and one size in every other dimension.
static bool joins(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, uint32_t axis) {
  if (a.size() != b.size() || axis >= a.size()) return false;
  for (size_t d = 0; d < a.size(); d++)
    if (d != axis && a[d] != b[d]) return false;
  return true;
}

uint32_t Concat::run(const std::vector<uint32_t>& shape) const {
  uint32_t n = 1;
  for (size_t d = rows ? 0 : axis; d < shape.size(); d++) n *= shape[d];
  return n;
}

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
    if (!rows && (rank > 1 || x[0].shape.size() > 1 || axis > 0)) {
      if (expectOperand(inference, i, joins(x[i].shape, x[0].shape, axis), "the shape of the first operand, but for the axis"))
        length += x[i].shape[axis];
      continue;
    }
    if (rows)
      expectOperand(inference, i, (rank == 1 || rank == 2) && x[i].shape.back() == columns, "rows of one length");
    else
      expectOperand(inference, i, rank <= 1, "a scalar or a vector");
    length += rows && rank == 1 ? 1 : rank == 0 ? 1 : x[i].shape[0];
  }
  if (rows)
    type.shape = {length, columns};
  else if (x[0].shape.size() > 1 && axis < x[0].shape.size())
    type.shape[axis] = length;
  else
    type.shape = {length};
  return {type};
}

void Concat::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  size_t at = 0;
  const size_t length = run(e.resultType().shape);
  for (size_t i = 0; i < e.operands(); i++) {
    const size_t own = run(e.operandType(i).shape);
    for (size_t k = 0; k < e.operand(i).elements.size(); k++)
      y.elements[at + k / own * length + k % own] = e.operand(i).elements[k];
    at += own;
  }
}

}  // namespace kiln::ir
