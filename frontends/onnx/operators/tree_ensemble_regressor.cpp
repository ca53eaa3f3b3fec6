// TreeEnsembleRegressor of versions 1, 3 and 5, and TreeEnsemble 5: the leaves' weights by target.
#include <cmath>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "frontends/onnx/operators/trees.h"

namespace kiln::onnx {

namespace {

ValueId constants(OperatorImport& n, const std::vector<double>& values, ir::Elem elem) {
  Elements elements;
  elements.numbers = values;
  for (double& v : elements.numbers)
    if (elem == ir::Elem::f32) v = static_cast<float>(v);
  return n.vector(hostTensor(elem == ir::Elem::f32 ? ElementType::f32 : ElementType::f64, plainAxes({static_cast<int64_t>(values.size())}), std::move(elements)));
}

// ONNX Runtime adds base values to one target always, to several only where a target has a vote; what has none stays 0.
ValueId addBase(OperatorImport& n, const Scores& scores, const std::vector<double>& base, ir::Elem elem) {
  if (base.empty()) return scores.scores;
  const ValueId sum = n.build.call("add", {scores.scores, constants(n, base, elem)});
  if (base.size() == 1 || scores.voted == kNone || n.spec()) return sum;
  return n.build.add(ir::Select(), {scores.voted, sum, scores.scores});
}

// The scores of a row as the operator's result: f32 if `narrow`, transformed. With one target only PROBIT acts in ONNX Runtime.
ValueId finish(OperatorImport& n, ValueId scores, uint32_t targets, PostTransform transform, bool narrow) {
  if (narrow && n.build.type(scores).elem == ir::Elem::f64) scores = n.build.add(ir::Cast(ir::Elem::f32), {scores});
  if (transform == PostTransform::none) return scores;
  if (targets == 1 && transform != PostTransform::probit && !n.spec()) {
    n.warn("post_transform of one target does nothing", "ONNX Runtime applies only PROBIT there; --semantics=spec applies all");
    return scores;
  }
  if (n.build.type(scores).elem == ir::Elem::f32 || transform == PostTransform::softmaxZero) return postTransform(n, scores, transform);
  const ValueId shown = postTransform(n, n.build.add(ir::Cast(ir::Elem::f32), {scores}), transform);   // in float, as ONNX Runtime does
  return n.build.add(ir::Cast(ir::Elem::f64), {shown});
}

// Of several weights that a leaf has for the only target, ONNX Runtime takes the first; of a leaf without one what stands in nodes_values.
void onlyFirstWeights(OperatorImport& n, const TreeNodes& nodes, Leaves& leaves) {
  bool several = false, none = false;
  for (uint32_t l = 0; l < leaves.size(); l++) several |= leaves.first[l + 1] - leaves.first[l] > 1, none |= leaves.first[l + 1] == leaves.first[l];
  if (!(several || none) || n.spec()) return;
  if (several) n.warn("a leaf has several weights for the only target", "ONNX Runtime takes the first; --semantics=spec adds them");
  if (none) n.warn("a leaf has no weight", "ONNX Runtime takes its number in 'nodes_values', mostly 0; with --semantics=spec it has no vote");
  std::vector<double> values(leaves.size());
  for (size_t i = 0; i < nodes.mode.size(); i++)
    if (nodes.mode[i] == Mode::leaf) values[nodes.leaf[i]] = nodes.value[i];
  Leaves first;
  first.first = {0};
  for (uint32_t l = 0; l < leaves.size(); l++) {
    first.target.push_back(0), first.weight.push_back(leaves.first[l + 1] > leaves.first[l] ? leaves.weight[leaves.first[l]] : values[l]);
    first.first.push_back(static_cast<uint32_t>(first.weight.size()));
  }
  leaves = std::move(first);
}

uint32_t targetCount(OperatorImport& n) {
  const int64_t targets = n.integer("n_targets");
  if (targets < 1 || targets > 1 << 16) n.invalid("attribute 'n_targets' is " + std::to_string(targets));
  return static_cast<uint32_t>(targets);
}

}  // namespace

void treeEnsembleRegressor(OperatorImport& n) {
  ir::Elem elem;
  const OperatorImport::Rows rows = treeColumns(n, 0, elem);
  const uint32_t targets = targetCount(n);
  const int aggregate = n.choice("aggregate_function", {"AVERAGE", "SUM", "MIN", "MAX"}, 1);
  const PostTransform transform = readPostTransform(n);
  Ensemble ensemble = readEnsemble(n, "target", rows.columns, targets);
  if (!ensemble.base.empty() && ensemble.base.size() != targets)
    n.invalid("attribute 'base_values' has " + std::to_string(ensemble.base.size()) + " entries for " + std::to_string(targets) + " targets");
  if (targets == 1) onlyFirstWeights(n, ensemble.nodes, ensemble.leaves);
  const ir::Forest forest = makeForest(n, ensemble.nodes, ensemble.leaves, rows.columns, targets);
  std::vector<ValueId> parts;
  for (ValueId row : rows.vectors) {
    const Scores scores = evaluateForest(n, forest, row, elem, static_cast<Aggregate>(aggregate), "trees");
    parts.push_back(finish(n, addBase(n, scores, ensemble.base, elem), targets, transform, true));
  }
  Axes axes = rows.outer;
  axes.push_back({targets, Batch::none});
  n.output(0, n.assemble(ElementType::f32, axes, parts));
}

// ---- TreeEnsemble 5

namespace {

Tensor tensorOfType(OperatorImport& n, const char* name, ElementType type) {
  auto tensor = n.tensorAttribute(name);
  if (!tensor) n.invalid("needs an attribute '" + std::string(name) + "'");
  if (tensor->type != type) n.invalid("attribute '" + std::string(name) + "' must be " + elementName(type));
  return *tensor;
}

// Members of all nodes of mode member, in the order of the nodes; NaN ends each node's list.
void readMembers(OperatorImport& n, TreeNodes& nodes, ElementType type) {
  uint32_t wanted = 0;
  for (Mode mode : nodes.mode) wanted += mode == Mode::member;
  if (!n.hasAttribute("membership_values")) {
    if (wanted) n.invalid("needs an attribute 'membership_values'");
    return;
  }
  const Tensor values = tensorOfType(n, "membership_values", type);
  nodes.members.emplace_back();
  for (double v : values.host->numbers) {
    if (std::isnan(v)) nodes.members.emplace_back();
    else nodes.members.back().push_back(v);
  }
  if (nodes.members.back().empty()) nodes.members.pop_back();
  if (nodes.members.size() != wanted)
    n.invalid("attribute 'membership_values' has " + std::to_string(nodes.members.size()) + " lists for " + std::to_string(wanted) + " nodes of mode MEMBER");
  uint32_t set = 0;
  for (size_t i = 0; i < nodes.mode.size(); i++)
    if (nodes.mode[i] == Mode::member) nodes.set[i] = set++;
}

// A branch leads to an interior node, or to a leaf: each gets a node of its own.
uint32_t branch(OperatorImport& n, TreeNodes& nodes, size_t i, int64_t id, int64_t isLeaf, uint32_t interior, uint32_t leaves, const char* name) {
  if (isLeaf != 0 && isLeaf != 1) n.invalid("node " + std::to_string(i) + ": a leaf flag is " + std::to_string(isLeaf));
  if (id < 0 || id >= (isLeaf ? leaves : interior))
    n.invalid("attribute '" + std::string(name) + "': node " + std::to_string(i) + " leads to " + (isLeaf ? "leaf " : "node ") + std::to_string(id));
  if (!isLeaf) return static_cast<uint32_t>(id);
  const auto at = static_cast<uint32_t>(nodes.mode.size());
  nodes.mode.push_back(Mode::leaf), nodes.feature.push_back(0), nodes.yes.push_back(0), nodes.no.push_back(0);
  nodes.value.push_back(0), nodes.tracks.push_back(0), nodes.set.push_back(0), nodes.leaf.push_back(static_cast<uint32_t>(id));
  return at;
}

TreeNodes readInterior(OperatorImport& n, ElementType type, uint32_t columns, uint32_t leaves) {
  TreeNodes nodes;
  const auto feature = n.integers("nodes_featureids"), yes = n.integers("nodes_truenodeids"), no = n.integers("nodes_falsenodeids");
  const auto yesLeaf = n.integers("nodes_trueleafs"), noLeaf = n.integers("nodes_falseleafs"), tracks = n.integers("nodes_missing_value_tracks_true");
  const Tensor splits = tensorOfType(n, "nodes_splits", type), modes = tensorOfType(n, "nodes_modes", ElementType::u8);
  const size_t count = feature.size();
  const auto same = [&](const char* name, size_t found) {
    if (found != count) n.invalid("attribute '" + std::string(name) + "' has " + std::to_string(found) + " entries, not " + std::to_string(count));
  };
  same("nodes_truenodeids", yes.size()), same("nodes_falsenodeids", no.size()), same("nodes_trueleafs", yesLeaf.size());
  same("nodes_falseleafs", noLeaf.size()), same("nodes_splits", splits.host->size()), same("nodes_modes", modes.host->size());
  if (!tracks.empty()) same("nodes_missing_value_tracks_true", tracks.size());
  if (count == 0) n.invalid("attribute 'nodes_featureids' is empty");
  for (size_t i = 0; i < count; i++) {
    const int64_t mode = modes.host->integers[i];
    if (mode > static_cast<int64_t>(Mode::member)) n.invalid("attribute 'nodes_modes' has " + std::to_string(mode));
    if (feature[i] < 0 || feature[i] >= columns)
      n.invalid("attribute 'nodes_featureids': node " + std::to_string(i) + " tests column " + std::to_string(feature[i]) + " of " + std::to_string(columns));
    nodes.mode.push_back(static_cast<Mode>(mode)), nodes.feature.push_back(static_cast<uint32_t>(feature[i]));
    nodes.value.push_back(splits.host->numbers[i]), nodes.tracks.push_back(!tracks.empty() && tracks[i] != 0);
    nodes.yes.push_back(0), nodes.no.push_back(0), nodes.leaf.push_back(0), nodes.set.push_back(0);
  }
  readMembers(n, nodes, type);
  for (size_t i = 0; i < count; i++) {
    const uint32_t yesAt = branch(n, nodes, i, yes[i], yesLeaf[i], static_cast<uint32_t>(count), leaves, "nodes_truenodeids");
    const uint32_t noAt = branch(n, nodes, i, no[i], noLeaf[i], static_cast<uint32_t>(count), leaves, "nodes_falsenodeids");
    nodes.yes[i] = yesAt, nodes.no[i] = noAt;
  }
  for (int64_t root : n.integers("tree_roots")) {
    if (root < 0 || root >= static_cast<int64_t>(count)) n.invalid("attribute 'tree_roots' has " + std::to_string(root) + " of " + std::to_string(count) + " nodes");
    nodes.roots.push_back(static_cast<uint32_t>(root));
  }
  if (nodes.roots.empty()) n.invalid("attribute 'tree_roots' is empty");
  return nodes;
}

// The standard numbers SOFTMAX 1 and LOGISTIC 2; ONNX Runtime's own enumeration has them the other way round.
PostTransform transformOf(OperatorImport& n) {
  const int64_t number = n.integer("post_transform", 0);
  if (number < 0 || number > 4) n.invalid("attribute 'post_transform' is " + std::to_string(number));
  if (number != 1 && number != 2) return static_cast<PostTransform>(number);
  n.warn("post_transform " + std::to_string(number) + " means " + (n.spec() ? (number == 1 ? "SOFTMAX" : "LOGISTIC") : number == 1 ? "LOGISTIC" : "SOFTMAX") + " here",
         "the standard says 1 SOFTMAX, 2 LOGISTIC; ONNX Runtime takes them the other way round; --semantics chooses");
  return (number == 1) == n.spec() ? PostTransform::softmax : PostTransform::logistic;
}

}  // namespace

void treeEnsemble(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::f16});
  ir::Elem elem;
  const OperatorImport::Rows rows = treeColumns(n, 0, elem);
  const uint32_t targets = targetCount(n);
  const int64_t aggregate = n.integer("aggregate_function", 1);
  if (aggregate < 0 || aggregate > 3) n.invalid("attribute 'aggregate_function' is " + std::to_string(aggregate));
  const PostTransform transform = transformOf(n);
  n.ignore("nodes_hitrates");
  const Tensor weights = tensorOfType(n, "leaf_weights", x.type);
  const auto targetIds = n.integers("leaf_targetids");
  if (targetIds.size() != weights.host->size()) n.invalid("attribute 'leaf_targetids' has " + std::to_string(targetIds.size()) + " entries, not " + std::to_string(weights.host->size()));
  Leaves leaves;
  leaves.first = {0};
  for (size_t l = 0; l < targetIds.size(); l++) {
    if (targetIds[l] < 0 || targetIds[l] >= targets) n.invalid("attribute 'leaf_targetids': leaf " + std::to_string(l) + " is of target " + std::to_string(targetIds[l]) + " of " + std::to_string(targets));
    leaves.target.push_back(static_cast<uint32_t>(targetIds[l])), leaves.weight.push_back(weights.host->numbers[l]);
    leaves.first.push_back(static_cast<uint32_t>(l + 1));
  }
  const TreeNodes nodes = readInterior(n, x.type, rows.columns, leaves.size());
  const ir::Forest forest = makeForest(n, nodes, leaves, rows.columns, targets);
  std::vector<ValueId> parts;
  for (ValueId row : rows.vectors) {
    const Scores scores = evaluateForest(n, forest, row, elem, static_cast<Aggregate>(aggregate), "trees");
    ValueId result = finish(n, scores.scores, targets, transform, false);
    if (x.type == ElementType::f16) result = n.build.call("round_f16", {result});
    parts.push_back(result);
  }
  Axes axes = rows.outer;
  axes.push_back({targets, Batch::none});
  n.output(0, n.assemble(x.type, axes, parts));
}

}  // namespace kiln::onnx
