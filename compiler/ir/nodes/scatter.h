// scatter: a tensor with elements put in by indices of the row.
#pragma once
#include "compiler/ir/nodes/addressing.h"

namespace kiln::ir {

/// Operands x, indices i (i64 or i32) and updates u, of x's element type; result: x, in which each element of u, in order,
/// is put at its place: `set`, or combined with what stands there: add, mul (integers wrap), min, max (as the scalar
/// functions; numbers only). A missing index leaves x as it is; one outside fails UNDEFINED. A missing element, there or
/// in u, makes the result of a combination missing.
struct Scatter final : OpBase<Scatter, OpKind::Scatter> {
  enum Kind : uint8_t { set, add, mul, min, max };
  Kind op = set;
  Addressing places;

  static constexpr const char* kKinds[] = {"set", "add", "mul", "min", "max"};
  void fields(FieldVisitor& f) override { f.choice("op", op, kKinds), places.fields(f); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
