// Loop. The body is inlined once an iteration. How many there are follows from constants: the trip count, and a condition that the
// body computes from constants; or from the declared length of a scan output, with which the trip count of the row is
// compared. A condition of the row under a constant trip count keeps the states of the iterations that it ends.
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "compiler/ir/nodes/select.h"
#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostIterations = 1024;

Tensor oneElement(OperatorImport& n, const Value& value) {
  if (value.kind != Value::tensor || value.data.type != ElementType::boolean || value.data.count() != 1) n.invalid("the condition must be one bool");
  for (const Axis& axis : value.data.axes)
    if (axis.isBatch()) n.mixesRows("a condition of each row decides for all of them");
  return withAxes(n, value.data, {});
}

// The state after an iteration that the row may have ended before.
Value kept(OperatorImport& n, const Tensor& goesOn, const Value& before, const Value& after) {
  if (before.kind != Value::tensor || after.kind != Value::tensor || before.data.type != after.data.type || before.data.axes != after.data.axes)
    n.unsupported("a state that changes its shape, under a condition that is computed from the row");
  return valueOf(selected(n, goesOn, after.data, before.data));
}

// The trip count; -1: none but the condition.
int64_t tripCount(OperatorImport& n, size_t states) {
  if (!n.has(0)) return -1;
  if (n.isConstant(0)) return std::max<int64_t>(n.constantInteger(0), 0);
  if (states == n.outputs()) n.unsupported("a trip count that is computed from the row", "kiln compile --constant NAME=VALUE makes an input of the model a constant");
  const Axes declared = declaredAxes(n, states, 0);
  if (declared.empty() || declared[0].isBatch()) n.invalid("a scan output is declared as " + describe(declared));
  expectIntegers(n, 0, {declared[0].size});
  return declared[0].size;
}

}  // namespace

void loop(OperatorImport& n) {
  const proto::GraphProto* body = n.graph("body");
  if (!body) n.invalid("needs a body");
  const size_t states = n.inputs() < 2 ? 0 : n.inputs() - 2;
  if (static_cast<size_t>(body->input_size()) != states + 2 || static_cast<size_t>(body->output_size()) != n.outputs() + 1 || states > n.outputs())
    n.invalid("its inputs and outputs do not fit its body");
  const int64_t most = tripCount(n, states);
  if (most < 0 && !n.has(1)) n.unsupported("a loop without end");
  Tensor goesOn = n.has(1) ? oneElement(n, n.input(1)) : hostScalar(ElementType::boolean, true);
  const bool given = n.has(1) && !n.isConstant(1);   // a condition of the row before the first iteration
  std::vector<Value> state;
  for (size_t i = 0; i < states; i++) state.push_back(n.input(i + 2));
  std::vector<std::vector<Tensor>> collected(n.outputs() - states);
  if (given && !collected.empty()) n.expect(goesOn, 1), goesOn = hostScalar(ElementType::boolean, true);
  for (int64_t step = 0; most < 0 || step < most; step++) {
    if (goesOn.isConstant() && goesOn.host->integers[0] == 0) break;
    if (step >= kMostIterations) n.unsupported("a loop of more than " + std::to_string(kMostIterations) + " iterations");
    if (!goesOn.isConstant() && most < 0) n.unsupported("a loop that only the row ends");
    if (!goesOn.isConstant() && !collected.empty()) n.unsupported("scan outputs of a loop that the row may end");
    std::vector<Value> inputs = {valueOf(hostInteger(step)), valueOf(goesOn.isConstant() ? hostScalar(ElementType::boolean, true) : goesOn)};
    inputs.insert(inputs.end(), state.begin(), state.end());
    std::vector<Value> outputs = n.inlineGraph(*body, "body", inputs);
    for (size_t i = 0; i < states; i++)
      state[i] = goesOn.isConstant() ? outputs[i + 1] : kept(n, goesOn, state[i], outputs[i + 1]);
    for (size_t r = 0; r < collected.size(); r++) {
      if (outputs[1 + states + r].kind != Value::tensor) n.unsupported("a scan output that is no tensor");
      collected[r].push_back(outputs[1 + states + r].data);
    }
    const Tensor next = oneElement(n, outputs[0]);
    goesOn = goesOn.isConstant() ? next : both(n, goesOn, next);
  }
  for (size_t i = 0; i < states; i++) n.output(i, state[i]);
  for (size_t r = 0; r < collected.size(); r++) {
    if (!n.wanted(states + r)) continue;
    if (collected[r].empty()) n.unsupported("a scan output of no iteration");
    std::vector<Tensor> parts;
    for (const Tensor& t : collected[r]) {
      Axes wide = t.axes;
      wide.insert(wide.begin(), Axis{});
      parts.push_back(withAxes(n, t, wide));
    }
    n.output(states + r, joined(n, parts, 0));
  }
}

}  // namespace kiln::onnx
