// TreeModel: one forest node finds the leaf; what the leaf says (score, class, distribution, id) is looked up by its
// number.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/choose.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/support/number.h"
#include "frontends/pmml/models/embedded.h"
#include "frontends/pmml/models/linear_leaves.h"
#include "frontends/pmml/models/tree_blend.h"
#include "frontends/pmml/models/tree_model.h"

namespace kiln::pmml {

using namespace ir;

namespace {

// The models inside Nodes are children of the tree's element (see TreeStreams).
bool checkChildren(Importer& importer, const Element* model, const StreamedTree& tree) {
  std::set<const Element*> embedded;
  for (const auto& [node, element] : tree.embedded) embedded.insert(element);
  const bool inner = !std::strcmp(model->Name(), "DecisionTree");
  bool ok = true;
  for (const Element* e = model->FirstChildElement(); e; e = e->NextSiblingElement()) {
    bool known = embedded.contains(e) || (inner && !std::strcmp(e->Name(), "ResultField"));
    for (const char* name : {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets",
                             "LocalTransformations", "ModelVerification", "Extension"})
      known = known || !std::strcmp(e->Name(), name);
    if (!known) ok = importer.unsupported(e, std::string("element '") + e->Name() + "' in '" + model->Name() + "'");
  }
  return ok;
}

}  // namespace

const StreamedTree* streamedTree(Importer& importer, const Element* model) {
  if (!importer.onlyAttributes(
          model, {"modelName", "functionName", "algorithmName", "missingValueStrategy", "missingValuePenalty",
                  "noTrueChildStrategy", "splitCharacteristic", "isScorable", "x-mathContext"})) {
    return nullptr;
  }
  const auto tree = importer.trees.find(model);
  if (tree == importer.trees.end()) {
    importer.missing(model, "Node");
    return nullptr;
  }
  return checkChildren(importer, model, *tree->second) ? tree->second.get() : nullptr;
}

std::optional<double> treeNumber(Importer& importer, const Element* model, const StreamedTree& tree,
                                 StreamedTree::Text text, Location at, const char* attribute,
                                 Elem elem) {
  std::optional<double> value = parseNumber(tree.at(text));
  if (value && elem == Elem::f32) {
    if (const auto rounded = parseFloat(tree.at(text))) value = *rounded;
  }
  if (!value) {
    importer.refuse(Kind::invalid, at, attribute, std::string("'") + tree.at(text) + "' is not a number",
                    importer.document.path(model) + "//" + tree.element);
  }
  return value;
}

std::optional<TreeDistribution> treeDistribution(Importer& importer, const Element* model, const StreamedTree& tree,
                                                 uint32_t node, const Classes& classes, Elem elem) {
  TreeDistribution result;
  const StreamedTree::Node& n = tree.nodes[node];
  const auto rounded = [&](double v) { return elem == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v; };
  std::vector<double> counts;
  double total = 0;
  for (uint32_t d = n.firstDistribution; d < n.firstDistribution + n.distributions; ++d) {
    const StreamedTree::Distribution& entry = tree.distributions[d];
    const auto code = classCode(importer, classes, tree.at(entry.value), model);
    if (!code) return std::nullopt;
    result.classes.push_back(*code);
    for (const auto& [text, list] :
         {std::pair{entry.probability, &result.probabilities}, std::pair{entry.confidence, &result.confidences},
          std::pair{entry.recordCount, &counts}}) {
      if (!text) {
        list->push_back(std::nan(""));
        continue;
      }
      const auto value = treeNumber(importer, model, tree, text, n.at, "", elem);
      if (!value) return std::nullopt;
      list->push_back(*value);
    }
    total = rounded(total + counts.back());
  }
  std::vector<uint32_t> sorted = result.classes;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    importer.refuse(Kind::invalid, n.at, "", "two ScoreDistributions of one class in one Node", importer.document.path(model) + "//" + tree.element);
    return std::nullopt;
  }
  const auto given = [](double v) { return !std::isnan(v); };
  result.noRecords = total == 0 && n.score && !counts.empty() &&
                     std::none_of(result.probabilities.begin(), result.probabilities.end(), given);
  if (result.noRecords) result.probabilities.assign(counts.size(), 0.0);
  const auto missing = std::count_if(result.probabilities.begin(), result.probabilities.end(), [](double v) { return std::isnan(v); });
  if (missing && static_cast<size_t>(missing) < counts.size()) {
    importer.refuse(Kind::missing, n.at, "", "one ScoreDistribution has a probability, so all of the Node need one",
                    importer.document.path(model) + "//" + tree.element);
    return std::nullopt;
  }
  if (!missing && importer.options.jpmml) {  // JPMML: probabilities that do not add up to 1 are divided by their sum
    double sum = 0;
    for (double p : result.probabilities) sum = rounded(sum + p);
    for (double& p : result.probabilities) p = sum > 0 ? rounded(p / sum) : p;
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    if (std::isnan(result.probabilities[i])) result.probabilities[i] = rounded(counts[i] / total);
    if (std::isnan(result.probabilities[i])) {
      importer.refuse(Kind::missing, n.at, "", "ScoreDistribution has neither a probability nor a recordCount",
                      importer.document.path(model) + "//" + tree.element);
      return std::nullopt;
    }
  }
  return result;
}

std::optional<uint32_t> treeClass(Importer& importer, const Element* model, const StreamedTree& tree, uint32_t node,
                                  const Classes& classes, const TreeDistribution& distribution) {
  if (const StreamedTree::Text score = tree.nodes[node].score)
    return classCode(importer, classes, tree.at(score), model);
  const auto best = std::max_element(distribution.probabilities.begin(), distribution.probabilities.end());
  return distribution.classes[static_cast<size_t>(best - distribution.probabilities.begin())];
}

namespace {

struct TreeModelLowering {
  Importer& importer;
  const Element* model;
  const StreamedTree& tree;
  TreeStrategy strategy;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  TreeForest forest{importer};
  std::vector<uint32_t> nodeOf = {};  // node of each leaf, StreamedTree::kNone: no prediction
  TableRef table = {};
  uint32_t severalLeaf = kNone;        // the leaf of rows that go several ways
  ValueId blendedConfidences = kNone;  // of these rows

  static bool isNode(uint32_t node) { return node < TreeForest::kFails; }

  uint32_t addLeaf(uint32_t node, std::optional<double> weight) {
    const uint32_t leaf = forest.forest.addLeaf(node == TreeForest::kFails ? Forest::fail
                                                : weight || (isNode(node) && isClassification(model)) ? Forest::plain
                                                                                                      : Forest::noPrediction);
    if (weight) forest.forest.addWeight(0, *weight);
    nodeOf.push_back(node);
    return leaf;
  }

  ValueId walk(ForestNode::Result result, const char* name) {
    ForestNode node;
    node.table = table;
    node.result = result;
    node.elem = elem;
    node.scalar = true;
    return build.add(std::move(node), forest.columns, name);
  }
  ValueId leaf() { return walk(ForestNode::leaf, "leaf"); }

  ValueId byLeaf(Lookup content, const std::string& name) {
    content.sizes = {static_cast<uint32_t>(nodeOf.size())};
    LookupNode lookup;
    lookup.table = build.table(std::move(content), name);
    return build.add(std::move(lookup), {leaf()}, name);
  }

  // A row ends at one Node: there is no second.
  bool onlyFirst(const Element* outputField) {
    const auto rank = importer.integer(outputField, "rank", 1);
    if (rank && *rank != 1) return importer.unsupported(outputField, "a rank other than 1 of a tree's Node");
    return rank.has_value();
  }

  // Node id, or its number in the document from 1.
  ValueId entityId() {
    Dict dict;
    Lookup content;
    for (uint32_t node : nodeOf) {
      content.missing.push_back(!isNode(node));
      if (!isNode(node)) {
        content.integers.push_back(0);
      } else {
        content.integers.push_back(
            dict.add(tree.nodes[node].id ? std::string(tree.at(tree.nodes[node].id)) : std::to_string(node + 1)));
      }
    }
    if (dict.size() == 0) dict.add(std::string());
    content.elem = Elem::cat;
    content.dict = build.table(std::move(dict), "node");
    return byLeaf(std::move(content), "node");
  }

  bool finish(Scope& scope, const TreeForest::LeafOf& leafOf) {
    if (!forest.add(scope, model, tree, strategy, leafOf)) return false;
    importer.at(model);
    if (forest.columns.empty()) {  // a tree without tests: one column that nothing reads
      forest.columns.push_back(build.boolean(true));
      forest.forest.columns = 1;
    }
    table = build.table(std::move(forest.forest), "tree");
    return true;
  }

  // ---- models inside Nodes

  std::optional<double> scoreOf(uint32_t node, bool& ok) {
    if (!isNode(node) || !tree.nodes[node].score) return std::nullopt;
    const auto score = treeNumber(importer, model, tree, tree.nodes[node].score, tree.nodes[node].at, "score", elem);
    ok = ok && score;
    return score;
  }

  // The Nodes' Regressions as tables. Sets `possible` to false where they cannot be; then nothing was built.
  std::optional<Prediction> linearRegression(Scope& scope, bool& possible) {
    LinearLeaves functions(importer, elem);
    bool ok = true;
    for (uint32_t node : nodeOf) {
      const auto score = scoreOf(node, ok);
      const auto regression = tree.embedded.find(node);
      if (regression == tree.embedded.end()) {
        functions.addConstant(score);
      } else {
        ok = functions.addRegression(scope, regression->second, score) && ok;
      }
    }
    possible = functions.sortTerms();
    if (!ok || !possible) return std::nullopt;
    importer.at(model);
    Prediction prediction;
    prediction.value = functions.value(leaf());
    return prediction;
  }

  // The result of the model inside the Node where the row ends; where there is none, or its result is missing, the
  // Node's own.
  bool chooseEmbedded(Scope& scope, Prediction& own) {
    Lookup which;
    which.elem = Elem::i32;
    std::vector<Prediction> models;
    for (uint32_t node : nodeOf) {
      const auto found = tree.embedded.find(node);
      which.integers.push_back(found == tree.embedded.end() ? 0 : static_cast<int64_t>(models.size()) + 1);
      if (found == tree.embedded.end()) continue;
      Scope inner(&scope);
      auto prediction = embeddedModel(importer, inner, found->second);
      if (!prediction) return false;
      if (prediction->classification != own.classification)
        return importer.invalid(found->second, "functionName", "not the function of the tree around it");
      models.push_back(std::move(*prediction));
    }
    if (models.empty()) return true;  // only in Nodes where no row ends
    importer.at(model);
    const ValueId index = byLeaf(std::move(which), "model");
    const auto chosen = [&](ValueId Prediction::* member, ValueId& value) {
      if (own.classification && value == kNone) {
        const uint32_t k = classCount(importer, classesOf(importer, model));
        value = byLeaf(vectors(std::vector<TreeDistribution>(nodeOf.size()), k, false), "probability");
      }
      std::vector<ValueId> operands{index, value};
      for (const Prediction& p : models) {
        ValueId result = p.*member;
        if (!own.classification) result = asNumber(importer, result, elem);
        if (own.classification && member == &Prediction::probabilities) result = asNumber(importer, result, elem);
        operands.push_back(result == kNone ? value : result);
      }
      const ValueId choice = build.add(Choose(), operands);
      value = build.type(choice).nullable ? build.add(Coalesce(), {choice, value}) : choice;
    };
    chosen(&Prediction::value, own.value);
    if (own.classification) chosen(&Prediction::probabilities, own.probabilities);
    return true;
  }

  std::optional<Prediction> regression(Scope& scope) {
    const bool ok = finish(scope, [&](uint32_t node) -> uint32_t {
      if (node == TreeForest::kSeveral) {
        importer.unsupported(
            model, "missingValueStrategy '" + *importer.attribute(model, "missingValueStrategy") + "' of a regression",
            "it is defined for classes");
        return kNone;
      }
      if (node == TreeForest::kFails) return addLeaf(node, std::nullopt);
      if (node == StreamedTree::kNone || !tree.nodes[node].score) {
        const bool embedded = tree.embedded.contains(node);
        return addLeaf(embedded ? node : StreamedTree::kNone, std::nullopt);
      }
      const auto score = treeNumber(importer, model, tree, tree.nodes[node].score, tree.nodes[node].at, "score", elem);
      return score ? addLeaf(node, *score) : kNone;
    });
    if (!ok) return std::nullopt;
    bool linear = !tree.embedded.empty() && LinearLeaves::arePlain(tree);
    if (linear) {
      auto prediction = linearRegression(scope, linear);
      if (linear || importer.diagnostics.hasErrors()) return prediction;
    }
    Prediction prediction;
    prediction.value = walk(ForestNode::sum, "score");
    if (!tree.embedded.empty() && !chooseEmbedded(scope, prediction)) return std::nullopt;
    return prediction;
  }

  std::optional<Prediction> classification(Scope& scope) {
    const Classes classes = classesOf(importer, model);
    const uint32_t k = classCount(importer, classes);
    std::vector<TreeDistribution> distributions;
    Lookup labels;
    labels.elem = Elem::cat, labels.dict = classes.dict;
    bool any = false;
    const bool ok = finish(scope, [&](uint32_t node) -> uint32_t {
      TreeDistribution distribution;
      std::optional<uint32_t> code;
      if (node == TreeForest::kSeveral) severalLeaf = static_cast<uint32_t>(nodeOf.size());
      if (isNode(node) && (tree.nodes[node].score || tree.nodes[node].distributions)) {
        auto found = treeDistribution(importer, model, tree, node, classes, elem);
        if (!found) return kNone;
        distribution = std::move(*found);
        code = treeClass(importer, model, tree, node, classes, distribution);
        if (!code) return kNone;
      }
      labels.integers.push_back(code.value_or(0));
      labels.missing.push_back(!code);
      any = any || !distribution.classes.empty();
      distributions.push_back(std::move(distribution));
      return addLeaf(node, std::nullopt);
    });
    if (!ok) return std::nullopt;
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type;
    prediction.labels = classes.dict;
    if (std::none_of(labels.missing.begin(), labels.missing.end(), [](uint8_t m) { return m; })) labels.missing.clear();
    prediction.value = byLeaf(std::move(labels), "label");
    if (any) prediction.probabilities = byLeaf(vectors(distributions, k, false), "probability");
    if (!tree.embedded.empty() && !chooseEmbedded(scope, prediction)) return std::nullopt;
    if (severalLeaf != kNone && !blend(scope, prediction)) return std::nullopt;
    return prediction;
  }

  // ---- rows that go several ways

  // Adds up the distributions of the Nodes where such a row ends.
  bool blend(Scope& scope, Prediction& prediction) {
    if (!tree.embedded.empty())
      return importer.unsupported(model, "a model inside a Node whose tree follows several paths");
    const auto ends = treeBlend(importer, scope, model, tree, strategy, elem);
    if (!ends) return false;
    const Classes classes = classesOf(importer, model);
    const uint32_t k = classCount(importer, classes);
    const bool counts = strategy.missing == TreeStrategy::aggregateNodes;
    std::vector<TreeDistribution> distributions;
    bool allConfidences = true;
    for (uint32_t node : ends->nodes) {
      auto d = treeDistribution(importer, model, tree, node, classes, elem);
      if (!d) return false;
      const Location at = tree.nodes[node].at;
      if (d->classes.empty()) return missingAt(at, "ScoreDistribution");
      for (double c : d->confidences) allConfidences = allConfidences && !std::isnan(c);
      for (uint32_t i = 0; counts && i < d->classes.size(); ++i) {
        const StreamedTree::Text count = tree.distributions[tree.nodes[node].firstDistribution + i].recordCount;
        const auto value = count ? treeNumber(importer, model, tree, count, at, "", elem) : std::nullopt;
        if (!value) return missingAt(at, "recordCount in a ScoreDistribution");
        d->probabilities[i] = *value;
      }
      distributions.push_back(std::move(*d));
    }
    importer.at(model);
    const auto sums = [&](bool confidences) {
      Matrix matrix;
      matrix.elem = elem;
      const auto n = static_cast<uint32_t>(distributions.size());
      matrix.shape = {k, n};
      matrix.numbers.assign(size_t{k} * n, 0.0);
      for (uint32_t j = 0; j < n; ++j) {
        const TreeDistribution& d = distributions[j];
        for (size_t i = 0; i < d.classes.size(); ++i)
          matrix.numbers[size_t{d.classes[i]} * n + j] = confidences ? d.confidences[i] : d.probabilities[i];
      }
      Dense dense;
      dense.weights = build.table(std::move(matrix), "distributions");
      return build.add(std::move(dense), {ends->weights}, "blended");
    };
    ValueId p = sums(false);
    if (counts) p = build.add(Normalize(Normalize::simplemax), {p}, "blended");
    ValueId confidences = !counts && allConfidences ? sums(true) : p;
    if (ends->noPrediction != kNone) {
      const ValueId none = build.missing(scalarType(elem));
      p = build.add(Select(), {ends->noPrediction, none, p});
      confidences = build.add(Select(), {ends->noPrediction, none, confidences});
    }
    ArgMax best;
    best.dict = classes.dict;
    const ValueId label = build.add(std::move(best), {confidences}, "label");
    prediction.value = build.add(Select(), {several(), label, prediction.value}, "label");
    if (prediction.probabilities != kNone)
      prediction.probabilities = build.add(Select(), {several(), p, prediction.probabilities}, "probability");
    blendedConfidences = confidences;
    return true;
  }

  ValueId several() { return build.call("eq", {leaf(), build.integer(severalLeaf, Elem::i32)}); }

  bool missingAt(Location at, const std::string& what) {
    return importer.refuse(Kind::missing, at, "", "this missingValueStrategy needs a " + what + " where a row can end",
                           importer.document.path(model) + "//Node");
  }

  // Probabilities or confidences by leaf; missing as a whole where the leaf has none.
  Lookup vectors(const std::vector<TreeDistribution>& distributions, uint32_t k, bool confidences) {
    Lookup content;
    content.elem = elem;
    content.width = k;
    content.numbers.assign(distributions.size() * k, 0.0);
    content.missing.assign(distributions.size() * k, 0);
    bool anyMissing = false;
    for (size_t leaf = 0; leaf < distributions.size(); ++leaf) {
      const TreeDistribution& d = distributions[leaf];
      for (size_t i = 0; i < d.classes.size(); ++i) {
        const double confidence = std::isnan(d.confidences[i]) ? 0 : d.confidences[i];
        content.numbers[leaf * k + d.classes[i]] = confidences ? confidence : d.probabilities[i];
      }
      if (!d.classes.empty() && (confidences || !d.noRecords)) continue;
      anyMissing = true;
      std::fill_n(content.missing.begin() + static_cast<ptrdiff_t>(leaf * k), k, 1);
    }
    if (!anyMissing) content.missing.clear();
    return content;
  }

  // The confidences of the ScoreDistributions, 0 where none is given, less by the penalty for each missing level on the
  // way.
  ValueId confidences() {
    const Classes classes = classesOf(importer, model);
    std::vector<TreeDistribution> distributions;
    for (uint32_t node : nodeOf) {
      auto d = !isNode(node) ? TreeDistribution() : treeDistribution(importer, model, tree, node, classes, elem);
      if (!d) return kNone;
      distributions.push_back(std::move(*d));
    }
    ValueId vector = byLeaf(vectors(distributions, classCount(importer, classes), true), "confidence");
    if (severalLeaf != kNone) vector = build.add(Select(), {several(), blendedConfidences, vector});
    if (strategy.penalty == 1) return vector;
    const auto number = [&](double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); };
    const ValueId marks = build.add(Cast(elem), {walk(ForestNode::marks, "missing_levels")});
    return build.call("mul", {vector, build.call("pow", {number(strategy.penalty), marks})}, false, {}, "confidence");
  }

  ValueId confidence(const Element* outputField, ValueId label) {
    const ValueId vector = confidences();
    if (vector == kNone) return kNone;
    Take take;
    if (const auto value = importer.attribute(outputField, "value")) {
      const Classes classes = classesOf(importer, model);
      const auto code = classCode(importer, classes, *value, outputField);
      if (!code) return kNone;
      if (*code >= build.type(vector).shape[0]) {
        importer.invalid(outputField, "value", "the model has no such class");
        return kNone;
      }
      take.at = {*code};
      return build.add(std::move(take), {vector});
    }
    Lookup index;
    index.elem = Elem::i32;
    const uint32_t k = build.type(vector).shape[0];
    for (uint32_t i = 0; i < k; ++i) index.integers.push_back(i);
    index.sizes = {k};
    LookupNode lookup;
    lookup.table = build.table(std::move(index), "code");
    return build.add(std::move(take), {vector, build.add(std::move(lookup), {label})});
  }
};

}  // namespace

std::optional<Prediction> treeModel(Importer& importer, Scope& scope, const Element* model) {
  return treeNodes(importer, scope, model);
}

std::optional<Prediction> treeNodes(Importer& importer, Scope& scope, const Element* model) {
  const StreamedTree* tree = streamedTree(importer, model);
  const auto strategy = treeStrategy(importer, model);
  const auto function = importer.required(model, "functionName");
  if (!tree || !strategy || !function) return std::nullopt;
  if (*function != "classification" && *function != "regression") {
    importer.unsupported(model, "functionName '" + *function + "' of a " + model->Name());
    return std::nullopt;
  }
  const bool classification = *function == "classification";
  auto lowering =
      std::make_shared<TreeModelLowering>(TreeModelLowering{importer, model, *tree, *strategy, importer.build});
  auto prediction = classification ? lowering->classification(scope) : lowering->regression(scope);
  if (!prediction) return std::nullopt;
  prediction->features["entityId"] = [lowering](const Element* field) {
    return lowering->onlyFirst(field) ? lowering->entityId() : kNone;
  };
  if (classification && prediction->probabilities != kNone) {
    const ValueId label = prediction->value;
    prediction->features["confidence"] = [lowering, label](const Element* field) {
      return lowering->onlyFirst(field) ? lowering->confidence(field, label) : kNone;
    };
  }
  return prediction;
}

}  // namespace kiln::pmml
