// neighbors: the instances nearest to a row.
#include "compiler/ir/nodes/neighbors.h"

#include "compiler/ir/measures.h"

namespace kiln::ir {

std::vector<Type> Neighbors::infer(Inference& inference) const {
  const uint32_t m = expectMeasured(inference, rows, measure);
  inference.expect(k > 0, "k must not be 0");
  if (!m) return {Type(), scalarType(Elem::i32)};
  Type measures = inference.operands[0].with({k});
  measures.nullable = k > m || mayMiss(inference, rows);
  Type numbers = scalarType(Elem::i32, measures.nullable, measures.fallible);
  numbers.shape = {k};
  return {measures, numbers};
}

void Neighbors::evaluate(Evaluation& e) const {
  RowValue &measures = fresh(e, 0), &numbers = fresh(e, 1);
  if ((measures.failure = numbers.failure = e.firstFailure())) return;
  const Matrix& instances = e.pipeline.table<Matrix>(rows);
  const Measure& m = e.pipeline.table<Measure>(measure);
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    std::vector<std::pair<T, uint32_t>> all;
    for (uint32_t i = 0; i < instances.shape[0]; i++) {
      const auto d = measured<T>(m, instances, i, e.operand(0));
      if (!d.missing) all.emplace_back(d.value, i);
    }
    const auto before = [&](const std::pair<T, uint32_t>& a, const std::pair<T, uint32_t>& b) {
      const bool aNan = a.first != a.first, bNan = b.first != b.first;
      if (aNan || bNan) return aNan == bNan ? a.second < b.second : bNan;
      if (a.first == b.first) return a.second < b.second;
      return largest ? a.first > b.first : a.first < b.first;
    };
    const size_t found = std::min<size_t>(k, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(found), all.end(), before);
    for (size_t i = 0; i < k; i++) {
      measures.elements[i].missing = numbers.elements[i].missing = i >= found;
      if (i >= found) continue;
      set(measures.elements[i], all[i].first);
      numbers.elements[i].i32 = static_cast<int32_t>(all[i].second);
    }
  });
}

}  // namespace kiln::ir
