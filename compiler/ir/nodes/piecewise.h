// piecewise: linear interpolation between knots (NormContinuous).
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x: f64 or f32. With the segment i that holds x (the first with x <= x[i+1]):
/// y[i] + (x - x[i]) / (x[i+1] - x[i]) * (y[i+1] - y[i]), in this order. Outside the knots: asIs extends the first or
/// last segment, clip gives the first or last y, missing gives missing. NaN gives NaN. f32: knots rounded to f32, f32
/// arithmetic.
struct Piecewise final : OpBase<Piecewise, OpKind::Piecewise> {
  enum Outlier : uint8_t { asIs, missing, clip };
  TableRef knots;
  Outlier outlier = asIs;

  static constexpr const char* kOutlier[] = {"asis", "missing", "clip"};
  void fields(FieldVisitor& f) override { f.field("knots", knots), f.choice("outlier", outlier, kOutlier); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
