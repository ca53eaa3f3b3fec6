// Every float of nodes and tables becomes a double; forests read their columns through a cast back.
#include "compiler/passes/widen.h"

#include <algorithm>

#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/scalars.h"
#include "compiler/passes/field_walk.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

/// Where a node or table says f32, it says f64.
class Widening final : public FieldWalk {
 public:
  using FieldWalk::field;
  void field(const char*, Elem& value) override {
    if (value == Elem::f32) value = Elem::f64;
  }
};

/// What there is in float alone becomes what it stands for.
void makeExact(Call& call) {
  for (const auto& [exact, ofRuntime] : kRuntimeFunctions)
    if (std::string(call.name()) == ofRuntime) return void(call.function = findScalar(exact));
}
void makeExact(Normalize& normalize) {
  if (normalize.method == Normalize::softmaxMlas) normalize.method = Normalize::softmax;
  if (normalize.method == Normalize::logSoftmaxMlas) normalize.method = Normalize::logSoftmax;
}

// The forest over its columns as floats.
void keepForest(Rewriter& rewriter, NodeId id) {
  const Node& node = rewriter.old(id);
  std::vector<std::pair<ValueId, ValueId>> widened;   // old value, what it stands for elsewhere
  for (ValueId v : node.operands) {
    const bool done = std::any_of(widened.begin(), widened.end(), [&](auto& w) { return w.first == v; });
    if (done || rewriter.oldValue(v).type.elem != Elem::f32) continue;
    const ValueId now = rewriter.now(v);
    widened.emplace_back(v, now);
    const std::string name = "float" + std::to_string(id) + "." + std::to_string(widened.size());   // the old names are taken
    rewriter.replace(v, rewriter.add(std::make_unique<Cast>(Elem::f32), {now}, name, node.place));
  }
  rewriter.keep(id);
  for (auto& [v, now] : widened) rewriter.replace(v, now);
}

}  // namespace

void widenFloats(Pipeline& pipeline) {
  Widening widening;
  for (auto& table : pipeline.tables) table->fields(widening);
  for (Node& node : pipeline.nodes) {
    node.op->fields(widening);
    if (node.op->kind() == OpKind::Call) makeExact(static_cast<Call&>(*node.op));
    if (node.op->kind() == OpKind::Normalize) makeExact(static_cast<Normalize&>(*node.op));
    if (node.op->kind() == OpKind::Dense) {   // fused sums are of float
      Dense& dense = static_cast<Dense&>(*node.op);
      if (dense.order == Dense::fused) dense.order = Dense::serial;
    }
    if (node.op->kind() == OpKind::Reduce) {
      Reduce& reduce = static_cast<Reduce&>(*node.op);
      if (reduce.order == Reduce::fused) reduce.order = Reduce::index;
    }
  }
  Rewriter rewriter(pipeline);
  for (NodeId id = 0; id < rewriter.size(); id++) rewriter.old(id).op->to<ForestNode>() ? keepForest(rewriter, id) : void(rewriter.keep(id));
}

}  // namespace kiln::passes
