// couple: probabilities of classes from those of their pairs.
#include "compiler/ir/nodes/couple.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Couple::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& r = inference.operands[0];
  inference.expect(classes >= 2 && classes <= 1024, "classes must be 2 to 1024");
  const uint64_t pairs = uint64_t{classes} * (classes - 1) / 2;
  expectOperand(inference, 0, isFloat(r.elem) && r.shape == std::vector<uint32_t>{static_cast<uint32_t>(pairs)} && !r.isList(), "f64 or f32, one a pair of classes");
  return {r.with({classes})};
}

namespace {

template <class T>
struct Pairs {
  const RowValue& r;
  size_t k;
  /// Probability of class i against class j.
  T operator()(size_t i, size_t j) const {
    const size_t a = std::min(i, j), b = std::max(i, j);
    const T p = get<T>(r.elements[a * (2 * k - a - 1) / 2 + b - a - 1]);
    return i < j ? p : 1 - p;
  }
};

template <class T>
std::vector<T> coupled(const Pairs<T>& r, size_t k) {
  std::vector<T> p(k, T(1) / static_cast<T>(k)), own(k), weighted(k);
  const auto q = [&](size_t t, size_t j) { return t == j ? own[t] : -r(j, t) * r(t, j); };
  for (size_t t = 0; t < k; t++)
    for (size_t j = 0; j < k; j++)
      if (j != t) own[t] += r(j, t) * r(j, t);
  const T enough = T(0.005) / static_cast<T>(k);
  for (int round = 0; round < 100; round++) {
    T all = 0, worst = 0;
    for (size_t t = 0; t < k; t++) {
      weighted[t] = 0;
      for (size_t j = 0; j < k; j++) weighted[t] += q(t, j) * p[j];
      all += p[t] * weighted[t];
    }
    for (size_t t = 0; t < k; t++) {
      const T off = std::abs(weighted[t] - all);
      if (off > worst) worst = off;
    }
    if (worst < enough) break;
    for (size_t t = 0; t < k; t++) {
      const T step = (all - weighted[t]) / own[t], scale = 1 + step;
      p[t] += step;
      all = (all + step * (step * own[t] + 2 * weighted[t])) / scale / scale;
      for (size_t j = 0; j < k; j++) {
        weighted[j] = (weighted[j] + step * q(t, j)) / scale;
        p[j] = p[j] / scale;
      }
    }
  }
  return p;
}

}  // namespace

void Couple::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  if (anyMissing(e.operand(0))) return setMissing(y);
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> p = coupled<T>({e.operand(0), classes}, classes);
    for (size_t i = 0; i < classes; i++) set(y.elements[i], p[i]);
  });
}

}  // namespace kiln::ir
