// Models of one or a few nodes, written by the messages of ONNX and scored by the command line: rows in, rows out, as CSV.
#pragma once
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace kiln::test {

namespace proto = ::onnx;
using Type = proto::TensorProto;

/// A node being written; each setter returns it.
class NodeOf {
 public:
  explicit NodeOf(proto::NodeProto& node) : node_(node) {}
  NodeOf& ints(const char* name, const std::vector<int64_t>& values) {
    auto& a = add(name, proto::AttributeProto::INTS);
    for (int64_t v : values) a.add_ints(v);
    return *this;
  }
  NodeOf& floats(const char* name, const std::vector<float>& values) {
    auto& a = add(name, proto::AttributeProto::FLOATS);
    for (float v : values) a.add_floats(v);
    return *this;
  }
  NodeOf& strings(const char* name, const std::vector<std::string>& values) {
    auto& a = add(name, proto::AttributeProto::STRINGS);
    for (const std::string& v : values) a.add_strings(v);
    return *this;
  }
  NodeOf& integer(const char* name, int64_t value) { return add(name, proto::AttributeProto::INT).set_i(value), *this; }
  NodeOf& number(const char* name, float value) { return add(name, proto::AttributeProto::FLOAT).set_f(value), *this; }
  /// A subgraph.
  NodeOf& graph(const char* name, const class Graph& graph);
  NodeOf& text(const char* name, const std::string& value) { return add(name, proto::AttributeProto::STRING).set_s(value), *this; }

 private:
  proto::AttributeProto& add(const char* name, proto::AttributeProto::AttributeType type) {
    auto& a = *node_.add_attribute();
    a.set_name(name), a.set_type(type);
    return a;
  }
  proto::NodeProto& node_;
};

class Graph {
  friend class NodeOf;

 public:
  explicit Graph(int64_t opset = 21, int64_t ml = 5) {
    model_.set_ir_version(8);
    import("", opset), import("ai.onnx.ml", ml), import("com.microsoft", 1);
    model_.mutable_graph()->set_name("test");
  }
  /// Dimensions; -1 is the batch.
  Graph& input(const std::string& name, int type, const std::vector<int64_t>& dims) { return value(*model_.mutable_graph()->add_input(), name, type, dims); }
  Graph& output(const std::string& name, int type = Type::FLOAT) {
    value(*model_.mutable_graph()->add_output(), name, type, {}).model_.mutable_graph()->mutable_output()->rbegin()->mutable_type()->mutable_tensor_type()->clear_shape();
    return *this;
  }
  /// With a declared shape.
  Graph& output(const std::string& name, int type, const std::vector<int64_t>& dims) { return value(*model_.mutable_graph()->add_output(), name, type, dims); }
  Graph& mapInput(const std::string& name, int key, int element) {
    auto& input = *model_.mutable_graph()->add_input();
    input.set_name(name);
    auto& map = *input.mutable_type()->mutable_map_type();
    map.set_key_type(key), map.mutable_value_type()->mutable_tensor_type()->set_elem_type(element);
    return *this;
  }
  Graph& initializer(const std::string& name, const std::vector<int64_t>& dims, const std::vector<float>& values) {
    auto& tensor = *model_.mutable_graph()->add_initializer();
    tensor.set_name(name), tensor.set_data_type(Type::FLOAT);
    for (int64_t d : dims) tensor.add_dims(d);
    for (float v : values) tensor.add_float_data(v);
    return *this;
  }
  NodeOf node(const std::string& op, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs, const std::string& domain = "") {
    auto& node = *model_.mutable_graph()->add_node();
    node.set_op_type(op), node.set_domain(domain);
    for (const std::string& name : inputs) node.add_input(name);
    for (const std::string& name : outputs) node.add_output(name);
    return NodeOf(node);
  }

  /// What the evaluator gives for a table; "!" and the diagnostics if the model is refused.
  std::string score(const std::string& csv, const std::string& flags = "") const { return run("score", "--interpret -i", csv, flags); }
  /// What `kiln check` says.
  std::string check(const std::string& flags = "") const { return run("check", "", "", flags); }
  /// The pipeline as IR text.
  std::string dump(const std::string& flags = "") const { return run("dump", "", "", flags); }
  /// `kiln check` of a file that need not be a model.
  static std::string checkBytes(const std::string& bytes, const std::string& flags = "") { return runBytes(bytes, "check", "", "", flags); }
  /// For what the setters above do not reach.
  proto::ModelProto& model() { return model_; }

 private:
  void import(const std::string& domain, int64_t version) {
    auto& opset = *model_.add_opset_import();
    opset.set_domain(domain), opset.set_version(version);
  }
  Graph& value(proto::ValueInfoProto& info, const std::string& name, int type, const std::vector<int64_t>& dims) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type), tensor.mutable_shape();
    for (int64_t d : dims) {
      auto& dim = *tensor.mutable_shape()->add_dim();
      if (d < 0) dim.set_dim_param("N");
      else dim.set_dim_value(d);
    }
    return *this;
  }
  std::string run(const std::string& verb, const std::string& option, const std::string& csv, const std::string& flags) const {
    return runBytes(model_.SerializeAsString(), verb, option, csv, flags);
  }
  static std::string runBytes(const std::string& bytes, const std::string& verb, const std::string& option, const std::string& csv, const std::string& flags) {
    const std::string base = testing::TempDir() + "kiln-onnx-" + std::to_string(getpid());
    const std::string model = base + ".onnx", table = base + ".csv";
    std::ofstream(model, std::ios::binary) << bytes;
    std::ofstream(table, std::ios::binary) << csv;
    const std::string command = std::string(KILN_BINARY) + " " + verb + " " + model + " " + option + (option.empty() ? "" : " " + table) + " 2>&1 " + flags;
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) text.append(buffer.data(), n);
    const int status = pclose(pipe);
    std::remove(model.c_str()), std::remove(table.c_str());
    return status == 0 ? text : "!" + text;
  }
  proto::ModelProto model_;
};

inline NodeOf& NodeOf::graph(const char* name, const Graph& graph) {
  *add(name, proto::AttributeProto::GRAPH).mutable_g() = graph.model_.graph();
  return *this;
}

}  // namespace kiln::test
