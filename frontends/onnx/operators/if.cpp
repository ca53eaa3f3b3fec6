// If: the branch that its condition takes, where that is known while compiling; else both, and the row's condition chooses. Where what
// holds for any row is the condition, the branch for such rows, if it leaves others as the other one does.
#include <algorithm>

#include "compiler/ir/nodes/select.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

// Of the results, those that something depends on: the others need not be computed.
static std::vector<bool> usedOutputs(const OperatorImport& n) {
  std::vector<bool> used;
  for (size_t i = 0; i < n.outputs(); i++) used.push_back(n.used(i));
  return used;
}

static void byAnyRow(OperatorImport& n, const Value& condition, const proto::GraphProto& yes, const proto::GraphProto& no) {
  const std::vector<bool> used = usedOutputs(n);
  std::vector<Value> some = n.inlineGraph(yes, "then_branch", {}, used), none = n.inlineGraph(no, "else_branch", {}, used);
  if (condition.isNone) std::swap(some, none);
  for (size_t i = 0; i < some.size(); i++) {
    if (!used[i]) {
      n.output(i, std::move(some[i]));
      continue;
    }
    std::optional<Value> result = forAnyRow(n, condition.data.value, some[i], none[i]);
    if (!result) n.mixesRows("what holds for any row chooses between results that differ for the others");
    n.output(i, std::move(*result));
  }
}

void ifOperator(OperatorImport& n) {
  if (const Value condition = n.input(0); condition.kind == Value::anyRow) {
    const proto::GraphProto *yes = n.graph("then_branch"), *no = n.graph("else_branch");
    if (!yes || !no) n.invalid("needs the attributes 'then_branch' and 'else_branch'");
    return byAnyRow(n, condition, *yes, *no);
  }
  const Tensor& condition = n.tensor(0, {ElementType::boolean});
  if (condition.count() != 1) n.invalid("the condition must be one element");
  const proto::GraphProto *yes = n.graph("then_branch"), *no = n.graph("else_branch");
  if (!yes || !no) n.invalid("needs the attributes 'then_branch' and 'else_branch'");
  const std::vector<bool> used = usedOutputs(n);
  if (condition.isConstant()) {
    const bool taken = n.elements(0).integers[0] != 0;
    std::vector<Value> results = n.inlineGraph(taken ? *yes : *no, taken ? "then_branch" : "else_branch", {}, used);
    for (size_t i = 0; i < results.size(); i++) n.output(i, std::move(results[i]));
    return;
  }
  if (std::any_of(condition.axes.begin(), condition.axes.end(), [](const Axis& axis) { return axis.isBatch(); }))
    n.mixesRows("a condition of each row decides for all of them");
  std::vector<Value> a = n.inlineGraph(*yes, "then_branch", {}, used), b = n.inlineGraph(*no, "else_branch", {}, used);
  const ValueId taken = n.shaped(condition, {});
  for (size_t i = 0; i < a.size(); i++) {
    if (!used[i]) {
      n.output(i, std::move(a[i]));
      continue;
    }
    if (a[i].kind != Value::tensor || b[i].kind != Value::tensor) n.unsupported("a branch whose result is no tensor, under a condition that is computed from the row");
    const Tensor &x = a[i].data, &y = b[i].data;
    if (x.type != y.type || !(x.axes == y.axes)) n.unsupported("branches with results of different shapes, under a condition that is computed from the row");
    n.output(i, n.tensorOf(x.type, x.axes, n.build.add(ir::Select(), {taken, n.value(x), n.value(y)})));
  }
}

}  // namespace kiln::onnx
