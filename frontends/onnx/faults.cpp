// The rows of faults.def against a model.
#include "frontends/onnx/faults.h"

#include <set>
#include <string_view>

#include "frontends/onnx/importer.h"

namespace kiln::onnx {

#define FAULT(function, producer, message, note) Places function(const GraphView& view);
#include "frontends/onnx/faults.def"
#undef FAULT

namespace {

struct Fault {
  Places (*places)(const GraphView&);
  const char *producer, *message, *note;
};
constexpr Fault kFaults[] = {
#define FAULT(function, producer, message, note) {function, producer, message, note},
#include "frontends/onnx/faults.def"
#undef FAULT
};

}  // namespace

// Whether `name` begins with one of the producers, which have commas between them.
static bool isOf(const std::string& name, std::string_view producers) {
  while (true) {
    const size_t comma = producers.find(", ");
    if (name.rfind(producers.substr(0, comma), 0) == 0) return true;
    if (comma == producers.npos) return false;
    producers.remove_prefix(comma + 2);
  }
}

GraphView::GraphView(const ::onnx::ModelProto& model) : model_(model) {
  for (auto& tensor : graph().initializer()) initializers_.emplace(tensor.name(), &tensor);
  std::vector<const ::onnx::GraphProto*> open = {&graph()};   // subgraphs use names of the main graph
  while (!open.empty()) {
    const ::onnx::GraphProto& here = *open.back();
    open.pop_back();
    for (auto& node : here.node()) {
      if (&here == &graph())
        for (auto& output : node.output()) makers_.emplace(output, &node);
      for (auto& input : node.input()) uses_[input]++;
      for (auto& attribute : node.attribute())
        if (attribute.has_g()) open.push_back(&attribute.g());
    }
    for (auto& output : here.output()) uses_[output.name()]++;
  }
}

const ::onnx::NodeProto* GraphView::maker(const std::string& name) const {
  auto found = makers_.find(name);
  return found == makers_.end() ? nullptr : found->second;
}

const ::onnx::NodeProto* GraphView::origin(std::string name) const {
  static const std::set<std::string> passed = {"Identity", "Cast", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Gather", "ArrayFeatureExtractor", "Mul", "Max", "Sqrt"};
  const ::onnx::NodeProto* node = maker(name);
  for (int steps = 0; node && node->input_size() && passed.count(node->op_type()) && steps < 64; steps++) node = maker(node->input(0));
  return node;
}

const std::string& GraphView::metadata(const std::string& key) const {
  static const std::string none;
  for (auto& entry : model_.metadata_props())
    if (entry.key() == key) return entry.value();
  return none;
}

template <class T>
static std::vector<double> numbersOf(const std::string& raw) {
  std::vector<double> numbers;
  for (size_t at = 0; at + sizeof(T) <= raw.size(); at += sizeof(T)) {
    T number;
    std::copy_n(raw.data() + at, sizeof number, reinterpret_cast<char*>(&number));
    numbers.push_back(number);
  }
  return numbers;
}
std::vector<double> GraphView::numbers(const std::string& name) const {
  auto found = initializers_.find(name);
  if (found == initializers_.end()) return {};
  const ::onnx::TensorProto& tensor = *found->second;
  if (tensor.data_type() == ::onnx::TensorProto::FLOAT)
    return tensor.float_data_size() ? std::vector<double>(tensor.float_data().begin(), tensor.float_data().end()) : numbersOf<float>(tensor.raw_data());
  if (tensor.data_type() == ::onnx::TensorProto::DOUBLE)
    return tensor.double_data_size() ? std::vector<double>(tensor.double_data().begin(), tensor.double_data().end()) : numbersOf<double>(tensor.raw_data());
  return {};
}

const ::onnx::AttributeProto* GraphView::attribute(const ::onnx::NodeProto& node, const std::string& name) {
  for (auto& attribute : node.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

Places nodesWhere(const GraphView& view, const std::function<bool(const ::onnx::NodeProto&)>& is) {
  Places places;
  for (int i = 0; i < view.graph().node_size(); i++) {
    const auto& node = view.graph().node(i);
    if (is(node)) places.push_back("node[" + std::to_string(i) + "]" + (node.name().empty() ? "" : " '" + node.name() + "'") + " (" + node.op_type() + ")");
  }
  return places;
}

void warnOfFaults(const ::onnx::ModelProto& model, Importer& importer) {
  const GraphView view(model);
  for (const Fault& fault : kFaults) {
    if (!isOf(model.producer_name(), fault.producer)) continue;
    const Places places = fault.places(view);
    if (places.empty()) continue;
    const std::string others = places.size() > 1 ? " (and in " + std::to_string(places.size() - 1) + " more)" : "";
    importer.warn("graph." + places[0], fault.message + others, fault.note);
  }
}

}  // namespace kiln::onnx
