// take: elements of a vector.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands: x [n], or [r,c] taken along the first axis; and, if `at` is empty, i (i32 scalar; missing gives missing,
/// one outside fails UNDEFINED). `at` with one entry and `scalar`: a scalar (a row [c] of [r,c]); else a vector of
/// those elements.
struct Take final : OpBase<Take, OpKind::Take> {
  std::vector<uint32_t> at;
  bool scalar = true;

  void fields(FieldVisitor& f) override { f.field("at", at), f.field("scalar", scalar); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
