// conv: convolution over one to three axes.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands x [b, groups * c, s1 ..] (f64, f32, i64 or i32), the weights w [m, c, k1 ..] unless `weights` gives them as a
/// table, and, with `biased`, a bias [m] unless `bias` does. Result [b, m, o1 ..], by axis
///   o = (pads before + s + pads after - (dilation * (k - 1) + 1)) / stride + 1.
/// Output j of group g = j / (m / groups) is the bias, or 0, plus x * w over the channels of the group, then the kernel,
/// row-major; what lies in the padding does not count. Strict: a missing element of x in it makes the output missing (as
/// does any missing element of w or the bias). Integers wrap.
struct Conv final : OpBase<Conv, OpKind::Conv> {
  TableRef weights, bias;
  bool biased = false;
  uint32_t groups = 1;
  std::vector<uint32_t> strides, dilations, before, after;   ///< one an axis; empty: 1, 1, 0, 0

  void fields(FieldVisitor& f) override {
    f.field("weights", weights), f.field("bias", bias), f.field("biased", biased), f.field("groups", groups);
    f.field("strides", strides), f.field("dilations", dilations), f.field("before", before), f.field("after", after);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;

  /// All as three axes, the first ones 1 where there are fewer.
  struct Extent {
    uint32_t batch, channels, outputs;                       ///< channels of a group, outputs of all
    uint32_t size[3], kernel[3], result[3], stride[3], dilation[3], pad[3];
  };
  Extent extent(const std::vector<uint32_t>& x, const std::vector<uint32_t>& w) const;
};

}  // namespace kiln::ir
