// onehot: a code as a vector of zeros with a one.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x: codes (i32 or cat) of any shape. Result: `elem` (f64, f32, i64, i32) of that shape and one axis more,
/// [.., size]: 1 at the code, 0 elsewhere; all 0 for a missing code or one outside of 0 .. size - 1. Never missing.
struct OneHot final : OpBase<OneHot, OpKind::OneHot> {
  Elem elem = Elem::f64;
  uint32_t size = 0;

  void fields(FieldVisitor& f) override { f.field("elem", elem), f.field("size", size); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
