// Builds a pipeline node by node. Frontends import through it: result types are inferred, names made unique, and equal pure
// nodes over equal operands become one.
#pragma once
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::ir {

/// A caller's mistake: operands that a node does not take. Frontends check what users can get wrong before they build.
struct BuildError : std::logic_error {
  using std::logic_error::logic_error;
};

class Builder {
 public:
  /// May continue a pipeline that has nodes already.
  explicit Builder(Pipeline& pipeline);

  Pipeline& pipeline() { return pipeline_; }
  const Type& type(ValueId v) const { return pipeline_.values[v].type; }

  /// Nodes built from here on come from this place.
  void at(Place place) { place_ = std::move(place); }
  const Place& place() const { return place_; }

  /// Adds a node; `name` suggests the name of its first result. Returns its first result (kNone if it has none).
  template <class T>
  ValueId add(T op, std::vector<ValueId> operands = {}, const std::string& name = "") {
    return addNode(std::make_unique<T>(std::move(op)), std::move(operands), name).front();
  }
  /// The same, all results; for a node without results one kNone.
  template <class T>
  std::vector<ValueId> addAll(T op, std::vector<ValueId> operands, const std::string& name = "") {
    return addNode(std::make_unique<T>(std::move(op)), std::move(operands), name);
  }
  std::vector<ValueId> addNode(std::unique_ptr<Op> op, std::vector<ValueId> operands, const std::string& name);

  /// Names a value that has only the name its node gave it.
  void suggestName(ValueId value, const std::string& name);

  /// A scalar function by name.
  ValueId call(const char* function, std::vector<ValueId> operands, bool checked = false, std::vector<double> parameters = {},
               const std::string& name = "");

  ValueId number(double value);                 ///< f64
  ValueId number32(double value);               ///< f32; value is rounded
  ValueId integer(int64_t value, Elem elem = Elem::i64);
  ValueId boolean(bool value);
  ValueId text(const std::string& value);
  ValueId code(TableRef dict, uint32_t code);   ///< constant of a cat
  ValueId missing(const Type& like);            ///< a missing scalar of this element type (and dict)

  /// Adds a table; its name is made unique. A table may grow until the import ends (labels met late).
  template <class T>
  TableRef table(T content, const std::string& name) {
    return addTable(std::make_unique<T>(std::move(content)), name);
  }
  TableRef addTable(std::unique_ptr<Table> table, const std::string& name);
  template <class T> T& get(TableRef ref) { return pipeline_.table<T>(ref); }

 private:
  NodeId equalNode(uint64_t hash, const std::string& bytes, const std::vector<ValueId>& operands) const;
  ValueId constant(Elem elem, std::optional<double> number, std::optional<int64_t> integer);
  Pipeline& pipeline_;
  Place place_;
  std::unordered_map<std::string, uint32_t> valueNames_, tableNames_;
  std::unordered_multimap<uint64_t, NodeId> nodesByHash_;
};

}  // namespace kiln::ir
