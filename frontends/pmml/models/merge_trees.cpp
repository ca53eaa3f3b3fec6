// Segments that are trees and nothing else become one forest table: a forest of a thousand trees is one node.
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/forest.h"
#include "frontends/pmml/models/linear_leaves.h"
#include "frontends/pmml/models/combine_members.h"
#include "frontends/pmml/models/tree_model.h"

namespace kiln::pmml {

using namespace ir;

namespace {

bool isPlainTree(const Importer& importer, const Segmentation& s, const Segment& segment) {
  const Element* model = segment.model;
  if (std::strcmp(model->Name(), "TreeModel") || std::strcmp(segment.predicate->Name(), "True") ||
      !segment.weightField.empty())
    return false;
  if (model->FirstChildElement("Targets") || !importer.trees.contains(model)) return false;
  const char* missing = model->Attribute("missingValueStrategy");
  if (missing && (!std::strcmp(missing, "weightedConfidence") || !std::strcmp(missing, "aggregateNodes"))) return false;
  const StreamedTree& tree = *importer.trees.at(model);
  if (!tree.embedded.empty() && (s.classification || !LinearLeaves::arePlain(tree))) return false;
  const char* scorable = model->Attribute("isScorable");
  const char* function = model->Attribute("functionName");
  if (!function || (std::strcmp(function, "classification") && std::strcmp(function, "regression"))) return false;
  return isClassification(model) == s.classification && (!scorable || !std::strcmp(scorable, "true"));
}

struct Merging {
  Importer& importer;
  Scope& scope;
  const Segmentation& s;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  TreeForest out{importer};
  Classes classes = {};
  std::optional<double> start = {};  // what the sum begins with
  bool noPrediction = false;    // some row ends without one
  bool noDistribution = false;  // or at a class without ScoreDistribution

  enum Leaves { sums, each, codes, distributions, linear };
  Leaves leaves = sums;
  LinearLeaves functions{importer, elem};  // of the leaves, if `linear`

  double rounded(double v, Elem e) const { return e == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v; }

  uint32_t none() {
    noPrediction = true;
    return out.forest.addLeaf(Forest::noPrediction);
  }

  uint32_t linearLeaf(Scope& inner, const Segment& segment, const StreamedTree& tree, uint32_t node, Elem treeElem) {
    std::optional<double> score;
    if (node == TreeForest::kFails) return functions.addConstant(score), out.forest.addLeaf(Forest::fail);
    if (node != StreamedTree::kNone && tree.nodes[node].score) {
      score = treeNumber(importer, segment.model, tree, tree.nodes[node].score, tree.nodes[node].at, "score", treeElem);
      if (!score) return kNone;
    }
    const auto regression = tree.embedded.find(node);
    if (regression == tree.embedded.end()) {
      functions.addConstant(score);
    } else if (!functions.addRegression(inner, regression->second, score)) {
      return kNone;
    }
    return out.forest.addLeaf();
  }

  uint32_t leaf(const Segment& segment, const StreamedTree& tree, uint32_t node, Elem treeElem) {
    if (node == StreamedTree::kNone) return none();
    if (node == TreeForest::kFails) return out.forest.addLeaf(Forest::fail);
    if (!s.classification) {
      if (!tree.nodes[node].score) return none();
      const auto score =
          treeNumber(importer, segment.model, tree, tree.nodes[node].score, tree.nodes[node].at, "score", treeElem);
      if (!score) return kNone;
      const uint32_t index = out.forest.addLeaf();
      double weight = leaves == sums && s.weighted()
                          ? rounded(rounded(segment.weight, elem) * rounded(*score, elem), elem)
                          : rounded(*score, elem);
      // The first tree's leaves hold the start already: its sum with one of them is the first that is rounded.
      if (start && &segment == &s.segments.front()) weight = rounded(*start + weight, elem);
      out.forest.addWeight(0, weight);
      return index;
    }
    const auto distribution = treeDistribution(importer, segment.model, tree, node, classes, treeElem);
    if (!distribution) return kNone;
    if (leaves == codes) {
      const auto code = treeClass(importer, segment.model, tree, node, classes, *distribution);
      if (!code) return kNone;
      const uint32_t index = out.forest.addLeaf();
      out.forest.addWeight(0, *code);
      return index;
    }
    noDistribution = noDistribution || distribution->classes.empty() || distribution->noRecords;
    const uint32_t index = out.forest.addLeaf();
    for (size_t i = 0; i < distribution->classes.size(); ++i) {
      const double p = rounded(distribution->probabilities[i], elem);
      if (p != 0)
        out.forest.addWeight(distribution->classes[i],
                             s.weighted() ? rounded(rounded(segment.weight, elem) * p, elem) : p);
    }
    return index;
  }

  bool addTrees() {
    bool ok = true;
    for (const Segment& segment : s.segments) {
      const bool outerFloat = importer.floatMath;
      const auto context = importer.choice(segment.model, "x-mathContext", {"double", "float"}, 0);
      importer.floatMath = context && *context == 1;
      const Elem treeElem = mathElem(importer);
      Scope inner(&scope);
      const StreamedTree* tree = streamedTree(importer, segment.model);
      const auto strategy = treeStrategy(importer, segment.model);
      const Element* local = segment.model->FirstChildElement("LocalTransformations");
      const bool declared = tree && strategy && context && importer.declareMiningSchema(inner, segment.model, false) &&
                            (!local || importer.declareTransformations(inner, local));
      ok = declared && out.add(inner, segment.model, *tree, *strategy, [&](uint32_t node) {
        return leaves == linear ? linearLeaf(inner, segment, *tree, node, treeElem)
                                : leaf(segment, *tree, node, treeElem);
      }) && ok;
      importer.floatMath = outerFloat;
    }
    return ok;
  }

  ValueId node(ForestNode::Result result, bool scalar, const char* name) {
    importer.at(s.element);
    if (out.columns.empty()) {
      out.columns.push_back(build.boolean(true));
      out.forest.columns = 1;
    }
    out.forest.columns = static_cast<uint32_t>(out.columns.size());
    ForestNode node;
    node.table = build.table(std::move(out.forest), "forest");
    node.result = result;
    node.elem = elem;
    node.scalar = scalar;
    return build.add(std::move(node), out.columns, name);
  }

  ValueId weights() {
    if (!s.weighted()) return kNone;
    std::vector<double> list;
    for (const Segment& segment : s.segments) list.push_back(segment.weight);
    return constantVector(importer, list, s.votes() ? Elem::f64 : elem, "weights");  // votes are f64
  }
  ValueId totalWeight() {
    double total = 0;
    for (const Segment& segment : s.segments) total = rounded(total + rounded(segment.weight, elem), elem);
    return elem == Elem::f32 ? build.number32(total) : build.number(total);
  }
  std::optional<Prediction> combined(ValueId members) {
    const ValueId ran = constantBooleans(importer, std::vector<bool>(s.segments.size(), true), "ran");
    return combineMembers(importer, s, members, ran, weights());
  }

  std::optional<Prediction> linearRegression(bool& merged) {
    leaves = linear;
    if (!addTrees()) return std::nullopt;
    const ValueId reached = node(ForestNode::leaf, false, "leaves");
    merged = functions.sortTerms() || importer.diagnostics.hasErrors();
    if (importer.diagnostics.hasErrors()) return std::nullopt;
    if (!merged) return std::nullopt;
    return combined(functions.value(reached));
  }

  std::optional<Prediction> regression(bool& merged) {
    for (const Segment& segment : s.segments) {
      if (!importer.trees.at(segment.model)->embedded.empty()) return linearRegression(merged);
    }
    const bool adds = s.method == MultipleModelMethod::sum || s.method == MultipleModelMethod::average ||
                      s.method == MultipleModelMethod::weightedSum || s.method == MultipleModelMethod::weightedAverage;
    // Skipping missing members needs each of them.
    leaves = adds && s.missing != MissingPrediction::skipSegment ? sums : each;
    const bool isSum = s.method == MultipleModelMethod::sum || s.method == MultipleModelMethod::weightedSum;
    if (leaves == sums && isSum) start = importer.sumStart(s.model);
    if (!addTrees()) return std::nullopt;
    if (leaves == each) return combined(node(ForestNode::each, false, "scores"));
    Prediction prediction;
    prediction.beganWithConstant = start.has_value();
    prediction.value =
        node(s.method == MultipleModelMethod::average ? ForestNode::average : ForestNode::sum, true, "score");
    if (s.method == MultipleModelMethod::weightedAverage)
      prediction.value = build.call("div", {prediction.value, totalWeight()});
    return prediction;
  }

  std::optional<Prediction> classification(bool& merged) {
    classes = classesOf(importer, s.model);
    for (const Segment& segment : s.segments) {
      if (classesOf(importer, segment.model).dict == classes.dict) continue;
      merged = false;  // another target's classes
      return std::nullopt;
    }
    leaves = s.votes() ? codes : distributions;
    out.forest.targets = leaves == codes ? 1 : classCount(importer, classes);
    if (!addTrees()) return std::nullopt;
    if (leaves == codes) {
      const ValueId codesOfTrees = build.add(Cast(Elem::i32), {node(ForestNode::each, false, "votes")});
      return combined(codesOfTrees);
    }
    if (noDistribution || (noPrediction && s.missing == MissingPrediction::skipSegment)) {
      merged = false;
      return std::nullopt;
    }
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type;
    prediction.labels = classes.dict;
    prediction.probabilities = node(s.weighted() ? ForestNode::sum : ForestNode::average, false, "p");
    if (s.weighted())
      prediction.probabilities = build.call("div", {prediction.probabilities, totalWeight()}, false, {}, "p");
    ArgMax best;
    best.dict = classes.dict;
    prediction.value = build.add(std::move(best), {prediction.probabilities}, "label");
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> mergeTrees(Importer& importer, Scope& scope, const Segmentation& s, bool& merged) {
  merged = s.method < MultipleModelMethod::selectFirst && !readsSegments(s.model);
  for (const Segment& segment : s.segments) merged = merged && isPlainTree(importer, s, segment);
  const bool addsProbabilities =
      s.method == MultipleModelMethod::average || s.method == MultipleModelMethod::weightedAverage;
  if (s.classification && !s.votes() && !addsProbabilities) merged = false;
  if (!merged) return std::nullopt;
  Merging merging{importer, scope, s, importer.build};
  return s.classification ? merging.classification(merged) : merging.regression(merged);
}

}  // namespace kiln::pmml
