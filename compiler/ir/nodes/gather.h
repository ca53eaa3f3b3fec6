// gather: elements of a tensor by indices of the row.
#pragma once
#include "compiler/ir/nodes/addressing.h"

namespace kiln::ir {

/// Operands x, and indices i (i64 or i32); result of `shape`: each element is that of x at its place. A missing index:
/// missing; one outside: fails UNDEFINED.
struct Gather final : OpBase<Gather, OpKind::Gather> {
  std::vector<uint32_t> shape;
  Addressing places;

  void fields(FieldVisitor& f) override { f.field("shape", shape), places.fields(f); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
