// neighbors: the instances nearest to a row.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n] (f64 or f32). Results: measures [k] and row numbers i32 [k] of the k instances with the smallest measure
/// (`largest`: the largest), in order; ties by row number, NaN last. Instances without a measure are left out; where fewer than
/// k are left, the rest is missing.
struct Neighbors final : OpBase<Neighbors, OpKind::Neighbors> {
  TableRef rows, measure;
  uint32_t k = 1;
  bool largest = false;

  void fields(FieldVisitor& f) override {
    f.field("rows", rows), f.field("measure", measure), f.field("k", k), f.field("largest", largest);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
