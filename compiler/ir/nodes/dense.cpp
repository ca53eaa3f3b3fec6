// dense: weighted sums of a vector with a constant matrix.
#include "compiler/ir/nodes/dense.h"

#include <cmath>

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::ir {

std::vector<Type> Dense::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  Type type = scalarType(x.elem, x.nullable, x.fallible);
  expectOperand(inference, 0, isFloat(x.elem) && !x.shape.empty(), "[.., n] f64 or f32");
  const Matrix* w = inference.table<Matrix>(weights);
  if (!w) return {type};
  const uint32_t m = w->shape.empty() ? 0 : w->shape[0], n = x.shape.empty() ? 1 : x.shape.back();
  inference.expect(w->shape.size() == 2 && w->shape[1] == n && w->elem == x.elem,
                   "the weights are not [m," + std::to_string(n) + "] of " + elemName(x.elem));
  if (bias.id != kNone)
    if (const Matrix* b = inference.table<Matrix>(bias))
      inference.expect(b->shape == std::vector<uint32_t>{m} && b->elem == x.elem,
                       "the bias is not [" + std::to_string(m) + "] of " + elemName(x.elem));
  if (!x.shape.empty()) type.shape = x.shape, type.shape.back() = m;
  inference.expect(!scalar || type.size() == 1, "is no scalar, it has " + std::to_string(type.size()) + " elements");
  inference.expect(order != fused || (x.elem == Elem::f32 && !skipZero && panel > 0), "fused sums are of float, with a panel and all weights");
  if (scalar) type.shape.clear();
  return {type};
}

// The products that count, added in index order: onto the bias, or from the first product.
template <class T>
static T addSerial(const std::vector<T>& products, const T* bias, bool biasLast) {
  size_t i = 0;
  T sum = bias && !biasLast ? *bias : products.empty() ? T(0) : products[i++];
  for (; i < products.size(); i++) sum = sum + products[i];
  if (bias && biasLast) sum = products.empty() ? *bias : sum + *bias;
  return sum;
}

// 16 partial sums from zero, added pairwise; then the bias.
template <class T>
static T addStriped(const std::vector<T>& partial, const T* bias) {
  T s[16];
  std::copy(partial.begin(), partial.end(), s);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) s[i] = s[i] + s[i + half];
  return bias ? s[0] + *bias : s[0];
}

// Panels of fused multiply-add from zero, added to the bias.
static float addFused(const float* weights, const std::vector<float>& x, size_t panel, const float* bias) {
  float sum = bias ? *bias : 0;
  for (size_t i = 0; i < x.size(); i += panel) {
    float part = 0;
    for (size_t k = i; k < std::min(x.size(), i + panel); k++) part = std::fma(weights[k], x[k], part);
    sum = i == 0 && !bias ? part : sum + part;
  }
  return sum;
}

static void evaluateFused(const Dense& op, const Matrix& w, const Matrix* b, Evaluation& e, RowValue& y) {
  const size_t m = w.shape[0], n = w.shape[1];
  const std::vector<float> weights(w.numbers.begin(), w.numbers.end());
  std::vector<float> x(n);
  for (size_t r = 0; r < y.elements.size(); r++) {
    const Datum* from = &e.operand(0).elements[r / m * n];
    Datum& sum = y.elements[r];
    for (size_t i = 0; i < n; i++) x[i] = get<float>(from[i]), sum.missing |= from[i].missing;
    const float offset = b ? static_cast<float>(b->numbers[r % m]) : 0;
    if (!sum.missing) set(sum, addFused(&weights[r % m * n], x, op.panel, b ? &offset : nullptr));
  }
}

void Dense::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Matrix& w = e.pipeline.table<Matrix>(weights);
  const Matrix* b = bias.id == kNone ? nullptr : &e.pipeline.table<Matrix>(bias);
  if (order == fused) return evaluateFused(*this, w, b, e, y);
  const size_t m = w.shape[0], n = w.shape[1];
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> terms;   // striped: the partial sums, else the products
    for (size_t r = 0; r < y.elements.size(); r++) {
      const size_t j = r % m;
      const Datum* x = &e.operand(0).elements[r / m * n];
      Datum& sum = y.elements[r];
      terms.assign(order == striped ? 16 : 0, T(0));
      for (size_t i = 0; i < n; i++) {
        const T weight = static_cast<T>(w.numbers[j * n + i]);
        if (skipZero && weight == 0) continue;
        sum.missing |= x[i].missing;
        const T product = weight * get<T>(x[i]);
        if (order == striped)
          terms[i % 16] = terms[i % 16] + product;
        else
          terms.push_back(product);
      }
      const T offset = b ? static_cast<T>(b->numbers[j]) : T(0);
      if (!sum.missing)
        set(sum, order == striped ? addStriped(terms, b ? &offset : nullptr)
                                            : addSerial(terms, b ? &offset : nullptr, biasLast));
    }
  });
}

}  // namespace kiln::ir
