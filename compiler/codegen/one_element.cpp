#include "compiler/codegen/one_element.h"

#include <algorithm>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/rebuilt.h"
#include "compiler/codegen/tiers.h"
#include "compiler/ir/elements.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/tables/matrix.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {
namespace {

constexpr size_t kMostNodes = 32;   // of one stage, and quickly compiled

bool isElementwise(ir::OpKind kind) {
  return kind == ir::OpKind::Check || kind == ir::OpKind::Call || kind == ir::OpKind::Cast || kind == ir::OpKind::Select || kind == ir::OpKind::RaiseIf ||
         kind == ir::OpKind::Encode || kind == ir::OpKind::LookupNode || kind == ir::OpKind::Const || kind == ir::OpKind::Output;
}
bool isPlain(const ir::Type& type) { return !type.nullable && type.storage() != ir::Storage::str; }
/// Whether any element of a row is true: hardly ever where it ends the row, so that rows for which it is are left to the whole pipeline.
bool isAny(const ir::Node& node) {
  const auto* reduce = node.op->to<ir::Reduce>();
  return reduce != nullptr && reduce->op == ir::Reduce::any && !reduce->skip;
}
bool isNumber(const ir::Type& type) { return type.elem != ir::Elem::cat && type.elem <= ir::Elem::boolean; }

/// Whether a constant of shape `from` has a value for each element of `to`.
bool spreadsTo(const std::vector<uint32_t>& from, const std::vector<uint32_t>& to) {
  const size_t less = to.size() - std::min(to.size(), from.size());
  if (from.size() > to.size()) return false;
  for (size_t i = 0; i < from.size(); i++)
    if (from[i] != 1 && from[i] != to[less + i]) return false;
  return true;
}

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
    const bool isConst = node.op->kind() == ir::OpKind::Const;
    if (isAny(node)) {
      const ir::Type& from = pipeline.type(node.operands[0]);
      return from.elem == ir::Elem::boolean && from.shape == type.shape && isPlain(from) && pipeline.type(node.results[0]).isScalar();
    }
    return isElementwise(node.op->kind()) && (node.op->kind() != ir::OpKind::Check || node.operands.size() == 1) &&
           std::all_of(node.results.begin(), node.results.end(), [&](ir::ValueId v) {
             const ir::Type& made = pipeline.type(v);
             return isPlain(made) && (made.isScalar() || made.shape == type.shape || (isConst && isNumber(made) && spreadsTo(made.shape, type.shape)));
           });
  });
}

std::unique_ptr<ir::Op> ofOneElement(const ir::Op& of) {
  auto op = of.clone();
  if (op->kind() == ir::OpKind::Input) {
    auto& input = static_cast<ir::Input&>(*op);
    input.shape.clear(), input.columns.clear();
  } else if (op->kind() == ir::OpKind::Output) {
    auto& output = static_cast<ir::Output&>(*op);
    output.columns.clear(), output.labels.clear();
  }
  return op;
}

/// A value for each element of `shape`.
ir::Matrix spread(const ir::Matrix& from, const std::vector<uint32_t>& shape) {
  ir::Matrix all;
  all.elem = from.elem, all.shape = shape;
  const ir::Broadcast at(from.shape, all.shape);
  size_t count = 1;
  for (uint32_t d : shape) count *= d;
  for (size_t i = 0; i < count; i++) {
    if (ir::isFloat(from.elem)) all.numbers.push_back(from.numbers[at(i)]);
    else all.integers.push_back(from.integers[at(i)]);
  }
  return all;
}

std::vector<ir::ValueId> addOfColumns(ir::Builder& builder, ir::Matrix values, const std::string& name, OneElement& made) {
  ir::Input input;
  input.field = name, input.elem = values.elem, input.nullable = false, input.nan = ir::Input::value;
  const ir::TableRef table = builder.table(std::move(values), name);
  const ir::ValueId value = builder.add(std::move(input), {}, name);
  made.ofColumns[static_cast<ir::NodeId>(made.pipeline.nodes.size() - 1)] = table;
  return {builder.add(ir::Check(), {value}, name)};
}

}  // namespace

std::optional<OneElement> oneElement(const ir::Pipeline& whole) {
  if (!isOneForAll(whole)) return std::nullopt;
  const std::vector<uint32_t> shape = whole.type(whole.nodes[whole.inputs()[0]].results[0]).shape;
  std::optional<OneElement> made(std::in_place);
  rebuild(whole, made->pipeline, [&](ir::Builder& builder, const ir::Node& node, std::vector<ir::ValueId> operands, const std::string& name) {
    const auto* constant = node.op->to<ir::Const>();
    if (constant != nullptr && constant->matrix.id != ir::kNone)
      return addOfColumns(builder, spread(whole.table<ir::Matrix>(constant->matrix), shape), name, *made);
    if (isAny(node)) {
      made->anyOf.insert(static_cast<ir::NodeId>(made->pipeline.nodes.size()));
      return std::vector<ir::ValueId>{builder.add(ir::Check(), operands, name)};
    }
    if (node.op->kind() == ir::OpKind::Input) made->input = static_cast<ir::NodeId>(made->pipeline.nodes.size());
    return builder.addNode(ofOneElement(*node.op), operands, name);
  });
  return made;
}

int elementLanes(const Record& record, const Tier& tier) {
  if (tier.vectorBytes() < 32) return tier.lanes;   // without fused multiply-add, or not measured
  std::vector<std::string> kernels;
  for (const Piece& piece : record.pieces)
    for (const Operation& operation : piece.operations) kernels.push_back(operation.kernel);
  const auto isChain = [](const std::string& kernel) { return kernel.starts_with("mlas_"); };   // others wait for memory
  if (std::none_of(kernels.begin(), kernels.end(), isChain)) return tier.lanes;
  const int wide = 4 * tier.lanes;
  const auto isWide = [&](const std::string& kernel) {   // names of instances stand in the bitcode's table of symbols
    return tier.bitcode.find("kiln_" + kernel + "_" + std::to_string(wide)) != std::string_view::npos;
  };
  return std::all_of(kernels.begin(), kernels.end(), isWide) ? wide : tier.lanes;
}

ir::Elem elementOf(const OneElement& element, bool input) {
  const ir::Pipeline& pipeline = element.pipeline;
  const ir::Elem in = pipeline.type(pipeline.nodes[element.input].results[0]).elem;
  const ir::Elem out = pipeline.type(pipeline.nodes[pipeline.outputs()[0]].operands[0]).elem;
  const ir::Elem own = input ? in : out, other = input ? out : in;
  if (own != ir::Elem::boolean) return own;
  return other == ir::Elem::f64 || other == ir::Elem::i64 ? ir::Elem::f64 : ir::Elem::f32;
}

namespace {

size_t count(const ir::Matrix& values) { return std::max(values.numbers.size(), values.integers.size()); }

/// A constant for each column, and the first ones again: lanes begin at any column.
uint32_t ofColumnsInBlob(const ir::Matrix& values, ir::Storage storage, NodeEmitter& emit) {
  std::string bytes = packElements(storage, values.numbers, values.integers);
  const size_t size = bytes.size(), more = size / count(values) * kernel::kElementGroup;
  for (size_t i = 0; i < more; i++) bytes.push_back(bytes[i % size]);
  return emit.blob("of columns", bytes.data(), bytes.size(), 64);
}

/// What ends rows: which ones, and why, is for the whole pipeline to say.
bool lowerEnding(const OneElement& element, NodeEmitter& emit) {
  if (element.anyOf.count(emit.nodeIndex()) != 0) emit.call("any_element", {emit.in(0), emit.out()});
  else if (!emit.forward()) emit.call(kernelName("check_element", emit.resultType().storage()), {emit.in(0), emit.out()});
  return true;
}

}  // namespace

bool lowerOfElement(const OneElement& element, NodeEmitter& emit) {
  if (emit.node().op->kind() == ir::OpKind::Check) return lowerEnding(element, emit);
  const bool begins = emit.node().op->kind() == ir::OpKind::Input;
  if (!begins && emit.node().op->kind() != ir::OpKind::Output) return false;
  const ir::Storage storage = begins ? emit.resultType().storage() : emit.operandType(0).storage();
  const auto constant = element.ofColumns.find(emit.nodeIndex());
  if (constant != element.ofColumns.end()) {
    const auto& values = element.pipeline.table<ir::Matrix>(constant->second);
    const kernel::ColumnParams params{ofColumnsInBlob(values, storage, emit), static_cast<uint32_t>(count(values))};
    emit.call(kernelName("of_column", storage), params, {emit.out()});
    return true;
  }
  const std::string of = std::string(storageName(storage)) + "_of_" + std::string(elemName(elementOf(element, begins)));
  if (begins) emit.call("read_" + of, {emit.out()});
  else emit.call("write_" + of, {emit.in(0)});
  return true;
}

}  // namespace kiln::codegen
