#include "compiler/codegen/one_element.h"

#include <algorithm>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"

namespace kiln::codegen {
namespace {

constexpr size_t kMostNodes = 32;   // of one stage, and quickly compiled

bool isElementwise(ir::OpKind kind) {
  return kind == ir::OpKind::Check || kind == ir::OpKind::Call || kind == ir::OpKind::Cast || kind == ir::OpKind::Select ||
         kind == ir::OpKind::Encode || kind == ir::OpKind::LookupNode || kind == ir::OpKind::Const || kind == ir::OpKind::Output;
}
bool isPlain(const ir::Type& type) { return !type.nullable && !type.fallible && type.storage() != ir::Storage::str; }
bool isNumber(const ir::Type& type) { return type.elem != ir::Elem::cat && type.elem <= ir::Elem::boolean; }

bool isOneForAll(const ir::Pipeline& pipeline) {
  const auto inputs = pipeline.inputs(), outputs = pipeline.outputs();
  if (inputs.size() != 1 || outputs.size() != 1 || pipeline.nodes.size() > kMostNodes) return false;
  const ir::Node& first = pipeline.nodes[inputs[0]];
  const auto& input = first.op->as<ir::Input>();
  const ir::Type& type = pipeline.type(first.results[0]);
  if (input.list || input.nullable || input.role != ir::Input::plain || input.nan != ir::Input::value || !isNumber(type)) return false;
  const ir::Node& last = pipeline.nodes[outputs[0]];
  const ir::Type& result = pipeline.type(last.operands[0]);
  if (result.shape != type.shape || !isNumber(result) || !last.op->as<ir::Output>().feeds.empty()) return false;
  return std::all_of(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const ir::Node& node) {
    if (&node == &first) return true;
    return isElementwise(node.op->kind()) && (node.op->kind() != ir::OpKind::Check || node.operands.size() == 1) &&
           std::all_of(node.results.begin(), node.results.end(), [&](ir::ValueId v) {
             const ir::Type& made = pipeline.type(v);
             return isPlain(made) && (made.isScalar() || (made.shape == type.shape && node.op->kind() != ir::OpKind::Const));
           });
  });
}

}  // namespace

std::optional<ir::Pipeline> oneElement(const ir::Pipeline& whole) {
  if (!isOneForAll(whole)) return std::nullopt;
  ir::Pipeline element;
  element.name = whole.name, element.tables = whole.tables;
  ir::Builder builder(element);
  std::vector<ir::ValueId> now(whole.values.size());
  for (const ir::Node& node : whole.nodes) {
    builder.at(node.place);
    std::vector<ir::ValueId> operands;
    for (ir::ValueId v : node.operands) operands.push_back(now[v]);
    const std::string name = node.results.empty() ? "" : whole.values[node.results[0]].name;
    auto op = node.op->clone();
    if (const auto* input = op->to<ir::Input>()) {
      auto one = std::make_unique<ir::Input>(*input);
      one->shape.clear(), one->columns.clear();
      op = std::move(one);
    } else if (const auto* output = op->to<ir::Output>()) {
      auto one = std::make_unique<ir::Output>(*output);
      one->columns.clear(), one->labels.clear();
      op = std::move(one);
    }
    const std::vector<ir::ValueId> results = builder.addNode(std::move(op), operands, name);
    for (size_t i = 0; i < node.results.size(); i++) now[node.results[i]] = results[i];
  }
  return element;
}

bool elementsAreDoubles(const ir::Pipeline& element) {
  const ir::Elem in = element.type(element.nodes[element.inputs()[0]].results[0]).elem;
  const ir::Elem out = element.type(element.nodes[element.outputs()[0]].operands[0]).elem;
  return in == ir::Elem::f64 || in == ir::Elem::i64 || out == ir::Elem::f64;
}

}  // namespace kiln::codegen
