// normalize: a vector of scores to probabilities, over its last axis.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n], f64 or f32; strict: any missing element makes every element missing. Of [.., n] each n elements.
///   softmax             m = max x; e[i] = exp(x[i] - m); e[i] / sum e, summed from the first
///   simplemax           x[i] / sum x
///   ordinal_difference  x is cumulative [n]: x[0], x[1] - x[0], .., 1 - x[n-1]: result [n + 1]
///   one_minus_sum       result [n + 1]: x, then 1 - (x[0] + .. + x[n-1])
///   log_softmax         (x[i] - m) - log(sum e)
///   softmax_mlas        of f32, as ONNX Runtime's MLAS has it: e[i] by its polynomial, the sum in eight lanes, e[i] * (1 / sum)
///   log_softmax_mlas    of f32: (x[i] - m) - log(sum), the sum as in softmax_mlas
struct Normalize final : OpBase<Normalize, OpKind::Normalize> {
  enum Method : uint8_t { softmax, simplemax, ordinalDifference, oneMinusSum, logSoftmax, softmaxMlas, logSoftmaxMlas };
  Method method = softmax;

  Normalize() = default;
  explicit Normalize(Method m) : method(m) {}
  static constexpr const char* kMethods[] = {"softmax", "simplemax", "ordinal_difference", "one_minus_sum", "log_softmax", "softmax_mlas", "log_softmax_mlas"};
  void fields(FieldVisitor& f) override { f.choice("method", method, kMethods); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
