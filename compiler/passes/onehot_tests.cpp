// onehot_tests: trees over one-hot vectors test the code itself. A categorical column that an encoder spread over a hundred
// columns of 0 and 1 is one column again, and the vector is never made: a test of element j says, for its threshold, either
// "the code is j", or that it is not, or the same for every row. A missing code has a vector of zeros, so it takes their exit.
//
// The vector may stand among others in a concat: then its parts become operands of the forest. They must not fail, or a row that
// tests another part would fail no more.
#include <algorithm>

#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/passes/onehot_parts.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

/// A column as the new forest has it: its place, and of a code the element of its vector (kNone: itself).
struct NewColumn {
  uint32_t column, element;
};

/// The test of element j of a one-hot vector as one of its code.
void testCode(Forest& f, uint32_t node, uint32_t column, uint32_t element) {
  const bool one = f.passes(node, 1), zero = f.passes(node, 0);
  const uint32_t yes = f.yes[node], no = f.no[node];
  f.yes[node] = one ? yes : no;
  f.no[node] = f.missing[node] = zero ? yes : no;
  f.test[node] = static_cast<uint8_t>(Test::equal), f.column[node] = column, f.constant[node] = element;
  if (!f.set.empty()) f.set[node] = 0;
}

class OneHotTests {
 public:
  explicit OneHotTests(Pipeline& pipeline) : pipeline_(pipeline), tables_(pipeline) {}

  bool run() {
    Rewriter rewriter(pipeline_);
    bool changed = false;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      if (rewriter.old(id).op->kind() == OpKind::ForestNode && rewrite(rewriter, id))
        changed = true;
      else
        rewriter.keep(id);
    }
    return changed;
  }

 private:
  const Type& type(ValueId v) const { return pipeline_.type(v); }

  bool rewrite(Rewriter& rewriter, NodeId id) {
    const Node& node = rewriter.old(id);
    std::vector<Part> parts;
    for (ValueId v : rewriter.operandsNow(id)) {
      std::vector<Part> own = partsOf(pipeline_, v);
      const bool spreads = std::any_of(own.begin(), own.end(), [](const Part& p) { return p.spread != 0; });
      if (!spreads || type(v).fallible) own = {{v, type(v).size(), 0, v}};
      parts.insert(parts.end(), own.begin(), own.end());
    }
    if (std::none_of(parts.begin(), parts.end(), [](const Part& p) { return p.spread != 0; })) return false;

    const auto& op = node.op->as<ForestNode>();
    auto changed = std::make_unique<ForestNode>(op);
    changed->table.id = tables_.add(std::make_unique<Forest>(forestOver(pipeline_.table<Forest>(op.table), parts)));
    std::vector<ValueId> operands;
    for (const Part& part : parts) operands.push_back(part.value);
    const std::string name = rewriter.oldValue(node.results[0]).name;
    rewriter.replace(node.results[0], rewriter.add(std::move(changed), std::move(operands), name, node.place));
    return true;
  }

  static Forest forestOver(const Forest& from, const std::vector<Part>& parts) {
    std::vector<NewColumn> columns;
    uint32_t column = 0;
    for (const Part& part : parts) {
      for (uint32_t c = 0; c < part.columns(); c++)
        columns.push_back(part.spread ? NewColumn{column + c / part.spread, c % part.spread} : NewColumn{column + c, kNone});
      column += part.size;
    }
    Forest forest = from;
    forest.columns = column;
    for (uint32_t n = 0; n < forest.nodes(); n++) {
      if (forest.isLeaf(n)) continue;
      const NewColumn to = columns[forest.column[n]];
      if (to.element == kNone)
        forest.column[n] = to.column;
      else
        testCode(forest, n, to.column, to.element);
    }
    return forest;
  }

  Pipeline& pipeline_;
  TableAdder tables_;
};

}  // namespace

bool onehot_tests(Pipeline& pipeline) { return OneHotTests(pipeline).run(); }

}  // namespace kiln::passes
