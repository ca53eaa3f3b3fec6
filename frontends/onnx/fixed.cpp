// What is put into the model before it is read: --shape and --constant, what a user knows of inputs and the model leaves open; open dimensions in one
// form.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <optional>

#include "compiler/support/number.h"
#include "frontends/onnx/shapes.h"
#include "frontends/onnx/tensor.h"

namespace kiln::onnx {

namespace proto = ::onnx;

namespace {

struct Option {
  std::string name;
  std::vector<std::string> values;
};

// Commas end a value; names of inputs may contain anything but '='.
std::optional<Option> split(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == text.npos) return std::nullopt;
  Option option{text.substr(0, equals), {}};
  for (size_t at = equals + 1; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    option.values.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  if (option.values.size() == 1 && option.values[0].empty()) option.values.clear();
  return option;
}

class Fixer {
 public:
  Fixer(proto::GraphProto& graph, Diagnostics& diagnostics) : graph_(graph), diagnostics_(diagnostics) {}

  bool shape(const std::string& text) {
    const auto option = split(text);
    if (!option) return wrong("--shape " + text + ": not NAME=SIZES");
    auto* input = tensorInput(option->name, "--shape " + text);
    if (!input) return false;
    auto& type = *input->mutable_type()->mutable_tensor_type();
    if (!type.has_shape())
      for (size_t i = 0; i < option->values.size(); i++) type.mutable_shape()->add_dim();
    if (type.shape().dim_size() != static_cast<int>(option->values.size()))
      return wrong("--shape " + text + ": the model declares " + std::to_string(type.shape().dim_size()) + " dimensions");
    for (int i = 0; i < type.shape().dim_size(); i++) {
      const std::string& size = option->values[static_cast<size_t>(i)];
      auto& dim = *type.mutable_shape()->mutable_dim(i);
      if (size == "?") continue;
      const auto value = parseInteger(size);
      if (!value || *value < 0) return wrong("--shape " + text + ": '" + size + "' is no size");
      if (dim.has_dim_value() && dim.dim_value() != *value)
        return wrong("--shape " + text + ": the model declares dimension " + std::to_string(i) + " as " + std::to_string(dim.dim_value()));
      dim.set_dim_value(*value);
    }
    return true;
  }

  bool constant(const std::string& text) {
    const auto option = split(text);
    if (!option) return wrong("--constant " + text + ": not NAME=VALUES");
    auto* input = tensorInput(option->name, "--constant " + text);
    if (!input) return false;
    auto& type = input->type().tensor_type();
    proto::TensorProto tensor;
    tensor.set_name(option->name), tensor.set_data_type(type.elem_type());
    const auto given = static_cast<int64_t>(option->values.size());
    const int open = openDimension(type.shape());
    int64_t known = 1;
    for (auto& dim : type.shape().dim()) known *= dim.has_dim_value() ? std::clamp<int64_t>(dim.dim_value(), 0, 1 << 24) : 1;
    if (open == kSeveral) return wrong("--constant " + text + ": several dimensions are open", "--shape " + option->name + "=SIZES fixes them");
    if (open == kNone && known != given) return wrong("--constant " + text + ": the input has " + std::to_string(known) + " elements");
    if (open >= 0 && (known == 0 || given % known)) return wrong("--constant " + text + ": " + std::to_string(given) + " elements do not fill rows of " + std::to_string(known));
    for (int i = 0; i < type.shape().dim_size(); i++) tensor.add_dims(i == open ? given / known : type.shape().dim(i).dim_value());
    for (const std::string& value : option->values)
      if (!add(tensor, value)) return wrong("--constant " + text + ": '" + value + "' is no " + elementName(static_cast<ElementType>(type.elem_type())));
    *graph_.add_initializer() = std::move(tensor);   // an input with an initializer is a constant
    return true;
  }

  bool leaveOut(const std::string& name) {
    auto& outputs = *graph_.mutable_output();
    const auto found = std::find_if(outputs.begin(), outputs.end(), [&](auto& output) { return output.name() == name; });
    if (found == outputs.end()) return wrong("--leave-out " + name + ": the model has no such output");
    if (outputs.size() == 1) return wrong("--leave-out " + name + ": no output is left");
    outputs.erase(found);
    return true;
  }

 private:
  static constexpr int kNone = -1, kSeveral = -2;
  static int openDimension(const proto::TensorShapeProto& shape) {
    int open = kNone;
    for (int i = 0; i < shape.dim_size(); i++)
      if (!shape.dim(i).has_dim_value()) open = open == kNone ? i : kSeveral;
    return open;
  }

  bool wrong(const std::string& message, const std::string& note = "") {
    diagnostics_.error(Kind::invalid, 0, 0, message, "", note);
    return false;
  }

  proto::ValueInfoProto* tensorInput(const std::string& name, const std::string& option) {
    for (auto& tensor : graph_.initializer())
      if (tensor.name() == name) return wrong(option + ": '" + name + "' is a constant already"), nullptr;
    for (auto& input : *graph_.mutable_input())
      if (input.name() == name) {
        if (input.type().has_tensor_type() && isHeld(input.type().tensor_type().elem_type())) return &input;
        return wrong(option + ": the input is no tensor that Kiln reads"), nullptr;
      }
    std::string all;
    for (auto& input : graph_.input()) all += (all.empty() ? "" : ", ") + input.name();
    return wrong(option + ": the model has no such input", "its inputs are: " + all), nullptr;
  }

  bool add(proto::TensorProto& tensor, const std::string& text) {
    const auto integer = parseInteger(text);
    switch (static_cast<ElementType>(tensor.data_type())) {
      case ElementType::str: return tensor.add_string_data(text), true;
      case ElementType::f32:
        if (const auto number = parseFloat(text)) return tensor.add_float_data(*number), true;
        return false;
      case ElementType::f64:
        if (const auto number = parseNumber(text)) return tensor.add_double_data(*number), true;
        return false;
      case ElementType::i64:
        if (integer) return tensor.add_int64_data(*integer), true;
        return false;
      case ElementType::boolean:
        if (text != "true" && text != "false" && text != "1" && text != "0") return false;
        return tensor.add_int32_data(text == "true" || text == "1"), true;
      case ElementType::i8: return narrow(tensor, integer, INT8_MIN, INT8_MAX);
      case ElementType::u8: return narrow(tensor, integer, 0, UINT8_MAX);
      case ElementType::i16: return narrow(tensor, integer, INT16_MIN, INT16_MAX);
      case ElementType::u16: return narrow(tensor, integer, 0, UINT16_MAX);
      case ElementType::i32: return narrow(tensor, integer, INT32_MIN, INT32_MAX);
      case ElementType::u32:
        if (!integer || *integer < 0 || *integer > UINT32_MAX) return false;
        return tensor.add_uint64_data(static_cast<uint64_t>(*integer)), true;
      default: return false;
    }
  }
  static bool narrow(proto::TensorProto& tensor, std::optional<int64_t> integer, int64_t low, int64_t high) {
    if (!integer || *integer < low || *integer > high) return false;
    return tensor.add_int32_data(static_cast<int32_t>(*integer)), true;
  }

  proto::GraphProto& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

void openDimensions(proto::GraphProto& graph) {
  for (auto* infos : {graph.mutable_input(), graph.mutable_output(), graph.mutable_value_info()})
    for (auto& info : *infos) {
      if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) continue;
      for (auto& dim : *info.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim())
        if (dim.has_dim_value() && dim.dim_value() == -1) dim.clear_dim_value();
    }
}

void fixToOneRow(proto::GraphProto& graph) {
  for (auto& input : *graph.mutable_input()) {
    if (!input.type().has_tensor_type() || input.type().tensor_type().shape().dim_size() == 0) continue;
    auto& leading = *input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0);
    if (!leading.has_dim_value()) leading.set_dim_value(1);
  }
}

bool fixInputs(proto::ModelProto& model, const ImportOptions& options, Diagnostics& diagnostics) {
  Fixer fixer(*model.mutable_graph(), diagnostics);
  bool good = true;
  for (const std::string& shape : options.shapes) good = fixer.shape(shape) && good;
  for (const std::string& constant : options.constants) good = fixer.constant(constant) && good;
  for (const std::string& output : options.leftOut) good = fixer.leaveOut(output) && good;
  return good;
}

}  // namespace kiln::onnx
