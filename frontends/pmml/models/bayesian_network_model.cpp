// BayesianNetworkModel: what active fields say is evidence, and each target has the distribution that follows, by exact elimination
// of the discrete nodes. A continuous node that is known weighs the states of its parents by its density; one that is a target has
// its mean. What depends on a continuous node that is not known has no such answer and is refused.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/bayes_net.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/network.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/bayesian_nodes.h"
#include "frontends/pmml/models/places.h"

namespace kiln::pmml {

using namespace ir;

namespace {

// Which of the nodes a query needs: their places among its variables, kNone for the others.
struct Variables {
  std::vector<uint32_t> place, nodes;
  std::vector<uint32_t> of(const std::vector<uint32_t>& numbers) const {
    std::vector<uint32_t> places;
    for (uint32_t n : numbers) places.push_back(place[n]);
    return places;
  }
};

struct Order {
  std::vector<uint32_t> variables;
  uint64_t most = 0;   // combinations of states that an elimination meets
};

// An order of elimination: next the variable that makes the smallest factor, of equal ones the first. It ends where one meets more
// than `limit` combinations.
Order smallestFirst(const Network& network, const std::vector<uint32_t>& query, uint64_t limit) {
  const auto count = static_cast<uint32_t>(network.sizes.size());
  std::vector<std::set<uint32_t>> around(count);   // variables that share a factor
  const auto join = [&around](const std::vector<uint32_t>& scope) {
    for (uint32_t v : scope) {
      around[v].insert(scope.begin(), scope.end());
      around[v].erase(v);
    }
  };
  for (size_t f = 0; f < network.factors(); ++f) join(network.scopeOf(f));
  std::vector<bool> done(count);
  for (uint32_t q : query) done[q] = true;
  std::vector<uint64_t> size(count);
  std::set<std::pair<uint64_t, uint32_t>> waiting;
  const auto measure = [&](uint32_t v) {
    if (done[v]) return;
    waiting.erase({size[v], v});
    size[v] = network.combinations({around[v].begin(), around[v].end()});
    waiting.emplace(size[v], v);
  };
  for (uint32_t v = 0; v < count; ++v) measure(v);
  Order order{{}, network.combinations(query)};
  while (!waiting.empty() && order.most <= limit) {
    const auto [least, best] = *waiting.begin();
    waiting.erase(waiting.begin());
    done[best] = true;
    order.variables.push_back(best);
    order.most = std::max(order.most, std::min(least * network.sizes[best], uint64_t{1} << 32));
    if (order.most > limit) break;
    const std::vector<uint32_t> left(around[best].begin(), around[best].end());
    for (uint32_t v : left) around[v].erase(best);
    join(left);
    for (uint32_t v : left) measure(v);
  }
  return order;
}

struct BayesianNetwork {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  BayesianNodes nodes = {};
  std::vector<std::string> targets = {};
  std::map<std::string, bool> mined = {};                  // MiningFields, and whether they are active
  std::vector<ValueId> evidence = {};                      // by node: its state as i32, kNone if it has no field
  std::vector<std::pair<uint32_t, ValueId>> likelihoods = {};   // of continuous nodes that are known: one a combination of their parents

  bool isTarget(const std::string& name) const { return std::find(targets.begin(), targets.end(), name) != targets.end(); }

  // Whether a node's value may be known: an active field, or one derived from such.
  bool isActive(const std::string& name) {
    if (isTarget(name)) return false;
    const Field* field = scope.find(name);
    if (field && field->element && !std::strcmp(field->element->Name(), "DerivedField")) return true;
    if (mined.empty()) {
      const Element* schema = model->FirstChildElement("MiningSchema");
      for (const Element* f = schema->FirstChildElement("MiningField"); f; f = f->NextSiblingElement("MiningField"))
        mined.emplace(importer.attribute(f, "name").value_or(""), importer.attribute(f, "usageType").value_or("active") == "active");
    }
    const auto known = mined.find(name);
    return known != mined.end() && known->second;
  }

  // The text calls it Mean and says no more.
  void warnOfTriangles() {
    for (const BayesianNode& node : nodes.nodes()) {
      for (const ContinuousDistribution& d : node.distributions) {
        if (d.kind == Distribution::triangular)
          return importer.warn(d.mean, "the Mean of a triangular distribution is taken for its mean, not for its mode", "the mode is three times the mean less both bounds");
      }
    }
  }

  bool declareDerived() {
    for (const BayesianNode& node : nodes.nodes()) {
      if (!importer.declareDerivedFields(scope, node.element)) return false;
    }
    return true;
  }

  // ---- discrete nodes

  // The state of a node; a value that is none of them becomes a number that is no state.
  ValueId stateOf(const BayesianNode& node) {
    Field* field = importer.field(scope, node.name, node.element);
    return !field ? ir::kNone : placeAmong(importer, *field, node.states, node.element);
  }

  // ---- continuous nodes

  // The parameters of continuous nodes are computed from fields that are known or missing in the row.
  bool readsKnownFields(const BayesianNode& node) {
    for (const std::string& name : node.read) {
      const uint32_t parent = nodes.find(name);
      if (parent == ir::kNone) continue;
      if (nodes[parent].discrete)
        return importer.unsupported(node.element, "a distribution that reads the discrete node '" + name + "'", "give one distribution for each ParentValue");
      if (!isActive(name))
        return importer.unsupported(node.element, "a node below the continuous node '" + name + "', which is not known",
                                    "only sampling answers this; make '" + name + "' an active field");
    }
    return true;
  }

  ValueId parameter(const Element* e) {
    const Importer::Typed typed = importer.expression(scope, Importer::expressionOf(e));
    if (!typed) return ir::kNone;
    const ValueId value = asNumber(importer, typed.value, Elem::f64);
    if (value == ir::kNone) importer.invalid(e, "", "is not a number");
    return value;
  }

  ValueId one() { return build.number(1); }
  ValueId call(const char* function, ValueId a, ValueId b) { return build.call(function, {a, b}); }
  ValueId both(ValueId a, ValueId b) { return build.call("and", {a, b}); }
  ValueId where(ValueId condition, ValueId a, ValueId b) { return build.add(Select(), {condition, a, b}); }

  // Mean and standard deviation of the logarithm.
  ValueId lognormal(ValueId x, ValueId mean, ValueId variance) {
    const ValueId density = build.call("norm_pdf", {build.call("log", {x}), mean, build.call("sqrt", {variance})});
    return where(call("gt", x, build.number(0)), call("div", density, x), build.number(0));
  }
  ValueId uniform(ValueId x, ValueId lower, ValueId upper) {
    return where(both(call("ge", x, lower), call("le", x, upper)), call("div", one(), call("sub", upper, lower)), build.number(0));
  }
  // Lower and upper bound, and a mean that is a third of their sum with the mode. A mode beyond a bound: NaN, but for rounding.
  ValueId triangular(ValueId x, ValueId mean, ValueId lower, ValueId upper) {
    const ValueId width = call("sub", upper, lower), slack = call("mul", width, build.number(1e-9));
    const ValueId sought = call("sub", call("sub", call("mul", build.number(3), mean), lower), upper);
    const ValueId sound = both(call("ge", sought, call("sub", lower, slack)), call("le", sought, call("add", upper, slack)));
    const ValueId mode = call("min", call("max", sought, lower), upper);
    const auto side = [&](ValueId from, ValueId length) {
      return call("div", call("mul", build.number(2), from), call("mul", width, length));
    };
    const ValueId left = side(call("sub", x, lower), call("sub", mode, lower)), right = side(call("sub", upper, x), call("sub", upper, mode));
    const ValueId peak = call("div", build.number(2), width);
    const ValueId inside = where(call("lt", x, mode), left, where(call("gt", x, mode), right, peak));
    const ValueId density = where(both(call("ge", x, lower), call("le", x, upper)), inside, build.number(0));
    return where(sound, density, build.number(std::nan("")));
  }

  // The density at x, or without x the mean; kNone if it reported.
  ValueId valueOf(const ContinuousDistribution& d, ValueId x) {
    const ValueId mean = d.mean ? parameter(d.mean) : ir::kNone, variance = d.variance ? parameter(d.variance) : ir::kNone;
    const ValueId lower = d.lower ? parameter(d.lower) : ir::kNone, upper = d.upper ? parameter(d.upper) : ir::kNone;
    for (const auto& [element, value] : {std::pair{d.mean, mean}, {d.variance, variance}, {d.lower, lower}, {d.upper, upper}}) {
      if (element && value == ir::kNone) return ir::kNone;
    }
    importer.at(d.element);
    const bool density = x != ir::kNone;
    switch (d.kind) {
      case Distribution::normal: return density ? build.call("norm_pdf", {x, mean, build.call("sqrt", {variance})}) : mean;
      case Distribution::lognormal:
        return density ? lognormal(x, mean, variance) : build.call("exp", {call("add", mean, call("div", variance, build.number(2)))});
      case Distribution::uniform: return density ? uniform(x, lower, upper) : call("div", call("add", lower, upper), build.number(2));
      default: return density ? triangular(x, mean, lower, upper) : mean;
    }
  }

  // One value a combination of the parents' states.
  ValueId valuesOf(const BayesianNode& node, ValueId x) {
    std::vector<ValueId> values;
    for (const ContinuousDistribution& d : node.distributions) {
      values.push_back(valueOf(d, x));
      if (values.back() == ir::kNone) return ir::kNone;
    }
    importer.at(node.element);
    return build.add(Concat(), values, x == ir::kNone ? "means" : "densities");
  }

  // Densities, all 1 where the node is not known. Where it is but a field of its parameters is not, there is no answer.
  ValueId likelihoodOf(const BayesianNode& node) {
    const ValueId x = asNumber(importer, importer.value(scope, node.name, node.element), Elem::f64);
    if (x == ir::kNone) return importer.invalid(node.element, "name", "is not a number"), ir::kNone;
    ValueId densities = readsKnownFields(node) ? valuesOf(node, x) : ir::kNone;
    if (densities == ir::kNone || !build.type(densities).nullable) return densities;
    Reduce any;
    any.op = Reduce::any;
    const ValueId lost = build.add(any, {build.call("is_missing", {densities})});
    densities = build.add(RaiseIf(), {densities, both(build.call("is_present", {x}), lost)});
    return build.add(Coalesce(), {densities, constantVector(importer, std::vector<double>(node.distributions.size(), 1.0), Elem::f64, "unknown")});
  }

  bool readEvidence() {
    evidence.assign(nodes.nodes().size(), ir::kNone);
    for (uint32_t n = 0; n < nodes.nodes().size(); ++n) {
      const BayesianNode& node = nodes[n];
      if (!isActive(node.name)) continue;
      importer.at(node.element);
      const ValueId value = node.discrete ? stateOf(node) : likelihoodOf(node);
      if (value == ir::kNone) return false;
      if (node.discrete) {
        evidence[n] = value;
      } else {
        likelihoods.emplace_back(n, value);
      }
    }
    return true;
  }

  // ---- queries

  // The discrete nodes that matter: those asked for, those that may be known, the parents of known continuous ones, and all above.
  Variables variablesOf(const std::vector<uint32_t>& query) {
    std::vector<uint32_t> pending = query;
    for (uint32_t n = 0; n < evidence.size(); ++n) {
      if (evidence[n] != ir::kNone) pending.push_back(n);
    }
    for (const auto& [node, value] : likelihoods) pending.insert(pending.end(), nodes[node].parents.begin(), nodes[node].parents.end());
    std::vector<bool> needed(nodes.nodes().size());
    while (!pending.empty()) {
      const uint32_t n = pending.back();
      pending.pop_back();
      if (needed[n]) continue;
      needed[n] = true;
      pending.insert(pending.end(), nodes[n].parents.begin(), nodes[n].parents.end());
    }
    Variables variables;
    variables.place.assign(needed.size(), ir::kNone);
    for (uint32_t n = 0; n < needed.size(); ++n) {
      if (needed[n]) variables.place[n] = static_cast<uint32_t>(variables.nodes.size()), variables.nodes.push_back(n);
    }
    return variables;
  }

  Network networkOf(const Variables& variables) {
    Network network;
    network.firstScope = network.firstNumber = {0};
    const auto close = [&](std::vector<uint32_t> scope, const std::vector<double>& numbers) {
      network.scope.insert(network.scope.end(), scope.begin(), scope.end());
      network.numbers.insert(network.numbers.end(), numbers.begin(), numbers.end());
      network.firstScope.push_back(static_cast<uint32_t>(network.scope.size()));
      network.firstNumber.push_back(static_cast<uint32_t>(network.numbers.size()));
    };
    for (uint32_t n : variables.nodes) network.sizes.push_back(static_cast<uint32_t>(nodes[n].states.size()));
    for (uint32_t n : variables.nodes) {
      std::vector<uint32_t> scope = variables.of(nodes[n].parents);
      scope.push_back(variables.place[n]);
      close(std::move(scope), nodes[n].probabilities);
    }
    for (const auto& [node, value] : likelihoods) close(variables.of(nodes[node].parents), {});
    return network;
  }

  // The probability of each combination of the states of these nodes.
  ValueId posterior(const std::vector<uint32_t>& query, const std::string& name) {
    const Variables variables = variablesOf(query);
    Network network = networkOf(variables);
    BayesNet node;
    node.query = variables.of(query);
    const uint64_t limit = std::min<uint64_t>(importer.options.limits.cliqueStates, 1u << 24);
    Order order = smallestFirst(network, node.query, limit);
    if (order.most > limit) {
      importer.invalid(model, "", "an elimination for '" + name + "' meets " + std::to_string(order.most) + " combinations of states, over the limit of " +
                                      std::to_string(importer.options.limits.cliqueStates),
                       "raise it with --max-clique-states, to 16777216 at most");
      return ir::kNone;
    }
    node.order = std::move(order.variables);
    importer.at(model);
    node.table = build.table(std::move(network), name);
    std::vector<ValueId> known, densities;
    for (uint32_t n : variables.nodes) known.push_back(evidence[n] == ir::kNone ? build.missing(scalarType(Elem::i32, true)) : evidence[n]);
    for (const auto& [n, value] : likelihoods) densities.push_back(value);
    std::vector<ValueId> operands{build.add(Concat(), known, "evidence")};
    if (!densities.empty()) operands.push_back(build.add(Concat(), densities, "likelihoods"));
    return build.add(std::move(node), operands, name);
  }

  std::optional<Prediction> discreteTarget(uint32_t n, const Field& target) {
    const Classes classes{target.dict, target.type};
    std::vector<uint32_t> codes;
    for (const std::string& state : nodes[n].states) {
      const auto code = classCode(importer, classes, state, nodes[n].element);
      if (!code) return std::nullopt;
      codes.push_back(*code);
    }
    const ValueId p = posterior({n}, nodes[n].name);
    if (p == ir::kNone) return std::nullopt;
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type, prediction.labels = classes.dict;
    prediction.probabilities = inClassOrder(importer, p, codes, classCount(importer, classes));
    prediction.value = classAt(importer, build.add(ArgMax(), {p}), classes, codes);
    return prediction;
  }

  std::optional<Prediction> continuousTarget(uint32_t n, const Field& target) {
    const BayesianNode& node = nodes[n];
    const ValueId means = readsKnownFields(node) ? valuesOf(node, ir::kNone) : ir::kNone;
    const ValueId p = means == ir::kNone || node.parents.empty() ? ir::kNone : posterior(node.parents, "parents of " + node.name);
    if (means == ir::kNone || (p == ir::kNone && !node.parents.empty())) return std::nullopt;
    Prediction prediction;
    prediction.value = build.add(Reduce(), {p == ir::kNone ? means : call("mul", p, means)}, node.name);
    prediction.targetType = target.type;
    return prediction;
  }

  std::optional<Prediction> predictionOf(const std::string& name) {
    const uint32_t n = nodes.find(name);
    if (n == ir::kNone) return importer.invalid(model, "", "the network has no node for target '" + name + "'"), std::nullopt;
    const auto target = importer.targetField(model, name);
    if (!target) return importer.invalid(model, "", "the DataDictionary has no target '" + name + "'"), std::nullopt;
    auto prediction = nodes[n].discrete ? discreteTarget(n, *target) : continuousTarget(n, *target);
    if (prediction) prediction->target = name;
    return prediction;
  }

  std::optional<Prediction> run() {
    targets = importer.targetNames(model);
    if (targets.empty()) return importer.invalid(model, "", "has no target field"), std::nullopt;
    if (!nodes.read(importer, model) || !declareDerived() || !readEvidence()) return std::nullopt;
    warnOfTriangles();
    std::vector<Prediction> predictions;
    bool ok = true;
    for (const std::string& name : targets) {
      auto prediction = predictionOf(name);
      ok = ok && prediction;
      if (prediction) predictions.push_back(std::move(*prediction));
    }
    if (!ok) return std::nullopt;
    Prediction result = predictions[0];
    result.others.assign(predictions.begin() + 1, predictions.end());
    return result;
  }
};

}  // namespace

std::optional<Prediction> bayesianNetworkModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "modelType", "inferenceMethod", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "BayesianNetworkNodes"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "classification" && *function != "regression" && *function != "mixed") {
    importer.unsupported(model, "functionName '" + *function + "' of a BayesianNetworkModel");
    return std::nullopt;
  }
  return BayesianNetwork{importer, scope, model}.run();
}

bool collectNetworkClasses(Importer& importer, const Element* model, const Classes& classes) {
  const std::vector<std::string> targets = importer.targetNames(model);
  BayesianNodes nodes;
  if (targets.empty()) return true;
  if (!nodes.read(importer, model)) return false;
  const uint32_t n = nodes.find(targets[0]);
  for (const std::string& state : n == ir::kNone ? std::vector<std::string>() : nodes[n].states) {
    if (!classCode(importer, classes, state, nodes[n].element)) return false;
  }
  return true;
}

}  // namespace kiln::pmml
