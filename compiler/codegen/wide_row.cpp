#include "compiler/codegen/wide_row.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "compiler/codegen/schedule.h"
#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/scalars.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {
namespace {

constexpr uint32_t kFewestElements = 32;   // of 16, columns take as long
constexpr size_t kMostNodes = 32;          // of one stage, and quickly compiled

bool isVectorOf(const ir::Type& type, uint32_t elements) { return type.shape.size() == 1 && type.shape[0] == elements; }
bool isVector(const ir::Type& type) { return type.shape.size() == 1 && type.shape[0] >= kRowLanes; }
bool isElementwise(ir::OpKind kind) { return kind == ir::OpKind::Call || kind == ir::OpKind::Cast || kind == ir::OpKind::Select; }

bool isWideInput(const ir::Input& input, const ir::Type& type) {
  return !input.list && !input.nullable && input.role == ir::Input::plain && input.nan == ir::Input::value && type.shape.size() == 1 &&
         type.shape[0] >= kFewestElements && (type.elem == ir::Elem::f32 || type.elem == ir::Elem::f64);
}
/// Elements in lanes whose order does not matter, or is that of vectors.
bool goesByVectors(const ir::Node& node) {
  if (const auto* reduce = node.op->to<ir::Reduce>()) {
    const bool extreme = reduce->op == ir::Reduce::min || reduce->op == ir::Reduce::max;
    return !reduce->skip && (extreme || reduce->order == ir::Reduce::vectors || reduce->order == ir::Reduce::fused);
  }
  const auto* normalize = node.op->to<ir::Normalize>();
  return normalize != nullptr && (normalize->method == ir::Normalize::softmaxMlas || normalize->method == ir::Normalize::logSoftmaxMlas);
}
/// Elements that stay side by side, or the place of the best.
bool goesByRuns(const ir::Node& node) {
  const auto* arrange = node.op->to<ir::Arrange>();
  if (arrange != nullptr) return arrange->at.empty() && arrange->strides == std::vector<int64_t>{1};
  const auto* best = node.op->to<ir::ArgMax>();
  return node.op->kind() == ir::OpKind::Concat || (best != nullptr && !best->last);
}
/// One number: rows in lanes share what takes long.
bool isShort(const ir::Call& call) {
  static const std::set<std::string_view> shorts = {"add", "sub", "mul", "div", "neg", "abs", "min", "max", "sqrt", "clip_low", "clip_high", "not", "and", "or",
                                                    "eq", "ne", "lt", "le", "gt", "ge", "is_nan", "is_inf"};
  return !call.checked && shorts.count(call.function->name) != 0;
}

/// Whether a value is the input, or the input checked.
bool isOfRow(const ir::Pipeline& pipeline, ir::ValueId v) {
  return std::any_of(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const ir::Node& node) {
    if (node.results.empty() || node.results[0] != v) return false;
    return node.op->kind() == ir::OpKind::Input || (node.op->kind() == ir::OpKind::Check && isOfRow(pipeline, node.operands[0]));
  });
}

/// Elements each of which meets one of every operand: no vector is spread.
bool meetsItsOwn(const ir::Pipeline& pipeline, const ir::Node& node) {
  const ir::Type& result = pipeline.type(node.results[0]);
  return std::all_of(node.operands.begin(), node.operands.end(), [&](ir::ValueId v) { return pipeline.type(v).isScalar() || pipeline.type(v).shape == result.shape; });
}

/// Whether a node's result is the output, and nothing else.
bool isOnlyOutput(const ir::Pipeline& pipeline, const ir::Node& made) {
  const ir::ValueId v = made.results[0];
  return pipeline.nodes[pipeline.outputs()[0]].operands[0] == v && std::all_of(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const ir::Node& node) {
    return node.op->kind() == ir::OpKind::Output || std::count(node.operands.begin(), node.operands.end(), v) == 0;
  });
}

/// What has kernels over the caller's matrix (lowerOfWideRow): that of a softmax writes results.
bool readsWhereItLies(const ir::Pipeline& pipeline, const ir::Node& node) {
  const auto* reduce = node.op->to<ir::Reduce>();
  return goesByVectors(node) && (reduce != nullptr ? reduce->order != ir::Reduce::fused : isOnlyOutput(pipeline, node));
}

/// Whether all that a pipeline gives is the softmax of its input, which is read where it lies: written as it is made.
bool isSoftmaxOfRow(const ir::Pipeline& pipeline, ir::ValueId v) {
  const auto made = std::find_if(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const ir::Node& node) { return !node.results.empty() && node.results[0] == v; });
  return made->op->kind() == ir::OpKind::Normalize && isOfRow(pipeline, made->operands[0]) && isOnlyOutput(pipeline, *made) && readsInRow(pipeline);
}

}  // namespace

bool readsInRow(const ir::Pipeline& pipeline) {
  if (pipeline.type(pipeline.nodes[pipeline.inputs()[0]].results[0]).size() % kRowLanes != 0) return false;
  return std::all_of(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const ir::Node& node) {
    const bool reads = std::any_of(node.operands.begin(), node.operands.end(), [&](ir::ValueId v) { return isOfRow(pipeline, v); });
    return !reads || isElementwise(node.op->kind()) || node.op->kind() == ir::OpKind::Check || readsWhereItLies(pipeline, node);
  });
}

bool hasWideRows(const ir::Pipeline& pipeline) {
  const auto inputs = pipeline.inputs(), outputs = pipeline.outputs();
  if (inputs.size() != 1 || outputs.size() != 1 || pipeline.nodes.size() > kMostNodes) return false;
  const ir::Node &first = pipeline.nodes[inputs[0]], &last = pipeline.nodes[outputs[0]];
  const ir::Type &in = pipeline.type(first.results[0]), &out = pipeline.type(last.operands[0]);
  if (!isWideInput(first.op->as<ir::Input>(), in) || !last.op->as<ir::Output>().feeds.empty()) return false;
  if ((out.elem != ir::Elem::f32 && out.elem != ir::Elem::f64) || out.nullable || out.fallible) return false;
  const uint32_t elements = in.shape[0];
  const auto isFit = [&](const ir::Node& node) {
    for (const ir::ValueId v : node.results) {
      const ir::Type& type = pipeline.type(v);
      if (&node != &first && (type.fallible || type.storage() == ir::Storage::str)) return false;
      if (type.isScalar() ? type.nullable && node.op->kind() != ir::OpKind::ArgMax : type.nullable || !isVector(type)) return false;
    }
    if (&node == &first || &node == &last || node.op->kind() == ir::OpKind::Const) return true;
    if (node.op->kind() == ir::OpKind::Check) return node.operands.size() == 1;
    if (node.op->kind() == ir::OpKind::Coalesce) return pipeline.type(node.results[0]).isScalar();
    if (!isElementwise(node.op->kind())) return goesByRuns(node) || (goesByVectors(node) && isVectorOf(pipeline.type(node.operands[0]), elements));
    if (!meetsItsOwn(pipeline, node)) return false;
    const auto* call = node.op->to<ir::Call>();
    return call == nullptr || !pipeline.type(node.results[0]).isScalar() || isShort(*call);
  };
  return std::any_of(pipeline.nodes.begin(), pipeline.nodes.end(), [](const ir::Node& node) { return goesByVectors(node) || goesByRuns(node); }) && std::all_of(pipeline.nodes.begin(), pipeline.nodes.end(), isFit);
}

bool lowerOfWideRow(NodeEmitter& emit) {
  const ir::Node& node = emit.node();
  if (node.op->kind() == ir::OpKind::Output) {
    if (isSoftmaxOfRow(emit.pipeline(), node.operands[0])) return true;   // written already
    const ir::Type& type = emit.operandType(0);
    emit.call((type.isScalar() ? "write_number_" : "write_row_") + std::string(storageName(type.storage())), {emit.in(0)});
    return true;
  }
  const ir::Type& row = emit.pipeline().type(emit.pipeline().nodes[emit.pipeline().inputs()[0]].results[0]);
  const std::string storage = storageName(row.storage());
  if (node.op->kind() == ir::OpKind::Input) {
    if (!readsInRow(emit.pipeline())) emit.call("read_row_" + storage, {emit.out()});
    return true;
  }
  if (!readsInRow(emit.pipeline()) || !readsWhereItLies(emit.pipeline(), node) || !isOfRow(emit.pipeline(), node.operands[0])) return false;
  if (const auto* reduce = node.op->to<ir::Reduce>()) {
    emit.call("row_" + std::string(ir::Reduce::kKinds[reduce->op]) + "_" + storage, kernel::ReduceParams{reduce->op, 0, 0, row.shape[0]}, {emit.out()});
  } else {
    if (!isSoftmaxOfRow(emit.pipeline(), node.results[0])) return false;
    emit.call("row_softmax_" + storage, kernel::NormalizeParams{node.op->as<ir::Normalize>().method, row.shape[0], row.shape[0]}, {emit.out()});
  }
  return true;
}

}  // namespace kiln::codegen
