// Faults of exporters that can be seen in the model: what it computes is not what the model it was made from computes. Each is a function
// that finds the nodes, in a file under faults/, and a row of faults.def with what is said there. They never change what is compiled.
#pragma once
#include <onnx/onnx_pb.h>

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace kiln::onnx {

class Importer;

/// The main graph as the functions see it.
class GraphView {
 public:
  explicit GraphView(const ::onnx::ModelProto& model);
  const ::onnx::GraphProto& graph() const { return model_.graph(); }
  /// The node that computes a name; null: an input or initializer.
  const ::onnx::NodeProto* maker(const std::string& name) const;
  /// The node behind those that only move, cast, scale or take the root of elements.
  const ::onnx::NodeProto* origin(std::string name) const;
  /// The elements of an initializer of floats or doubles; none of any other name.
  std::vector<double> numbers(const std::string& name) const;
  /// metadata_props; "" where the model has no such key.
  const std::string& metadata(const std::string& key) const;
  bool isInitializer(const std::string& name) const { return initializers_.count(name) != 0; }
  bool isUsed(const std::string& name) const { return uses(name) != 0; }
  /// How many nodes read a name, and outputs show it.
  uint32_t uses(const std::string& name) const { auto found = uses_.find(name); return found == uses_.end() ? 0 : found->second; }
  static const ::onnx::AttributeProto* attribute(const ::onnx::NodeProto& node, const std::string& name);

 private:
  const ::onnx::ModelProto& model_;
  std::unordered_map<std::string, const ::onnx::NodeProto*> makers_;
  std::unordered_map<std::string, const ::onnx::TensorProto*> initializers_;
  std::unordered_map<std::string, uint32_t> uses_;
};

/// Where a fault stands: "node[3]", "input[0]"; the first is named, the others are counted.
using Places = std::vector<std::string>;
/// The nodes for which `is` holds.
Places nodesWhere(const GraphView& view, const std::function<bool(const ::onnx::NodeProto&)>& is);

/// Warns of every fault that the model has.
void warnOfFaults(const ::onnx::ModelProto& model, Importer& importer);

}  // namespace kiln::onnx
