// graph: the strategy that takes every forest. One row and one tree at a time over a compact copy of the node table. It also
// evaluates again the rows in which a column has failed, of which the other strategies know nothing.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "compiler/codegen/forest/layout.h"
#include "compiler/codegen/forest/strategies.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using ir::Test;

/// The values of 0 .. 63 that a test for a code, or for codes, lets pass; 0 if it is none or has members beyond.
uint64_t memberBits(const Forest& f, uint32_t n) {
  const auto bit = [](double v) { return v >= 0 && v < 64 && v == static_cast<int>(v) ? uint64_t(1) << static_cast<int>(v) : 0; };
  if (f.test[n] == static_cast<uint8_t>(Test::equal)) return bit(f.constant[n]);
  if (f.test[n] != static_cast<uint8_t>(Test::inSet)) return 0;
  uint64_t bits = 0;
  for (uint32_t m = f.setFirst[f.set[n]]; m < f.setFirst[f.set[n] + 1]; m++) {
    if (bit(f.setMember[m]) == 0) return 0;
    bits |= bit(f.setMember[m]);
  }
  return bits;
}
uint8_t passesOf(Test test) {
  switch (test) {
    case Test::less: return kernel::kGraphLess;
    case Test::lessOrEqual: return kernel::kGraphLess | kernel::kGraphEqual;
    case Test::greater: return kernel::kGraphGreater;
    case Test::greaterOrEqual: return kernel::kGraphGreater | kernel::kGraphEqual;
    case Test::equal: return kernel::kGraphEqual;
    case Test::notEqual: return kernel::kGraphLess | kernel::kGraphGreater;
    default: return 0;   // isMissing: a value that is there takes no
  }
}
/// Every order is told by "less" where a constant is that says the same.
void tellByLess(kernel::GraphNode& node) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (node.passes == (kernel::kGraphLess | kernel::kGraphEqual) || node.passes == kernel::kGraphGreater) {
    if (std::isnan(node.constant) || node.constant == infinity) return;
    if (node.passes == kernel::kGraphGreater) std::swap(node.yes, node.no);
    node.constant = std::nextafter(node.constant, infinity), node.passes = kernel::kGraphLess;
  } else if (node.passes == (kernel::kGraphGreater | kernel::kGraphEqual) && !std::isnan(node.constant)) {
    std::swap(node.yes, node.no);
    node.passes = kernel::kGraphLess;
  }
}
kernel::GraphNode graphNode(const Forest& f, uint32_t n, const std::vector<ir::Type>& columns) {
  const Test test = static_cast<Test>(f.test[n]);
  if (test == Test::leaf) return {0, 0, f.yes[n], 0, 0, 0, kernel::kGraphLeaf, 0, 0, {}};
  kernel::GraphNode node{f.constant[n], 0, f.yes[n], f.no[n], f.missing[n], f.column[n], kernel::kGraphOrder, passesOf(test), 0, {}};
  node.storage = static_cast<uint8_t>(columnStorage(columns[f.column[n]]));
  if (test == Test::isMissing) node.missing = f.yes[n];
  if (test == Test::inSet) node.kind = kernel::kGraphSet, node.members = f.set[n];
  if (const uint64_t bits = memberBits(f, n); bits != 0 && node.storage == kernel::kColumnI32)
    node.kind = kernel::kGraphCodes, node.members = bits;
  if (node.kind == kernel::kGraphOrder) tellByLess(node);
  return node;
}
std::vector<kernel::GraphNode> graphNodes(const ForestTask& task) {
  std::vector<kernel::GraphNode> nodes(task.forest.nodes());
  for (uint32_t n = 0; n < nodes.size(); n++) nodes[n] = graphNode(task.forest, n, task.columns);
  if (task.node.result != ir::ForestNode::marks)
    for (kernel::GraphNode& node : nodes)
      for (uint32_t* exit : {&node.yes, &node.no, &node.missing}) *exit &= ~Forest::kMarked;
  return nodes;
}

bool leavesByLessAndCodes(const ForestTask& task, const std::vector<kernel::GraphNode>& nodes) {
  if (task.node.result != ir::ForestNode::leaf || task.forest.reaches(Forest::fail)) return false;
  return std::all_of(nodes.begin(), nodes.end(), [&](const kernel::GraphNode& node) {
    if (node.kind == kernel::kGraphLeaf) return true;
    if (task.columns[node.column].nullable || task.columns[node.column].fallible) return false;
    return node.kind == kernel::kGraphCodes || (node.kind == kernel::kGraphOrder && node.passes == kernel::kGraphLess && node.storage == kernel::kColumnF64);
  });
}

/// Columns that are tested and may fail.
std::vector<uint32_t> failingColumns(const ForestTask& task) {
  const Forest& f = task.forest;
  std::vector<bool> tested(task.columns.size());
  for (uint32_t n = 0; n < f.nodes(); n++)
    if (!f.isLeaf(n)) tested[f.column[n]] = true;
  std::vector<uint32_t> columns;
  for (uint32_t c = 0; c < tested.size(); c++)
    if (tested[c] && task.columns[c].fallible) columns.push_back(c);
  return columns;
}

kernel::ForestGraph putGraph(const ForestTask& task, NodeEmitter& emit) {
  const Forest& f = task.forest;
  kernel::ForestGraph p{};
  p.result = static_cast<uint32_t>(task.node.result);
  p.trees = static_cast<uint32_t>(f.roots.size());
  p.targets = f.targets;
  p.fail_status = emit.statusCode(KILN_UNDEFINED);
  const std::vector<kernel::GraphNode> nodes = graphNodes(task);
  p.leaves_by_less_and_codes = leavesByLessAndCodes(task, nodes);
  p.nodes = emit.blob("forest.graph", nodes);
  p.roots = emit.blob("forest.roots", f.roots);
  p.set_first = emit.blob("forest.set_first", f.setFirst);
  p.set_members = emit.blob("forest.set_member", f.setMember);
  p.leaf_first = emit.blob("forest.leaf_first", f.leafFirst);
  p.leaf_targets = f.leafTarget.empty() ? kernel::kNone : emit.blob("forest.leaf_target", f.leafTarget);
  p.leaf_weights = emit.blob("forest.leaf_weight", f.leafWeight);
  p.leaf_kinds = f.leafKind.empty() ? kernel::kNone : emit.blob("forest.leaf_kind", f.leafKind);
  return p;
}
std::string kernelOf(const std::string& family, const ForestTask& task) {
  return family + (task.node.elem == ir::Elem::f32 ? "_f32" : "_f64");
}

class Graph final : public ForestStrategy {
 public:
  const char* name() const override { return "graph"; }
  bool accepts(const ForestTask&, const Tier&, std::string&) const override { return true; }
  bool followsFailures() const override { return true; }
  double cost(const ForestTask& task, const Tier&) const override {
    return 20 + forestWork(task).levels * 8.0;
  }
  std::optional<double> rowCost(const ForestTask& task, const Tier&) const override {
    const ForestWork& work = forestWork(task);
    const double visited = (work.levels + static_cast<double>(work.deepest) * static_cast<double>(task.forest.roots.size())) / 2;
    return 3 + visited * 6;   // chains are longer than if every exit were equally likely
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    emit.callColumns(kernelOf("forest_graph", task), emit.once<kernel::ForestGraph>("graph", [&] { return putGraph(task, emit); }));
  }
};

}  // namespace

void fixUpFailedRows(const ForestTask& task, NodeEmitter& emit) {
  const auto make = [&] {
    kernel::ForestFixup p{};
    p.graph = putGraph(task, emit);
    p.leaves = task.node.result == ir::ForestNode::leaf && task.forest.reaches(Forest::fail) ? p.graph.trees : 0;
    const std::vector<uint32_t> columns = failingColumns(task);
    p.columns = emit.blob("forest.failing", columns), p.count = static_cast<uint32_t>(columns.size());
    return p;
  };
  emit.callColumns(kernelOf("forest_fixup", task), emit.once<kernel::ForestFixup>("fixup", make));
}

const ForestStrategy& graphStrategy() {
  static const Graph strategy;
  return strategy;
}

}  // namespace kiln::codegen
