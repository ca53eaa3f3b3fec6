// network: the factors of a Bayesian network's discrete variables, for `bayes_net`.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Variable v has the states 0 .. sizes[v] - 1. Factor f is over the different variables scope[first_scope[f]] ..
/// scope[first_scope[f + 1]]; its values are numbers[first_number[f]] .., row-major, the last variable fastest. A factor without
/// numbers is a likelihood: its values come with each row, one such factor after the other.
struct Network final : TableBase<Network, TableKind::Network> {
  std::vector<uint32_t> sizes, firstScope, scope, firstNumber;
  std::vector<double> numbers;

  void fields(FieldVisitor& f) override {
    f.field("sizes", sizes), f.field("first_scope", firstScope), f.field("scope", scope);
    f.field("first_number", firstNumber), f.field("numbers", numbers);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  size_t factors() const { return firstScope.empty() ? 0 : firstScope.size() - 1; }
  std::vector<uint32_t> scopeOf(size_t factor) const {
    return {scope.begin() + firstScope[factor], scope.begin() + firstScope[factor + 1]};
  }
  bool isLikelihood(size_t factor) const { return firstNumber[factor] == firstNumber[factor + 1]; }
  /// Combinations of the states of these variables; 2^32 if they are more.
  uint64_t combinations(const std::vector<uint32_t>& variables) const;
  /// Values of all likelihoods together.
  uint64_t likelihoods() const;
};

}  // namespace kiln::ir
