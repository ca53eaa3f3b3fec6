// pairwise: the measure of a row and each of the instances.
#include "compiler/ir/nodes/pairwise.h"

#include "compiler/ir/measures.h"

namespace kiln::ir {

std::vector<Type> Pairwise::infer(Inference& inference) const {
  const uint32_t m = expectMeasured(inference, rows, measure);
  if (!m) return {Type()};
  Type type = inference.operands[0].with({m});
  type.nullable = mayMiss(inference, rows);
  return {type};
}

void Pairwise::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Matrix& instances = e.pipeline.table<Matrix>(rows);
  const Measure& m = e.pipeline.table<Measure>(measure);
  withFloat(e.resultType().elem, [&](auto zero) {
    for (size_t i = 0; i < y.elements.size(); i++) {
      const auto d = measured<decltype(zero)>(m, instances, i, e.operand(0));
      y.elements[i].missing = d.missing;
      set(y.elements[i], d.value);
    }
  });
}

}  // namespace kiln::ir
