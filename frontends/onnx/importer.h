// The importer: walks a graph node by node, keeps what its names stand for, folds what is known while compiling, inlines
// model-local functions and the branches of If.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <onnx/onnx_pb.h>

#include "frontends/onnx/node_order.h"
#include "frontends/onnx/operator.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

/// opset_import of a model or function: version by domain; "ai.onnx" is "".
class Opsets {
 public:
  /// Of equal domains the highest counts. Duplicates that differ are reported.
  void add(const std::string& domain, int64_t version, Importer& importer);
  /// A default domain or ai.onnx.ml that is not imported has its newest version (exporters leave them out); others 0.
  int64_t version(const std::string& domain) const;
  const std::unordered_map<std::string, int64_t>& all() const { return versions_; }

 private:
  std::unordered_map<std::string, int64_t> versions_;
};
std::string canonicalDomain(const std::string& domain);

/// The first column of the input that a value stands in; kNone: it is computed.
uint32_t columnOf(const ir::Pipeline& pipeline, ValueId value);

/// A graph or function body while it is imported.
struct Frame {
  Frame* outer = nullptr;      ///< of a subgraph: the graph whose names it sees
  const Opsets* opsets = nullptr;
  std::string path;            ///< "graph", "graph.node[3].then_branch"
  std::unordered_map<std::string, Value> names;
  std::unordered_map<std::string, Axes> declared;    ///< of values whose shapes the graph gives
  std::unordered_map<std::string, const proto::AttributeProto*> arguments;   ///< of a function: what ref_attr_name refers to
  std::unordered_set<std::string> used;              ///< names that what is wanted of its results depends on
  std::unordered_set<std::string> results;           ///< names of what is wanted of the graph or function
  const Value* find(const std::string& name) const;
};

class Importer {
 public:
  Importer(const Source& source, const ImportOptions& options, ir::Pipeline& pipeline, Diagnostics& diagnostics);
  void model(const proto::ModelProto& model);

  const ImportOptions& options;
  ir::Builder build;
  Diagnostics& diagnostics;
  RowSets rowSets{build};
  int outputs = 0;             ///< of the model
  std::string producer;        ///< producer_name of the model
  bool whole = false;          ///< no batch: one evaluation is one row
  bool mixesRows = false;      ///< rows of a batch met, which was reported
  bool unit = false;           ///< all leading dimensions are 1: rows are scored one by one, with N = 1

  // diagnostics at a path
  void unsupported(const std::string& path, const std::string& what, const std::string& note = "");
  void invalid(const std::string& path, const std::string& message, const std::string& note = "");
  void warn(const std::string& path, const std::string& message, const std::string& note = "");

  /// Imports the nodes of a graph in `frame`, which has its inputs, and returns what its outputs stand for: all, or those that are wanted.
  std::vector<Value> graph(const proto::GraphProto& graph, Frame& frame, const std::vector<bool>& wanted = {});

  /// A TensorProto as a compile-time tensor; nothing, reported, if it is malformed. (tensors.cpp)
  std::optional<Tensor> readTensor(const proto::TensorProto& tensor, const std::string& path);
  /// The bytes, so many, of a tensor that lies in a file beside the model; nothing, reported, if it may not be read. (external.cpp)
  std::optional<std::string_view> readExternal(const proto::TensorProto& tensor, uint64_t bytes, const std::string& path);
  std::vector<std::pair<std::string, std::string>> externalDigests;   ///< location and SHA-256 of each file that was read
  /// Reports and returns false if the axes are too many or too large.
  bool checkAxes(const Axes& axes, bool isConstant, const std::string& path);
  /// The same of what is made of a tensor, elements moved or repeated. A constant may be made as large as it is, or as a value of the IR; what
  /// all of them are made larger by is limited too.
  bool checkMade(const Axes& axes, const Tensor& of, const std::string& path);

  /// The table of a constant, made once a tensor and shape in the pipeline itself (never shared in a scratch pipeline).
  template <class Make>
  ir::TableRef constantTable(ir::Builder& builder, const Tensor& tensor, Make make, const std::vector<uint32_t>& shape) {
    if (&builder != &build) return builder.table(make(), "");
    auto& made = constants_[tensor.host.get()];
    made.first = tensor.host;
    for (auto& [madeShape, table] : made.second)
      if (madeShape == shape) return table;
    made.second.emplace_back(shape, builder.table(make(), "constant"));
    return made.second.back().second;
  }

  // ---- columns (columns.cpp)
  void declareInputs(const proto::GraphProto& graph, Frame& frame);
  void putOutputs(const proto::GraphProto& graph, const std::vector<Value>& values);
  ValueId mapEntry(const Value& map, const std::string& key);

  /// Elements of values that a pipeline of constants computes.
  static Elements evaluateConstant(const ir::Pipeline& pipeline, ValueId value, ElementType type);

 private:
  friend class OperatorImport;
  bool checkCount(const Axes& axes, int64_t most, const std::string& path);
  int64_t made_ = 0;           // elements that constants were made larger by
  const std::string* externalFile(const std::string& location, const std::string& path);   // external.cpp
  std::vector<int> neededNodes(const Nodes& nodes, std::unordered_set<std::string> wanted, Frame& frame) const;
  void nodes(const Nodes& nodes, std::unordered_set<std::string> wanted, Frame& frame);
  void node(const proto::NodeProto& node, const std::string& path, Frame& frame);
  bool operatorNode(const proto::NodeProto& node, const std::string& path, Frame& frame, std::vector<Value> inputs, std::vector<Value>& outputs);
  bool run(const Operator& op, OperatorImport& n);
  bool fold(const Operator& op, const proto::NodeProto& node, const std::string& path, Frame& frame, const std::vector<Value>& inputs,
            int version, std::vector<Value>& outputs);
  bool sizeArithmetic(const Operator& op, const proto::NodeProto& node, const std::string& path, Frame& frame, const std::vector<Value>& inputs,
                      int version, std::vector<Value>& outputs);   // sizes.cpp
  bool functionCall(const proto::FunctionProto& function, const proto::NodeProto& node, const std::string& path, Frame& frame,
                    const std::vector<Value>& inputs, std::vector<Value>& outputs);
  void readShapes(const proto::GraphProto& graph, Frame& frame);
  void readInitializers(const proto::GraphProto& graph, Frame& frame);
  bool declareInput(const proto::ValueInfoProto& input, const std::string& path, Frame& frame);
  ValueId inputColumns(const std::string& field, const Tensor& tensor, const std::vector<int64_t>& columns);
  ValueId held(ElementType type, ValueId value, uint32_t field);
  void putTokens(const std::string& name, const Value& tokens, const std::string& path);
  void putMaps(const std::string& name, const Value& maps, const std::string& path);
  void putTensor(const std::string& name, const Tensor& tensor, const std::vector<std::string>* labels, const std::string& path);

  const Source& source_;
  std::unordered_map<std::string, const proto::FunctionProto*> functions_;
  std::unordered_map<const proto::FunctionProto*, Opsets> functionOpsets_;
  std::unordered_map<const proto::FunctionProto*, std::vector<proto::AttributeProto>> functionDefaults_;   ///< of attributes that a call may leave out
  std::vector<const proto::FunctionProto*> calls_;    ///< being inlined
  Opsets opsets_;
  std::unordered_map<std::string, std::string> externalFiles_;   ///< contents by location
  uint64_t externalBytes_ = 0, externalUsed_ = 0;     ///< of the files, and of the tensors that lie in them
  uint64_t imported_ = 0;                             ///< nodes, inlined ones too
  std::unordered_map<const Elements*, std::pair<std::shared_ptr<const Elements>, std::vector<std::pair<std::vector<uint32_t>, ir::TableRef>>>>
      constants_;
  std::unordered_map<std::string, ValueId> entries_;  ///< of map inputs, by column
};

}  // namespace kiln::onnx
