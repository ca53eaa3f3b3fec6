#include "compiler/codegen/one_element.h"

#include <algorithm>

#include "compiler/codegen/rebuilt.h"
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
  return rebuilt(whole, [](ir::Builder& builder, const ir::Node& node, std::vector<ir::ValueId> operands, const std::string& name) {
    auto op = node.op->clone();
    if (op->kind() == ir::OpKind::Input) {
      auto& input = static_cast<ir::Input&>(*op);
      input.shape.clear(), input.columns.clear();
    } else if (op->kind() == ir::OpKind::Output) {
      auto& output = static_cast<ir::Output&>(*op);
      output.columns.clear(), output.labels.clear();
    }
    return builder.addNode(std::move(op), operands, name);
  });
}

ir::Elem elementOf(const ir::Pipeline& element, bool input) {
  const ir::Elem in = element.type(element.nodes[element.inputs()[0]].results[0]).elem;
  const ir::Elem out = element.type(element.nodes[element.outputs()[0]].operands[0]).elem;
  const ir::Elem own = input ? in : out, other = input ? out : in;
  if (own != ir::Elem::boolean) return own;
  return other == ir::Elem::f64 || other == ir::Elem::i64 ? ir::Elem::f64 : ir::Elem::f32;
}

}  // namespace kiln::codegen
