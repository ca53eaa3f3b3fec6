// A pipeline node by node anew, for an instance that takes it otherwise: of plain rows, of one element.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/builder.h"

namespace kiln::codegen {

/// Tables are shared. `add(builder, node, operands, name)` adds what stands for a node and gives the values of its results.
template <class Add> void rebuild(const ir::Pipeline& whole, ir::Pipeline& made, Add add) {
  made.name = whole.name, made.tables = whole.tables;
  ir::Builder builder(made);
  std::vector<ir::ValueId> now(whole.values.size());
  for (const ir::Node& node : whole.nodes) {
    builder.at(node.place);
    std::vector<ir::ValueId> operands;
    for (ir::ValueId v : node.operands) operands.push_back(now[v]);
    const std::string name = node.results.empty() ? "" : whole.values[node.results[0]].name;
    const std::vector<ir::ValueId> results = add(builder, node, std::move(operands), name);
    for (size_t i = 0; i < node.results.size(); i++) now[node.results[i]] = results[i];
  }
}
template <class Add> ir::Pipeline rebuilt(const ir::Pipeline& whole, Add add) {
  ir::Pipeline made;
  rebuild(whole, made, add);
  return made;
}

}  // namespace kiln::codegen
