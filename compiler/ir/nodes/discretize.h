// discretize: a number to the index of the first bin that holds it.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x: f64 or f32 scalar. Result i32: missing where x is missing, NaN, or in no bin.
struct Discretize final : OpBase<Discretize, OpKind::Discretize> {
  TableRef edges;

  void fields(FieldVisitor& f) override { f.field("edges", edges); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
