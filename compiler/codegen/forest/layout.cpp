// Facts about a forest that several strategies ask for.
#include "compiler/codegen/forest/layout.h"

#include <algorithm>

#include "compiler/codegen/forest/study.h"

namespace kiln::codegen {

using ir::Forest;
using ir::Test;

ForestTask::ForestTask(const Forest& f, const ir::ForestNode& n, std::vector<ir::Type> types)
    : forest(f), node(n), columns(std::move(types)), study(std::make_shared<ForestStudy>()) {}

uint32_t columnStorage(const ir::Type& type) {
  switch (type.storage()) {
    case ir::Storage::f64: return kernel::kColumnF64;
    case ir::Storage::f32: return kernel::kColumnF32;
    case ir::Storage::i64: return kernel::kColumnI64;
    case ir::Storage::i32: return kernel::kColumnI32;
    default: return kernel::kColumnBool;
  }
}

namespace {

/// Follows a value that is missing in this column through the tests of the column.
uint32_t followMissing(const Forest& f, uint32_t node, uint32_t column) {
  constexpr int kMostSteps = 16;   // chains are short, or lead to their end at once
  for (int i = 0; i < kMostSteps && !f.isLeaf(node) && f.column[node] == column; i++)
    node = Forest::target(f.test[node] == static_cast<uint8_t>(Test::isMissing) ? f.yes[node] : f.missing[node]);
  return node;
}

}  // namespace

uint32_t missingExit(const Forest& f, uint32_t n) {
  const uint32_t yes = Forest::target(f.yes[n]), no = Forest::target(f.no[n]);
  if (f.test[n] == static_cast<uint8_t>(Test::isMissing)) return yes;
  const uint32_t missing = Forest::target(f.missing[n]);
  if (missing == yes || missing == no) return missing;
  const uint32_t end = followMissing(f, missing, f.column[n]);
  if (followMissing(f, no, f.column[n]) == end) return no;
  return followMissing(f, yes, f.column[n]) == end ? yes : missing;
}

static ForestWork workOf(const Forest& f) {
  // Children stand after their parents, so one pass from the end knows every subtree.
  std::vector<float> expected(f.nodes());
  std::vector<uint32_t> depth(f.nodes());
  for (uint32_t n = f.nodes(); n-- > 0;) {
    if (f.isLeaf(n)) continue;
    const uint32_t yes = Forest::target(f.yes[n]), no = Forest::target(f.no[n]);
    expected[n] = 1 + (expected[yes] + expected[no]) / 2;
    depth[n] = 1 + std::max({depth[yes], depth[no], depth[missingExit(f, n)]});
  }
  ForestWork work;
  for (const uint32_t root : f.roots) {
    work.levels += expected[root] + 1;
    work.deepest = std::max(work.deepest, depth[root]);
  }
  return work;
}

const ForestWork& forestWork(const ForestTask& task) {
  return known(task.study->work, [&] { return workOf(task.forest); });
}

double rowRanksCost(const ForestTask& task) {
  const Forest& f = task.forest;
  std::vector<bool> tested(f.columns);
  for (uint32_t n = 0; n < f.nodes(); n++)
    if (!f.isLeaf(n)) tested[f.column[n]] = true;
  return 5 + 5.0 * static_cast<double>(std::count(tested.begin(), tested.end(), true));
}

bool isPlain(const ForestTask& task, std::string& why) {
  if (task.node.result == ir::ForestNode::marks) why = "the result marks needs the path, which only graph follows";
  else if (task.node.result != ir::ForestNode::leaf && task.forest.reaches(Forest::fail)) why = "a leaf fails, which only graph reports";
  return why.empty();
}

}  // namespace kiln::codegen
