// bayes_net: the distribution of a Bayesian network's variables, given what is known of the others.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

struct Network;

/// Operands: evidence `i32[V]`, the state of each variable, missing where it is not known; and, if the network has likelihoods,
/// their values `f64[L]` (not missing). Every variable is in `order` or in `query`, once.
/// Result `f64[K]`: the probability of each combination of the states of `query`, row-major, by variable elimination. There is a
/// list of factors, at first those of the network. For each variable of `order`: the factors over it leave the list, and a factor
/// over their other variables, ascending, joins it at its end: the sum, from 0, over the variable's states in their order of the
/// product of the factors in their order (1 if there is none). States other than the one known are left out, so a state that is
/// none leaves nothing. A new factor is multiplied by the power of two that brings its largest value to 1 .. 2, unless that value
/// is below 2^-1022 or not below 2^1023: a power of two changes no result. In the end the product of the factors left, 0 for
/// states other than those known, is divided by its sum. A sum that is not above 0 and finite fails UNDEFINED.
struct BayesNet final : OpBase<BayesNet, OpKind::BayesNet> {
  TableRef table;
  std::vector<uint32_t> order, query;

  void fields(FieldVisitor& f) override { f.field("table", table), f.field("order", order), f.field("query", query); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

/// One elimination: which factors (those of the network, then those made, by number) it multiplies, and over what.
struct Elimination {
  uint32_t variable = kNone;           ///< kNone: the last, of what is left over `scope` = query
  std::vector<uint32_t> factors;
  std::vector<uint32_t> scope;         ///< of the new factor
  uint64_t values = 0;                 ///< of the new factor
  uint64_t clique = 0;                 ///< the same with the states of the variable, as far as 2^32
};
/// The eliminations of a network whose indices are in range.
std::vector<Elimination> eliminations(const Network& network, const std::vector<uint32_t>& order, const std::vector<uint32_t>& query);

}  // namespace kiln::ir
