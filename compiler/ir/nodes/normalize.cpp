// normalize: a vector of scores to probabilities.
#include "compiler/ir/nodes/normalize.h"

#include "compiler/ir/elements.h"
#include "runtime/kernels/math.h"

namespace kiln::ir {

std::vector<Type> Normalize::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  Type type = inference.operands[0];
  if (!expectOperand(inference, 0, isFloat(type.elem) && !type.shape.empty(), "[.., n] f64 or f32"))
    return {type};
  const bool single = method == softmaxMlas || method == logSoftmaxMlas;
  if (single && !expectOperand(inference, 0, type.elem == Elem::f32, "[.., n] f32")) return {type};
  if (method == ordinalDifference || method == oneMinusSum) type.shape.back()++;
  return {type};
}

template <class T>
static T sumOf(const std::vector<T>& x) {
  T sum = x[0];
  for (size_t i = 1; i < x.size(); i++) sum = sum + x[i];
  return sum;
}

// max as the scalar function: the first NaN, else the first of the largest.
template <class T>
static T largest(const std::vector<T>& x) {
  T m = x[0];
  for (T v : x) m = m != m ? m : v != v ? v : v > m ? v : m;
  return m;
}

template <class T>
static std::vector<T> logSoftmax(std::vector<T> x) {
  const T m = largest(x);
  std::vector<T> e;
  for (T v : x) e.push_back(static_cast<T>(kernel::math::exp(static_cast<double>(static_cast<T>(v - m)))));
  const T log = static_cast<T>(kernel::math::log(static_cast<double>(sumOf(e))));
  for (T& v : x) v = (v - m) - log;
  return x;
}

static std::vector<float> mlasSoftmax(std::vector<float> x, bool logarithms) {
  const float m = largest(x);
  std::vector<float> e(x.size());
  float lanes[8] = {};
  for (size_t i = 0; i < x.size(); i++) e[i] = kernel::math::mlas_exp_negative<1>(x[i] - m), lanes[i % 8] += e[i];
  const float sum = kernel::math::mlas_sum(lanes), scale = 1 / sum, log = static_cast<float>(kernel::math::log(static_cast<double>(sum)));
  for (size_t i = 0; i < x.size(); i++) x[i] = logarithms ? (x[i] - m) - log : e[i] * scale;
  return x;
}

template <class T>
static std::vector<T> normalize(Normalize::Method method, std::vector<T> x) {
  const size_t n = x.size();
  switch (method) {
    case Normalize::softmax: {
      const T m = largest(x);
      for (T& v : x) v = static_cast<T>(kernel::math::exp(static_cast<double>(static_cast<T>(v - m))));
      [[fallthrough]];
    }
    case Normalize::simplemax: {
      const T sum = sumOf(x);
      for (T& v : x) v = v / sum;
      return x;
    }
    case Normalize::ordinalDifference: {
      std::vector<T> y = {x[0]};
      for (size_t i = 1; i < n; i++) y.push_back(x[i] - x[i - 1]);
      y.push_back(T(1) - x[n - 1]);
      return y;
    }
    case Normalize::logSoftmax: return logSoftmax(std::move(x));
    case Normalize::softmaxMlas:
    case Normalize::logSoftmaxMlas:
      if constexpr (std::is_same_v<T, float>) x = mlasSoftmax(std::move(x), method == Normalize::logSoftmaxMlas);
      return x;
    case Normalize::oneMinusSum: x.push_back(T(1) - sumOf(x)); return x;
  }
  return x;
}

void Normalize::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const size_t n = e.operandType(0).shape.back(), m = e.resultType().shape.back();
  for (size_t r = 0; r < y.elements.size() / m; r++) withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> x;
    bool missing = false;
    for (size_t i = r * n; i < (r + 1) * n; i++) x.push_back(get<T>(e.operand(0).elements[i])), missing |= e.operand(0).elements[i].missing;
    x = normalize(method, std::move(x));
    for (size_t i = 0; i < m; i++) {
      y.elements[r * m + i].missing = missing;
      if (!missing) set(y.elements[r * m + i], x[i]);
    }
  });
}

}  // namespace kiln::ir
