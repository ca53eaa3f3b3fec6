// terms: products of powers.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n], f64 or f32; result [terms]. See Exponents: factors left to right; exponent 1 is x itself, an integer
/// exponent 2 .. 16 repeated multiplication from the left (((x*x)*x)..), 0 leaves the factor out, any other is pow. A
/// term without factors is 1; the product starts with its first factor. Missing strict over the factors used.
struct Terms final : OpBase<Terms, OpKind::Terms> {
  TableRef exponents;

  void fields(FieldVisitor& f) override { f.field("exponents", exponents); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
