// bayes_net: variable elimination, factor by factor.
#include "compiler/ir/nodes/bayes_net.h"

#include <bit>
#include <set>

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/network.h"

namespace kiln::ir {

std::vector<Elimination> eliminations(const Network& network, const std::vector<uint32_t>& order, const std::vector<uint32_t>& query) {
  std::vector<std::vector<uint32_t>> scopes, factorsOf(network.sizes.size());   // by factor; by variable
  std::vector<bool> used;
  const auto add = [&](std::vector<uint32_t> scope) {
    for (uint32_t v : scope) factorsOf[v].push_back(static_cast<uint32_t>(scopes.size()));
    scopes.push_back(std::move(scope)), used.push_back(false);
  };
  for (size_t f = 0; f < network.factors(); f++) add(network.scopeOf(f));
  std::vector<Elimination> steps;
  for (uint32_t variable : order) {
    Elimination& step = steps.emplace_back();
    step.variable = variable;
    std::set<uint32_t> others;
    for (uint32_t f : factorsOf[variable]) {
      if (used[f]) continue;
      others.insert(scopes[f].begin(), scopes[f].end());
      step.factors.push_back(f);
      used[f] = true;
    }
    others.erase(variable);
    step.scope.assign(others.begin(), others.end());
    step.values = network.combinations(step.scope);
    step.clique = std::min(step.values * network.sizes[variable], uint64_t{1} << 32);
    add(step.scope);
  }
  Elimination& last = steps.emplace_back();
  for (uint32_t f = 0; f < scopes.size(); f++)
    if (!used[f]) last.factors.push_back(f);
  last.scope = query;
  last.values = last.clique = network.combinations(query);
  return steps;
}

std::vector<Type> BayesNet::infer(Inference& inference) const {
  Type type = scalarType(Elem::f64, false, true);
  const Network* network = inference.table<Network>(table);
  if (!network || !expectOperands(inference, 1, 2)) return {type};
  const auto variables = static_cast<uint32_t>(network->sizes.size());
  std::vector<uint32_t> seen(variables, 0);
  bool ok = true;
  for (const auto* list : {&order, &query})
    for (uint32_t v : *list) ok = v < variables && seen[v]++ == 0 && ok;
  inference.expect(ok && order.size() + query.size() == variables && !query.empty(),
                   "order and query do not have each of the " + std::to_string(variables) + " variables once");
  const std::vector<Type>& x = inference.operands;
  expectOperand(inference, 0, x[0].elem == Elem::i32 && x[0].shape == std::vector<uint32_t>{variables}, "i32, one for each variable");
  std::vector<std::string> problems;
  network->verify(inference.pipeline, problems);
  if (!ok || !problems.empty()) return {type};
  const uint64_t likelihoods = network->likelihoods();
  inference.expect((likelihoods != 0) == (x.size() == 2), "has likelihoods as operand if, and only if, its network has");
  if (x.size() == 2)
    expectOperand(inference, 1, x[1].elem == Elem::f64 && !x[1].nullable && x[1].shape.size() == 1 && x[1].shape[0] == likelihoods,
                  "f64 that cannot be missing, one for each likelihood");
  uint64_t most = 0;
  for (const Elimination& step : eliminations(*network, order, query)) most = std::max(most, step.clique);
  inference.expect(most <= 1u << 24, "an elimination has more than 2^24 combinations of states");
  if (most > 1u << 24) return {type};
  type.shape = {static_cast<uint32_t>(network->combinations(query))};
  return {type};
}

namespace {

struct Factor {
  std::vector<uint32_t> scope;
  std::vector<double> values;
  bool has(uint32_t variable) const { return std::find(scope.begin(), scope.end(), variable) != scope.end(); }
};

// What one row knows, and the state of each variable in the combination at hand.
struct Inquiry {
  const Network& network;
  const RowValue& evidence;
  std::vector<uint32_t> state;

  bool isPossible(uint32_t variable) const {
    const Datum& known = evidence.elements[variable];
    return known.missing || known.i32 == static_cast<int32_t>(state[variable]);
  }
  double at(const Factor& factor) const {
    size_t index = 0;
    for (uint32_t v : factor.scope) index = index * network.sizes[v] + state[v];
    return factor.values[index];
  }
  double product(const std::vector<Factor>& factors) const {
    double value = 1;
    for (size_t i = 0; i < factors.size(); i++) value = i == 0 ? at(factors[i]) : value * at(factors[i]);
    return value;
  }
  // Sets the states of combination `i`, the last variable fastest.
  void choose(const std::vector<uint32_t>& scope, size_t i) {
    for (size_t k = scope.size(); k-- > 0;) {
      const uint32_t size = network.sizes[scope[k]];
      state[scope[k]] = static_cast<uint32_t>(i % size), i /= size;
    }
  }
};

void scale(std::vector<double>& values) {
  double largest = 0;
  for (double v : values) largest = v > largest ? v : largest;
  const uint64_t exponent = std::bit_cast<uint64_t>(largest) >> 52;
  if (exponent < 1 || exponent > 2045) return;
  const double power = std::bit_cast<double>((2046 - exponent) << 52);
  for (double& v : values) v = v * power;
}

Factor eliminated(Inquiry& inquiry, const std::vector<Factor>& factors, uint32_t variable) {
  std::set<uint32_t> others;
  for (const Factor& f : factors) others.insert(f.scope.begin(), f.scope.end());
  others.erase(variable);
  Factor made;
  made.scope.assign(others.begin(), others.end());
  made.values.resize(inquiry.network.combinations(made.scope));
  for (size_t i = 0; i < made.values.size(); i++) {
    inquiry.choose(made.scope, i);
    for (uint32_t s = 0; s < inquiry.network.sizes[variable]; s++) {
      inquiry.state[variable] = s;
      if (inquiry.isPossible(variable)) made.values[i] = made.values[i] + inquiry.product(factors);
    }
  }
  scale(made.values);
  return made;
}

}  // namespace

void BayesNet::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Network& network = e.pipeline.table<Network>(table);
  std::vector<Factor> factors;
  size_t next = 0;   // likelihood
  for (size_t f = 0; f < network.factors(); f++) {
    Factor factor{network.scopeOf(f), {network.numbers.begin() + network.firstNumber[f], network.numbers.begin() + network.firstNumber[f + 1]}};
    if (network.isLikelihood(f))
      for (uint64_t i = network.combinations(factor.scope); i > 0; i--) factor.values.push_back(e.operand(1).elements[next++].f64);
    factors.push_back(std::move(factor));
  }
  Inquiry inquiry{network, e.operand(0), std::vector<uint32_t>(network.sizes.size())};
  for (uint32_t variable : order) {
    std::vector<Factor> over, rest;
    for (Factor& f : factors) (f.has(variable) ? over : rest).push_back(std::move(f));
    rest.push_back(eliminated(inquiry, over, variable));
    factors = std::move(rest);
  }
  double total = 0;
  for (size_t i = 0; i < y.elements.size(); i++) {
    inquiry.choose(query, i);
    bool possible = true;
    for (uint32_t v : query) possible = possible && inquiry.isPossible(v);
    set(y.elements[i], possible ? inquiry.product(factors) : 0.0);
    total = total + y.elements[i].f64;
  }
  if (!(total > 0 && total <= std::numeric_limits<double>::max())) {
    y.failure = e.failure(KILN_UNDEFINED);
    return;
  }
  for (Datum& d : y.elements) set(d, d.f64 / total);
}

}  // namespace kiln::ir
