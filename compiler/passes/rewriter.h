// Rewrites a pipeline front to back: nodes are kept, replaced or left out, and everything is numbered and typed anew.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::passes {

/// Takes the nodes out of a pipeline. For each old node, in order, call `keep`, or `replace` for each of its results,
/// or neither, if nothing uses it. The pipeline is whole again, without further ado, after the last.
class Rewriter {
 public:
  explicit Rewriter(ir::Pipeline& pipeline);

  ir::NodeId size() const { return static_cast<ir::NodeId>(nodes_.size()); }
  const ir::Node& old(ir::NodeId id) const { return nodes_[id]; }
  const ir::Value& oldValue(ir::ValueId v) const { return values_[v]; }
  /// What stands for an old value now; kNone if nothing does yet.
  ir::ValueId now(ir::ValueId oldValue) const { return map_[oldValue]; }
  std::vector<ir::ValueId> operandsNow(ir::NodeId id) const;

  /// Appends the old node, over what now stands for its operands. Its results are inferred anew and keep their names.
  /// Returns its new number.
  ir::NodeId keep(ir::NodeId id);
  /// A name for one more value, after another's.
  std::string freeName(const std::string& like);
  void replace(ir::ValueId oldValue, ir::ValueId now) { map_[oldValue] = now; }
  /// Appends a new node with one result; `name` must be free, such as that of an old value that will not be kept.
  ir::ValueId add(std::unique_ptr<ir::Op> op, std::vector<ir::ValueId> operands, const std::string& name,
                  const ir::Place& place);

 private:
  ir::Pipeline& pipeline_;
  std::vector<ir::Node> nodes_;
  std::vector<ir::Value> values_;
  std::vector<ir::ValueId> map_;
  std::unordered_set<std::string> names_;   // of all values, once a name was asked for
  std::unordered_map<std::string, uint32_t> taken_;   // the last number that was tried behind a name
};

/// Adds tables to a pipeline, with a number behind a name that is taken.
class TableAdder {
 public:
  explicit TableAdder(ir::Pipeline& pipeline);
  ir::TableId add(std::unique_ptr<ir::Table> table);

 private:
  ir::Pipeline& pipeline_;
  std::unordered_set<std::string> names_;
};

/// A node that gives the same results for the same operands and does nothing else.
bool isPure(const ir::Op& op);

/// Of each node: whether an output, a check, a note or an input needs it. Passes leave others behind, which `dead` drops.
std::vector<bool> neededNodes(const ir::Pipeline& pipeline);

/// Calls `visit` for every reference to a table that an Op or Table has.
void forTableRefs(ir::Op& op, const std::function<void(ir::TableRef&)>& visit);
void forTableRefs(ir::Table& table, const std::function<void(ir::TableRef&)>& visit);
/// Replaces references to table t by map[t] everywhere, then removes the tables with map[t] != t. Tables keep their
/// order. map[t] is kNone where nothing refers to t.
void mergeTables(ir::Pipeline& pipeline, std::vector<ir::TableId> map);

}  // namespace kiln::passes
