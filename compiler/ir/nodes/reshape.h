// reshape: the same elements in another shape.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x; result of `shape`, of as many elements, in row-major order. A vector of one element and a scalar are
/// reshaped into each other.
struct Reshape final : OpBase<Reshape, OpKind::Reshape> {
  std::vector<uint32_t> shape;

  Reshape() = default;
  explicit Reshape(std::vector<uint32_t> s) : shape(std::move(s)) {}
  void fields(FieldVisitor& f) override { f.field("shape", shape); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
