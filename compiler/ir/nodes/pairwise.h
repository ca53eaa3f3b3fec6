// pairwise: the measure of a row and each of the instances.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n] (f64 or f32). Result [m], one for each row of `rows` ([m,n], the same type); see the table `measure`.
struct Pairwise final : OpBase<Pairwise, OpKind::Pairwise> {
  TableRef rows, measure;

  void fields(FieldVisitor& f) override { f.field("rows", rows), f.field("measure", measure); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
