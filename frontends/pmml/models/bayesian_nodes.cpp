// Reads BayesianNetworkNodes: names and states first, as nodes may name parents that come later.
#include "frontends/pmml/models/bayesian_nodes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/support/number.h"

namespace kiln::pmml {

namespace {

constexpr double kRounding = 0.015;   ///< how far from 1 a sum of probabilities of two digits may be

bool is(const Element* e, const char* name) { return !std::strcmp(e->Name(), name); }

// Fields that an expression and those inside it read.
void collectFields(const Element* expression, std::vector<std::string>& fields) {
  std::vector<const Element*> pending{expression};
  while (!pending.empty()) {
    const Element* e = pending.back();
    pending.pop_back();
    for (const char* attribute : {"field", "textField"}) {
      if (const char* name = e->Attribute(attribute)) fields.push_back(name);
    }
    for (const Element* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) pending.push_back(c);
  }
}

const Element* parameterOf(Importer& importer, const Element* distribution, const char* name) {
  const Element* parameter = distribution->FirstChildElement(name);
  if (!parameter) return importer.missing(distribution, name), nullptr;
  const Element* expression = Importer::expressionOf(parameter);
  if (!expression) return importer.missing(parameter, "EXPRESSION"), nullptr;
  return importer.isAlone(expression) ? parameter : nullptr;
}

bool readDistribution(Importer& importer, const Element* e, ContinuousDistribution& d) {
  const Element* kind = nullptr;
  for (const Element* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) {
    if (is(c, "Extension")) continue;
    if (kind) return importer.misplaced(c, "a second distribution");
    kind = c;
  }
  static const std::vector<const char*> kKinds = {"NormalDistributionForBN", "LognormalDistributionForBN", "UniformDistributionForBN",
                                                  "TriangularDistributionForBN"};
  if (!kind) return importer.missing(e, "a distribution: NormalDistributionForBN, UniformDistributionForBN ...");
  const auto known = std::find_if(kKinds.begin(), kKinds.end(), [&](const char* name) { return is(kind, name); });
  if (known == kKinds.end()) return importer.unsupported(kind, std::string("distribution '") + kind->Name() + "'");
  d.element = kind, d.kind = static_cast<Distribution>(known - kKinds.begin());
  const bool bounded = d.kind == Distribution::uniform || d.kind == Distribution::triangular;
  if (d.kind != Distribution::uniform && !(d.mean = parameterOf(importer, kind, "Mean"))) return false;
  if (!bounded) return (d.variance = parameterOf(importer, kind, "Variance")) && importer.onlyChildren(kind, {"Mean", "Variance"});
  return (d.lower = parameterOf(importer, kind, "Lower")) && (d.upper = parameterOf(importer, kind, "Upper")) &&
         (d.kind == Distribution::uniform ? importer.onlyChildren(kind, {"Lower", "Upper"}) : importer.onlyChildren(kind, {"Mean", "Lower", "Upper"}));
}

}  // namespace

uint32_t BayesianNodes::find(const std::string& name) const {
  const auto found = byName_.find(name);
  return found == byName_.end() ? kNone : found->second;
}

uint64_t BayesianNodes::combinations(const BayesianNode& node) const {
  uint64_t product = 1;
  for (uint32_t parent : node.parents) product = std::min<uint64_t>(product * nodes_[parent].states.size(), uint64_t{1} << 32);
  return product;
}

// The states of a discrete node are the values that its probabilities name.
bool BayesianNodes::readStates(Importer& importer, BayesianNode& node) {
  std::vector<const Element*> lists{node.element};
  for (const Element* c = node.element->FirstChildElement("DiscreteConditionalProbability"); c; c = c->NextSiblingElement("DiscreteConditionalProbability"))
    lists.push_back(c);
  for (const Element* list : lists) {
    for (const Element* v = list->FirstChildElement("ValueProbability"); v; v = v->NextSiblingElement("ValueProbability")) {
      const auto value = importer.required(v, "value");
      if (!value || !importer.onlyAttributes(v, {"value", "probability"})) return false;
      if (node.stateOf.emplace(*value, static_cast<uint32_t>(node.states.size())).second) node.states.push_back(*value);
    }
  }
  return !node.states.empty() || importer.missing(node.element, "ValueProbability");
}

// The number of the combination that the ParentValues of a condition name. The first condition says which parents there are.
bool BayesianNodes::readParents(Importer& importer, const Element* condition, BayesianNode& node, uint64_t& combination) {
  std::vector<uint32_t> parents, states;
  for (const Element* p = condition->FirstChildElement("ParentValue"); p; p = p->NextSiblingElement("ParentValue")) {
    const auto name = importer.required(p, "parent"), value = importer.required(p, "value");
    if (!name || !value || !importer.onlyAttributes(p, {"parent", "value"})) return false;
    const uint32_t parent = find(*name);
    if (parent == kNone || !nodes_[parent].discrete) return importer.invalid(p, "parent", "there is no DiscreteNode '" + *name + "'");
    const auto state = nodes_[parent].stateOf.find(*value);
    if (state == nodes_[parent].stateOf.end()) return importer.invalid(p, "value", "'" + *name + "' has no such value");
    if (std::find(parents.begin(), parents.end(), parent) != parents.end()) return importer.misplaced(p, "a second value of '" + *name + "'");
    parents.push_back(parent), states.push_back(state->second);
  }
  if (node.parents.empty()) node.parents = parents;
  combination = 0;
  for (uint32_t parent : node.parents) {
    const auto at = std::find(parents.begin(), parents.end(), parent);
    if (at == parents.end()) return importer.invalid(condition, "", "has no ParentValue of '" + nodes_[parent].name + "', as others of this node have");
    combination = combination * nodes_[parent].states.size() + states[static_cast<size_t>(at - parents.begin())];
  }
  return parents.size() == node.parents.size() || importer.invalid(condition, "", "names more parents than others of this node");
}

bool BayesianNodes::readDiscrete(Importer& importer, BayesianNode& node) {
  std::vector<const Element*> conditions;
  for (const Element* c = node.element->FirstChildElement("DiscreteConditionalProbability"); c; c = c->NextSiblingElement("DiscreteConditionalProbability"))
    conditions.push_back(c);
  const bool root = conditions.empty();
  if (!root && node.element->FirstChildElement("ValueProbability"))
    return importer.misplaced(node.element->FirstChildElement("ValueProbability"), "probabilities without condition beside those with one");
  if (root) conditions.push_back(node.element);
  std::vector<bool> given;
  for (const Element* c : conditions) {
    uint64_t combination = 0;
    if (!root && (!importer.onlyAttributes(c, {"count"}) || !importer.onlyChildren(c, {"ParentValue", "ValueProbability"}) ||
                  !readParents(importer, c, node, combination)))
      return false;
    if (!root && node.parents.empty()) return importer.missing(c, "ParentValue");
    const uint64_t rows = combinations(node), size = node.states.size();
    if (rows * size > importer.options.limits.cliqueStates)
      return importer.invalid(node.element, "", "has over " + std::to_string(importer.options.limits.cliqueStates) + " probabilities",
                              "raise the limit with --max-clique-states");
    node.probabilities.resize(rows * size), given.resize(rows);
    if (given[combination]) return importer.misplaced(c, "a second time for these values of the parents");
    given[combination] = true;
    std::vector<bool> known(size);
    double sum = 0;
    for (const Element* v = c->FirstChildElement("ValueProbability"); v; v = v->NextSiblingElement("ValueProbability")) {
      const auto probability = importer.number(v, "probability", std::nullopt);
      if (!probability) return false;
      if (!(*probability >= 0 && *probability <= 1)) return importer.invalid(v, "probability", "is not between 0 and 1");
      const uint32_t state = node.stateOf.at(v->Attribute("value"));
      if (known[state]) return importer.misplaced(v, "a second probability of this value");
      known[state] = true, sum += *probability;
      node.probabilities[combination * size + state] = *probability;
    }
    if (std::fabs(sum - 1) > kRounding)
      importer.warn(c, "probabilities that add up to " + formatNumber(sum) + ", not 1, count as they stand");
  }
  const auto absent = std::find(given.begin(), given.end(), false);
  return absent == given.end() || importer.invalid(node.element, "", "has no probabilities for some values of its parents");
}

bool BayesianNodes::readContinuous(Importer& importer, BayesianNode& node) {
  std::vector<const Element*> conditions;
  for (const Element* c = node.element->FirstChildElement("ContinuousConditionalProbability"); c; c = c->NextSiblingElement("ContinuousConditionalProbability"))
    conditions.push_back(c);
  const bool root = conditions.empty();
  if (!root && node.element->FirstChildElement("ContinuousDistribution"))
    return importer.misplaced(node.element->FirstChildElement("ContinuousDistribution"), "a distribution without condition beside those with one");
  if (root) conditions.push_back(node.element);
  for (const Element* c : conditions) {
    uint64_t combination = 0;
    if (!root && (!importer.onlyAttributes(c, {"count"}) || !importer.onlyChildren(c, {"ParentValue", "ContinuousDistribution"}) ||
                  !readParents(importer, c, node, combination)))
      return false;
    const Element* distribution = c->FirstChildElement("ContinuousDistribution");
    if (!distribution) return importer.missing(c, "ContinuousDistribution");
    if (const Element* second = distribution->NextSiblingElement("ContinuousDistribution"))
      return importer.unsupported(second, "a second ContinuousDistribution", "the text does not say how several of them count");
    if (combinations(node) > 65536) return importer.invalid(node.element, "", "has over 65,536 distributions");
    node.distributions.resize(combinations(node));
    if (node.distributions[combination].element) return importer.misplaced(c, "a second time for these values of the parents");
    if (!readDistribution(importer, distribution, node.distributions[combination])) return false;
    collectFields(distribution, node.read);
  }
  for (const ContinuousDistribution& d : node.distributions) {
    if (!d.element) return importer.invalid(node.element, "", "has no distribution for some values of its parents");
  }
  return true;
}

// No node is its own ancestor: nodes without parents leave one after the other until none is left.
bool BayesianNodes::isAcyclic(Importer& importer) const {
  std::vector<uint32_t> waits(nodes_.size());
  std::vector<std::vector<uint32_t>> children(nodes_.size());
  std::vector<uint32_t> ready;
  for (uint32_t n = 0; n < nodes_.size(); ++n) {
    std::vector<uint32_t> parents = nodes_[n].parents;
    for (const std::string& name : nodes_[n].read) {
      if (find(name) != kNone) parents.push_back(find(name));
    }
    for (uint32_t p : parents) children[p].push_back(n);
    waits[n] = static_cast<uint32_t>(parents.size());
    if (parents.empty()) ready.push_back(n);
  }
  size_t left = nodes_.size();
  for (; !ready.empty(); --left) {
    const uint32_t n = ready.back();
    ready.pop_back();
    for (uint32_t c : children[n]) {
      if (--waits[c] == 0) ready.push_back(c);
    }
  }
  if (left == 0) return true;
  const auto inCycle = std::find_if(waits.begin(), waits.end(), [](uint32_t w) { return w != 0; });
  return importer.invalid(nodes_[static_cast<size_t>(inCycle - waits.begin())].element, "name", "is among its own ancestors");
}

bool BayesianNodes::read(Importer& importer, const Element* model) {
  const Element* list = model->FirstChildElement("BayesianNetworkNodes");
  if (!list) return importer.missing(model, "BayesianNetworkNodes");
  if (!importer.onlyChildren(list, {"DiscreteNode", "ContinuousNode"})) return false;
  for (const Element* e = list->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (is(e, "Extension")) continue;
    BayesianNode node;
    node.element = e, node.discrete = is(e, "DiscreteNode");
    const auto name = importer.required(e, "name");
    if (!name || !importer.onlyAttributes(e, {"name", "count"})) return false;
    node.name = *name;
    if (!(node.discrete ? importer.onlyChildren(e, {"DerivedField", "DiscreteConditionalProbability", "ValueProbability"})
                        : importer.onlyChildren(e, {"DerivedField", "ContinuousConditionalProbability", "ContinuousDistribution"})))
      return false;
    if (!byName_.emplace(*name, static_cast<uint32_t>(nodes_.size())).second) return importer.misplaced(e, "a second node of this name");
    if (node.discrete && !readStates(importer, node)) return false;
    nodes_.push_back(std::move(node));
  }
  if (nodes_.empty()) return importer.missing(list, "DiscreteNode or ContinuousNode");
  for (BayesianNode& node : nodes_) {
    if (!(node.discrete ? readDiscrete(importer, node) : readContinuous(importer, node))) return false;
  }
  return isAcyclic(importer);
}

}  // namespace kiln::pmml
