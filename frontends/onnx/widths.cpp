// Widths of inputs that the model leaves open, from the operators that take them: skl2onnx declares [None, None] where the
// coefficients, thresholds or column numbers behind say how many columns there are.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "frontends/onnx/shapes.h"

namespace kiln::onnx {

namespace proto = ::onnx;

namespace {

constexpr int64_t kWidest = 1 << 16;

/// What a consumer says of the width of what it takes.
struct Width {
  enum Kind : uint8_t { unknown, exact, atLeast, passes } kind = unknown;
  int64_t columns = 0;
  bool mixes = false;   ///< passes: but a result depends on all columns
};
Width exactly(int64_t columns) { return columns > 1 ? Width{Width::exact, columns} : Width{Width::passes}; }   // of one: broadcast

class Widths {
 public:
  explicit Widths(proto::GraphProto& graph) {
    for (auto& tensor : graph.initializer()) initializers_.emplace(tensor.name(), &tensor);
    for (auto& node : graph.node()) {
      for (int i = 0; i < node.input_size(); i++) consumers_[node.input(i)].emplace_back(&node, i);
      if (node.op_type() == "Constant" && node.output_size() == 1)
        for (auto& a : node.attribute())
          if (a.name() == "value") initializers_.emplace(node.output(0), &a.t());
    }
    for (auto& output : graph.output()) outputs_.insert(output.name());
  }

  // 0: not known.
  int64_t of(const std::string& input) const {
    int64_t exact = 0, least = 0;
    bool allSeen = false;   // a result depends on every column
    std::vector<std::string> open = {input};
    std::unordered_set<std::string> seen = {input};
    while (!open.empty()) {
      const std::string name = open.back();
      open.pop_back();
      allSeen |= outputs_.count(name) != 0;
      const auto found = consumers_.find(name);
      if (found == consumers_.end()) continue;
      for (auto& [node, index] : found->second) {
        const Width width = consumer(*node, index);
        if (width.kind == Width::exact) {
          if (exact && exact != width.columns) return 0;
          exact = width.columns;
        }
        if (width.kind == Width::atLeast) least = std::max(least, width.columns);
        allSeen |= width.kind == Width::unknown || width.mixes;
        if (width.kind == Width::passes && node->output_size() > 0 && seen.insert(node->output(0)).second) open.push_back(node->output(0));
      }
    }
    const int64_t columns = exact ? exact : allSeen ? 0 : least;
    return columns >= least && columns <= kWidest ? columns : 0;
  }

 private:
  static const proto::AttributeProto* attribute(const proto::NodeProto& node, const char* name) {
    for (auto& a : node.attribute())
      if (a.name() == name) return &a;
    return nullptr;
  }
  static int64_t floats(const proto::NodeProto& node, const char* name) {
    const auto* a = attribute(node, name);
    return a ? a->floats_size() : 0;
  }
  static int64_t ints(const proto::NodeProto& node, const char* name) {
    const auto* a = attribute(node, name);
    return a ? a->ints_size() : 0;
  }
  static int64_t integer(const proto::NodeProto& node, const char* name, int64_t fallback) {
    const auto* a = attribute(node, name);
    return a ? a->i() : fallback;
  }
  static Width quotient(int64_t all, int64_t rows) { return rows > 0 && all > 0 && all % rows == 0 ? Width{Width::exact, all / rows} : Width{}; }
  static int64_t largest(const proto::AttributeProto* a) {
    int64_t most = -1;
    for (int i = 0; a && i < a->ints_size(); i++) most = std::max(most, a->ints(i));
    return most;
  }
  const proto::TensorProto* initializer(const proto::NodeProto& node, int input) const {
    if (input >= node.input_size()) return nullptr;
    const auto found = initializers_.find(node.input(input));
    return found == initializers_.end() ? nullptr : found->second;
  }
  // Column numbers, all from the beginning.
  static Width columnsAt(const proto::TensorProto* indices) {
    if (!indices || indices->data_type() != proto::TensorProto::INT64) return {};
    std::vector<int64_t> all(indices->int64_data().begin(), indices->int64_data().end());
    for (size_t i = 0; i + 8 <= indices->raw_data().size(); i += 8) {
      uint64_t index = 0;
      for (size_t b = 8; b-- > 0;) index = index << 8 | static_cast<uint8_t>(indices->raw_data()[i + b]);
      all.push_back(static_cast<int64_t>(index));
    }
    if (all.empty() || *std::min_element(all.begin(), all.end()) < 0) return {};
    const int64_t last = *std::max_element(all.begin(), all.end());
    return last < kWidest ? Width{Width::atLeast, last + 1} : Width{};
  }

  Width consumer(const proto::NodeProto& node, int index) const {
    return node.domain() == "ai.onnx.ml" ? ofMl(node, index) : node.domain().empty() || node.domain() == "ai.onnx" ? ofStandard(node, index) : Width{};
  }

  static bool isAny(const std::string& op, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return op == name; });
  }

  Width ofMl(const proto::NodeProto& node, int index) const {
    const std::string& op = node.op_type();
    if (op == "ArrayFeatureExtractor") return index == 0 ? columnsAt(initializer(node, 1)) : Width{};
    if (op == "Binarizer") return {Width::passes};
    if (op == "Normalizer") return {Width::passes, 0, true};
    if (op == "Imputer") return exactly(std::max(floats(node, "imputed_value_floats"), ints(node, "imputed_value_int64s")));
    if (op == "Scaler") return exactly(std::max(floats(node, "offset"), floats(node, "scale")));
    if (op == "LinearRegressor") return quotient(floats(node, "coefficients"), integer(node, "targets", 1));
    if (op == "LinearClassifier") return quotient(floats(node, "coefficients"), floats(node, "intercepts"));
    if (op == "SVMRegressor") return floats(node, "support_vectors") ? quotient(floats(node, "support_vectors"), integer(node, "n_supports", 0)) : quotient(floats(node, "coefficients"), 1);
    if (op == "SVMClassifier") {
      int64_t vectors = 0;
      const auto* each = attribute(node, "vectors_per_class");
      for (int i = 0; each && i < each->ints_size(); i++) vectors += std::clamp<int64_t>(each->ints(i), 0, 1 << 24);
      return quotient(floats(node, "support_vectors"), vectors);
    }
    if (isAny(op, {"TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor"})) {
      const int64_t last = largest(attribute(node, "nodes_featureids"));
      return last >= 0 && last < kWidest ? Width{Width::atLeast, last + 1} : Width{};
    }
    return {};
  }

  Width ofStandard(const proto::NodeProto& node, int index) const {
    const std::string& op = node.op_type();
    if (isAny(op, {"Abs", "Cast", "Ceil", "Clip", "Dropout", "Erf", "Exp", "Floor", "Identity", "IsNaN", "Log", "Neg", "Reciprocal", "Relu", "Round", "Sigmoid", "Sign",
                   "Sqrt", "Tanh"}))
      return index == 0 ? Width{Width::passes} : Width{};
    if (op == "MatMul" || op == "Gemm") {
      const auto* weights = initializer(node, 1);
      if (index != 0 || !weights || weights->dims_size() != 2 || integer(node, "transA", 0)) return {};
      return {Width::exact, weights->dims(integer(node, "transB", 0) ? 1 : 0)};
    }
    if (isAny(op, {"Add", "Div", "Equal", "Greater", "Less", "Max", "Min", "Mul", "Pow", "Sub"})) {
      const auto* other = node.input_size() == 2 ? initializer(node, 1 - index) : nullptr;
      if (!other) return {};
      return exactly(other->dims_size() ? other->dims(other->dims_size() - 1) : 1);
    }
    if (op == "Gather") return index == 0 && (integer(node, "axis", 0) == 1 || integer(node, "axis", 0) == -1) ? columnsAt(initializer(node, 1)) : Width{};
    return {};
  }

  std::unordered_map<std::string, const proto::TensorProto*> initializers_;
  std::unordered_map<std::string, std::vector<std::pair<const proto::NodeProto*, int>>> consumers_;
  std::unordered_set<std::string> outputs_;
};

}  // namespace

void inferWidths(proto::GraphProto& graph) {
  const auto isOpen = [](const proto::ValueInfoProto& input) {
    if (!input.type().has_tensor_type()) return false;
    auto& shape = input.type().tensor_type().shape();
    return shape.dim_size() == 2 && !shape.dim(1).has_dim_value();
  };
  if (std::none_of(graph.input().begin(), graph.input().end(), isOpen)) return;
  const Widths widths(graph);
  for (auto& input : *graph.mutable_input())
    if (isOpen(input))
      if (const int64_t columns = widths.of(input.name())) input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(columns);
}

}  // namespace kiln::onnx
