// dense: weighted sums of a vector with a constant matrix.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n], f64 or f32. `weights` [m,n] and optional `bias` [m] of the same element type. Result [m]; of one element
/// and `scalar`: a scalar. Of x [.., n] the result is [.., m]. y[j] = bias[j] + w[j,0] x[0] + w[j,1] x[1] + ... in this order (biasLast: the bias is added
/// last; the sum then starts with the first product, as it does without bias). order striped: 16 partial sums from 0 by
/// i mod 16, added pairwise as a tree (i + 8, then 4, 2, 1), then the bias. Nothing to add: the bias, or 0. order fused (f32 only): each `panel`
/// of inputs is summed from 0 by fused multiply-add, w[j,i] x[i] + sum rounded once, and the sums are added to the bias, or to the first one.
/// skipZero: a weight of zero contributes nothing, not even 0 * x (so infinite and missing x do not count there).
/// Missing strict: a missing element that counts makes y[j] missing.
/// Operands behind x, or without x, are scalar codes (i32 or cat), and x is [n']: code i stands for its one-hot vector, which fills the columns
/// from code_at[i] to code_at[i] + code_size[i]; x fills the others. The one of such a vector contributes its weight, its zeros nothing (not
/// even a weight of infinity), a missing code and one outside of the vector nothing at all. Their sums begin with the bias or are fused.
struct Dense final : OpBase<Dense, OpKind::Dense> {
  enum Order : uint8_t { serial, striped, fused };
  TableRef weights, bias;
  Order order = serial;
  uint32_t panel = 256;
  bool biasLast = false, scalar = false, skipZero = false;
  std::vector<uint32_t> codeAt, codeSize;   ///< by code, ascending and apart

  /// The columns from one code's vector, or the begin, to the next one, which elements of x fill from `first` on; then the vector of `code`.
  struct Run {
    uint32_t column, count, first;
    uint32_t code;   ///< kNone: the end
  };
  std::vector<Run> runs(uint32_t columns) const;
  /// Whether adding products with zeros changes no bit of any sum, for the inputs whose weights are finite: no sum is -0, since it begins with
  /// a bias that is not (what fused sums of a panel underflow to is added to it).
  bool zerosAddNothing(const Pipeline& pipeline) const;

  static constexpr const char* kOrder[] = {"serial", "striped", "fused"};
  void fields(FieldVisitor& f) override {
    f.field("weights", weights), f.field("bias", bias), f.choice("order", order, kOrder), f.field("panel", panel);
    f.field("bias_last", biasLast), f.field("scalar", scalar), f.field("skip_zero", skipZero);
    f.field("code_at", codeAt), f.field("code_size", codeSize);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
