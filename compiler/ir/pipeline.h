// A pipeline: nodes in topological order over typed values of one row, and constant tables.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/node.h"
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Rows that came with the model (PMML ModelVerification): text cells by column name, empty for missing.
struct Verification {
  std::vector<std::string> columns;               ///< names of inputs and outputs
  std::vector<double> precision, zeroThreshold;   ///< one a column
  std::vector<std::vector<std::string>> rows;
  Place place;
};

struct Pipeline {
  std::string name;          ///< of the model
  std::string sourceFile;    ///< as given by the user, for provenance comments
  std::string sourceFormat;  ///< "PMML 4.4", "ONNX ai.onnx 21 ai.onnx.ml 5"
  std::string sourceSha256;
  std::vector<std::pair<std::string, std::string>> provenance;  ///< producer, training time, tags
  std::vector<Node> nodes;
  std::vector<Value> values;
  std::vector<std::shared_ptr<Table>> tables;   ///< who changes one has it alone: a clone has its own
  std::vector<Verification> verifications;

  Pipeline() = default;
  Pipeline(Pipeline&&) = default;
  Pipeline& operator=(Pipeline&&) = default;
  Pipeline clone() const;

  const Type& type(ValueId v) const { return values[v].type; }
  const Node& producer(ValueId v) const { return nodes[values[v].node]; }
  template <class T> const T& table(TableRef ref) const { return tables[ref.id]->as<T>(); }
  template <class T> T& table(TableRef ref) { return tables[ref.id]->as<T>(); }
  /// Node numbers of the inputs and outputs, in schema order.
  std::vector<NodeId> inputs() const;
  std::vector<NodeId> outputs() const;
};

template <class T>
const T* Inference::table(TableRef ref) {
  if (ref.id >= pipeline.tables.size() || pipeline.tables[ref.id]->kind() != T::kKind) {
    problems.push_back(std::string("needs a table of kind ") + tableKindName(T::kKind));
    return nullptr;
  }
  return &pipeline.tables[ref.id]->template as<T>();
}

}  // namespace kiln::ir
