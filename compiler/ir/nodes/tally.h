// tally: sums of weights by code (votes).
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands: codes [n] (i32 or cat), weights [n] (f64 or f32). Results: sums [size] in list order, never missing;
/// `first` i32 [size], the position of a code's first contribution, missing where there is none. A missing code or
/// weight, or a code outside 0 .. size - 1, is left out.
struct Tally final : OpBase<Tally, OpKind::Tally> {
  uint32_t size = 0;

  void fields(FieldVisitor& f) override { f.field("size", size); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
