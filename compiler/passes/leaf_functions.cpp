// leaf_functions: what is computed from one tree alone is known at its leaves. Exporters of boosted classifiers take each tree's
// class (argmax), compare it with all classes and weigh it, a dozen nodes a tree; decision paths and labels are encoded and looked up.
// All of that is a function of the leaf reached, so the leaf holds its result: as the weights of the tree, where they are numbers that
// a sum from 0 gives back exactly, or in a table by leaf. The evaluator computes the results, leaf by leaf; where one fails, or does not
// fail where the tree does, the nodes stay.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "compiler/ir/builder.h"
#include "compiler/ir/elements.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/passes/lookup_rows.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr size_t kMostElements = 1 << 16;   // of the results of one tree

bool isLiteral(const Pipeline& pipeline, ValueId v) { return pipeline.producer(v).op->kind() == OpKind::Const; }

/// A tree, the nodes that depend on it alone, and those of their results that others read.
struct Tree {
  NodeId forest = kNone;
  std::vector<NodeId> functions;
  std::vector<ValueId> read;
};

/// What a leaf has to say: a row of each table.
using Results = std::vector<Lookup>;

class LeafFunctions {
 public:
  explicit LeafFunctions(Pipeline& pipeline) : pipeline_(pipeline), treeOf_(pipeline.values.size(), kNone) {}

  bool run() {
    findTrees();
    std::vector<std::optional<Results>> results;
    bool changed = false;
    for (const Tree& tree : trees_) {
      results.push_back(isWorthwhile(tree) ? evaluate(tree) : std::nullopt);
      changed = changed || results.back();
    }
    if (changed) rewrite(results);
    return changed;
  }

 private:
  const Forest& forestOf(NodeId id) const { return pipeline_.table<Forest>(pipeline_.nodes[id].op->as<ForestNode>().table); }

  bool isTree(const Node& node) const {
    const auto* op = node.op->to<ForestNode>();
    if (!op || (op->result != ForestNode::sum && op->result != ForestNode::average && op->result != ForestNode::each)) return false;
    const Forest& forest = pipeline_.table<Forest>(op->table);
    const Type& type = pipeline_.type(node.results[0]);
    return forest.roots.size() == 1 && !type.nullable && !forest.reaches(Forest::fail);
  }

  void findTrees() {
    for (NodeId id = 0; id < pipeline_.nodes.size(); id++) {
      const Node& node = pipeline_.nodes[id];
      if (isTree(node)) {
        treeOf_[node.results[0]] = static_cast<uint32_t>(trees_.size());
        trees_.push_back({id, {}, {}});
      } else if (const uint32_t tree = soleTree(node); tree != kNone) {
        trees_[tree].functions.push_back(id);
        for (ValueId v : node.results) treeOf_[v] = tree;
      }
    }
    for (const Node& node : pipeline_.nodes) {
      const uint32_t own = node.results.empty() ? kNone : treeOf_[node.results[0]];
      for (ValueId v : node.operands) {
        if (treeOf_[v] == kNone || treeOf_[v] == own) continue;
        std::vector<ValueId>& read = trees_[treeOf_[v]].read;
        if (std::find(read.begin(), read.end(), v) == read.end()) read.push_back(v);
      }
    }
    for (Tree& tree : trees_) dropUnread(tree);
  }

  /// Functions that nothing read depends on.
  void dropUnread(Tree& tree) {
    std::set<ValueId> needed(tree.read.begin(), tree.read.end());
    std::vector<NodeId> functions;
    for (size_t i = tree.functions.size(); i-- > 0;) {
      const Node& node = pipeline_.nodes[tree.functions[i]];
      if (std::none_of(node.results.begin(), node.results.end(), [&](ValueId v) { return needed.count(v) != 0; })) continue;
      needed.insert(node.operands.begin(), node.operands.end());
      functions.push_back(tree.functions[i]);
    }
    tree.functions.assign(functions.rbegin(), functions.rend());
  }

  /// The tree that is all a node depends on, but for constants.
  uint32_t soleTree(const Node& node) const {
    if (!isPure(*node.op) || node.results.empty()) return kNone;
    uint32_t tree = kNone;
    for (ValueId v : node.operands) {
      if (isLiteral(pipeline_, v)) continue;
      if (treeOf_[v] == kNone || (tree != kNone && treeOf_[v] != tree)) return kNone;
      tree = treeOf_[v];
    }
    for (ValueId v : node.results)
      if (pipeline_.type(v).isList()) return kNone;
    return tree;
  }

  /// Fewer nodes than there were, and tables of bounded size.
  bool isWorthwhile(const Tree& tree) const {
    size_t elements = 0;
    for (ValueId v : tree.read) elements += pipeline_.type(v).size();
    const size_t places = static_cast<size_t>(std::count_if(tree.functions.begin(), tree.functions.end(), [&](NodeId id) {
      return pipeline_.nodes[id].op->kind() == OpKind::Reshape;
    }));
    return !tree.read.empty() && tree.functions.size() - places >= tree.read.size() && elements * forestOf(tree.forest).leaves() <= kMostElements;
  }

  std::optional<Results> evaluate(const Tree& tree) {
    Pipeline part;
    part.tables.swap(pipeline_.tables);   // lent, for the evaluation
    const size_t lent = part.tables.size();
    std::optional<Results> results = evaluate(part, tree);
    part.tables.resize(lent);
    part.tables.swap(pipeline_.tables);
    return results;
  }

  std::optional<Results> evaluate(Pipeline& part, const Tree& tree) const {
    const Node& node = pipeline_.nodes[tree.forest];
    const Type& type = pipeline_.type(node.results[0]);
    Builder build(part);
    std::map<ValueId, ValueId> map;
    Input leaf;
    leaf.field = "leaf", leaf.elem = type.elem, leaf.shape = type.shape, leaf.nullable = false, leaf.nan = Input::value;
    map[node.results[0]] = build.add(std::move(leaf));
    for (NodeId id : tree.functions) {
      const Node& function = pipeline_.nodes[id];
      std::vector<ValueId> operands;
      for (ValueId v : function.operands) {
        if (map.count(v) == 0) map[v] = build.addNode(pipeline_.producer(v).op->clone(), {}, "").front();   // a constant
        operands.push_back(map[v]);
      }
      const std::vector<ValueId> made = build.addNode(function.op->clone(), operands, "");
      for (size_t i = 0; i < made.size(); i++) map[function.results[i]] = made[i];
    }
    std::vector<ValueId> read;
    for (ValueId v : tree.read) read.push_back(map[v]);
    return byLeaf(part, node.op->as<ForestNode>(), tree, read);
  }

  std::optional<Results> byLeaf(const Pipeline& part, const ForestNode& op, const Tree& tree, const std::vector<ValueId>& read) const {
    const Forest& forest = part.table<Forest>(op.table);
    Results results(read.size());
    for (size_t i = 0; i < read.size(); i++) results[i] = tableOf(pipeline_.type(tree.read[i]), forest.leaves());
    const std::vector<char> reached = reachedLeaves(forest);
    Evaluator evaluator(part);
    std::vector<kiln_cell> cells(pipeline_.type(pipeline_.nodes[tree.forest].results[0]).size(), kiln_cell{});   // missing
    kiln_status status;
    // A tree that fails, by a column, fails what is computed from it, or else the nodes say more than the leaves.
    evaluator.evaluate(cells.data(), nullptr, &status);
    for (ValueId v : read)
      if (evaluator.values()[v].failure.cause != KILN_MISSING_REQUIRED) return std::nullopt;
    uint32_t known = 0;   // a leaf that is reached: unreached ones may fail
    while (known < reached.size() && !reached[known]) known++;
    for (uint32_t l = 0; l < forest.leaves(); l++) {
      setCells(forest, op, reached[l] ? l : known, cells);
      evaluator.evaluate(cells.data(), nullptr, &status);
      for (size_t i = 0; i < read.size(); i++) {
        const RowValue& value = evaluator.values()[read[i]];
        if (value.failure) return std::nullopt;
        appendElements(value, pipeline_.type(tree.read[i]).storage(), results[i]);
      }
    }
    for (Lookup& table : results) dropUnusedMarks(table);
    return results;
  }

  static std::vector<char> reachedLeaves(const Forest& forest) {
    std::vector<char> reached(forest.leaves(), 0);
    for (uint32_t n = 0; n < forest.nodes(); n++)
      if (forest.isLeaf(n)) reached[forest.yes[n]] = 1;
    return reached;
  }

  /// What the tree itself gives for a leaf, as ForestNode says.
  static void setCells(const Forest& forest, const ForestNode& op, uint32_t leaf, std::vector<kiln_cell>& cells) {
    std::vector<double> sums(cells.size(), 0.0);
    for (uint32_t i = forest.leafFirst[leaf]; i < forest.leafFirst[leaf + 1]; i++) {
      double& sum = sums[forest.leafTarget.empty() ? 0 : forest.leafTarget[i]];
      if (op.result == ForestNode::each)
        sum = i == forest.leafFirst[leaf] ? forest.leafWeight[i] : sum;
      else if (op.elem == Elem::f32)
        sum = static_cast<double>(static_cast<float>(sum) + static_cast<float>(forest.leafWeight[i]));
      else
        sum += forest.leafWeight[i];
    }
    for (size_t c = 0; c < cells.size(); c++) cells[c] = kiln_cell{}, cells[c].kind = KILN_NUMBER, cells[c].as.number = sums[c];
  }

  // ---- rewriting
  void rewrite(std::vector<std::optional<Results>>& results) {
    TableAdder tables(pipeline_);
    // Nodes that their tree's leaves replace, and what nothing reads of it.
    std::vector<uint32_t> gone(pipeline_.nodes.size(), kNone);
    for (NodeId id = 0; id < pipeline_.nodes.size(); id++) {
      const Node& node = pipeline_.nodes[id];
      const uint32_t tree = node.results.empty() ? kNone : treeOf_[node.results[0]];
      if (tree != kNone && results[tree]) gone[id] = tree;
    }
    Rewriter rewriter(pipeline_);
    for (NodeId id = 0; id < rewriter.size(); id++) {
      if (gone[id] == kNone) rewriter.keep(id);
      else if (id == trees_[gone[id]].forest) replace(rewriter, tables, trees_[gone[id]], *results[gone[id]]);
    }
  }

  void replace(Rewriter& rewriter, TableAdder& tables, const Tree& tree, Results& results) {
    if (results.size() == 1 && isSumFromZero(results[0])) return giveWeights(rewriter, tables, tree, results[0]);
    const Node& node = rewriter.old(tree.forest);
    auto op = std::make_unique<ForestNode>(node.op->as<ForestNode>());
    op->result = ForestNode::leaf, op->scalar = true;
    const std::string name = rewriter.freeName(rewriter.oldValue(node.results[0]).name);
    const ValueId leaf = rewriter.add(std::move(op), rewriter.operandsNow(tree.forest), name, node.place);
    for (size_t i = 0; i < results.size(); i++) {
      results[i].name = rewriter.oldValue(tree.read[i]).name;
      auto lookup = std::make_unique<LookupNode>();
      lookup->table.id = tables.add(std::make_unique<Lookup>(std::move(results[i])));
      put(rewriter, tree.read[i], std::move(lookup), {leaf});
    }
  }

  /// The tree with other weights.
  void giveWeights(Rewriter& rewriter, TableAdder& tables, const Tree& tree, const Lookup& weights) {
    const Node& node = rewriter.old(tree.forest);
    const auto& from = node.op->as<ForestNode>();
    Forest forest = pipeline_.table<Forest>(from.table);
    const uint32_t width = weights.elementsPerRow(), leaves = forest.leaves();
    forest.targets = width, forest.leafFirst = {0}, forest.leafTarget.clear(), forest.leafWeight = weights.numbers;
    for (uint32_t l = 0; l < leaves; l++) {
      forest.leafFirst.push_back((l + 1) * width);
      for (uint32_t k = 0; width > 1 && k < width; k++) forest.leafTarget.push_back(k);
    }
    auto op = std::make_unique<ForestNode>(from);
    op->result = ForestNode::sum, op->elem = weights.elem, op->scalar = weights.width == 0;
    op->table.id = tables.add(std::make_unique<Forest>(std::move(forest)));
    put(rewriter, tree.read[0], std::move(op), rewriter.operandsNow(tree.forest));
  }

  /// A node whose result, a vector or a scalar, stands for the old value, of whatever shape.
  static void put(Rewriter& rewriter, ValueId old, std::unique_ptr<Op> op, std::vector<ValueId> operands) {
    const std::string name = rewriter.oldValue(old).name;
    const Place place = rewriter.old(rewriter.oldValue(old).node).place;
    const Type& type = rewriter.oldValue(old).type;
    const bool isOther = type.shape.size() > 1 || (type.size() == 1 && !type.isScalar());
    ValueId v = rewriter.add(std::move(op), std::move(operands), isOther ? rewriter.freeName(name) : name, place);
    if (isOther) v = rewriter.add(std::make_unique<Reshape>(rewriter.oldValue(old).type.shape), {v}, name, place);
    rewriter.replace(old, v);
  }

  /// Whether a sum that starts from 0 gives each number back, bit for bit.
  static bool isSumFromZero(const Lookup& table) {
    return isFloat(table.elem) && table.missing.empty() &&
           std::all_of(table.numbers.begin(), table.numbers.end(), [](double v) { return std::isfinite(v) && !(v == 0 && std::signbit(v)); });
  }

  Pipeline& pipeline_;
  std::vector<uint32_t> treeOf_;   // of a value: the tree that it depends on alone
  std::vector<Tree> trees_;
};

}  // namespace

bool leaf_functions(Pipeline& pipeline) {
  const bool shared = cse(pipeline);   // a tree that was written twice is one
  return LeafFunctions(pipeline).run() || shared;
}

}  // namespace kiln::passes
