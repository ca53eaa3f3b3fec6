// Softmax, LogSoftmax, Hardmax, LpNormalization. Before opset 13 the first three take all axes from `axis` on as one.
#include "compiler/ir/nodes/argmax.h"
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kFloats = {ElementType::f32, ElementType::f64};

std::vector<size_t> scored(OperatorImport& n, const Tensor& x) {
  const bool flattens = n.version() < 13;
  if (x.rank() == 0) n.invalid("needs a tensor of one or more dimensions");
  const size_t axis = n.axis(n.integer("axis", flattens ? 1 : -1), x.rank());
  std::vector<size_t> axes = {axis};
  for (size_t i = axis + 1; flattens && i < x.rank(); i++) axes.push_back(i);
  for (size_t i : axes) refuseBatch(n, x, i, "a normalization over the rows of the batch");
  return axes;
}

}  // namespace

void softmax(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  n.output(0, softmaxed(n, x, scored(n, x)));
}

void logSoftmax(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  n.output(0, softmaxed(n, x, scored(n, x), true));
}

void hardmax(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  const Last last = toLast(n, x, scored(n, x));
  const ValueId best = zeroIfMissing(n, n.build.add(ir::ArgMax(), {last.value}));
  Elements numbers;
  for (uint32_t i = 0; i < last.length; i++) numbers.integers.push_back(i);
  const Tensor all = hostTensor(ElementType::i32, {{last.length}}, std::move(numbers));
  const Tensor winner = n.tensorOf(ElementType::i32, {{last.rows}, {1}}, best);
  const Tensor on = n.call("eq", {winner, all}, ElementType::boolean);
  const Tensor y = selected(n, on, constantLike(x, 1), constantLike(x, 0));
  n.output(0, fromLast(n, last, x, x.type, n.value(y)));
}

// x / norm; a norm of 0 gives 0.
void lpNormalization(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  const size_t axis = n.axis(n.integer("axis", -1), x.rank());
  const int64_t p = n.integer("p", 2);
  if (p != 1 && p != 2) n.invalid("p is " + std::to_string(p) + ", not 1 or 2");
  refuseBatch(n, x, axis, "a normalization over the rows of the batch");
  const Tensor norm = p == 1 ? reduced(n, apply(n, "abs", x), {axis}, "sum") : apply(n, "sqrt", reduced(n, x, {axis}, "sumsq"));
  const Tensor zero = n.call("eq", {norm, constantLike(x, 0)}, ElementType::boolean);
  n.output(0, selected(n, zero, constantLike(x, 0), apply(n, "div", x, norm)));
}

}  // namespace kiln::onnx
