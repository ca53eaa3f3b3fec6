// exponents: the factors of each product of `terms`.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Term t is the product, left to right, of operand[f] ^ exponent[f] for f in first[t] .. first[t + 1]; `first` has one
/// entry more than there are terms. An operand may occur several times in a term.
struct Exponents final : TableBase<Exponents, TableKind::Exponents> {
  std::vector<uint32_t> first, operand;
  std::vector<double> exponent;

  void fields(FieldVisitor& f) override { f.field("first", first), f.field("operand", operand), f.field("exponent", exponent); }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir
