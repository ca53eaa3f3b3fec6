// dead: drops what nothing needs. Roots are the statements: outputs, checks and notes. A check is a root though its
// result may be unused: the invalid value of an unused active field still ends the row. Inputs stay too, since they are
// the schema. Frontends import whole documents, and other passes leave nodes behind that they have replaced, so this
// runs last.
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

/// Keeps the tables that a node, a type or a kept table refers to. True if there were others.
static bool dropTables(Pipeline& pipeline) {
  std::vector<TableId> map(pipeline.tables.size(), kNone), pending;
  auto need = [&](TableId id) {
    if (id != kNone && map[id] == kNone) map[id] = id, pending.push_back(id);
  };
  for (Node& node : pipeline.nodes) forTableRefs(*node.op, [&](TableRef& ref) { need(ref.id); });
  for (const Value& value : pipeline.values) need(value.type.dict);
  while (!pending.empty()) {
    Table& table = *pipeline.tables[pending.back()];
    pending.pop_back();
    forTableRefs(table, [&](TableRef& ref) { need(ref.id); });
  }
  size_t before = pipeline.tables.size();
  mergeTables(pipeline, std::move(map));
  return pipeline.tables.size() != before;
}

bool dead(Pipeline& pipeline) {
  std::vector<bool> needed = neededNodes(pipeline);
  Rewriter rewriter(pipeline);
  for (NodeId id = 0; id < rewriter.size(); id++)
    if (needed[id]) rewriter.keep(id);
  bool droppedTables = dropTables(pipeline);
  return pipeline.nodes.size() != rewriter.size() || droppedTables;
}

}  // namespace kiln::passes
