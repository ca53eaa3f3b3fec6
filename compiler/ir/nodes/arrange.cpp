// arrange: elements of a value in another order and shape.
#include "compiler/ir/nodes/arrange.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

// The fill fits x's elements, or there is none and none is needed.
static bool fits(const Arrange& op, const Type& x) {
  if (op.number) return isFloat(x.elem) && (x.elem == Elem::f64 || !(*op.number == *op.number) || *op.number == static_cast<float>(*op.number));
  if (op.integer)
    return x.elem == Elem::boolean ? *op.integer == 0 || *op.integer == 1
                                   : x.elem == Elem::i64 || (x.elem == Elem::i32 && *op.integer == static_cast<int32_t>(*op.integer));
  if (op.text) return x.elem == Elem::str;
  return std::find(op.at.begin(), op.at.end(), -1) == op.at.end();
}

// Of start + the strides: the least and the greatest.
static std::pair<int64_t, int64_t> range(const Arrange& op) {
  int64_t low = op.start, high = op.start;
  for (size_t i = 0; i < op.strides.size(); i++) {
    const int64_t last = op.strides[i] * (static_cast<int64_t>(op.shape[i]) - 1);
    (last < 0 ? low : high) += last;
  }
  return {low, high};
}

std::vector<Type> Arrange::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  const Type type = x.with(shape);
  const auto n = static_cast<int64_t>(x.size());
  inference.expect(number.has_value() + integer.has_value() + text.has_value() <= 1 && fits(*this, x), "the fill does not fit " + describe(x));
  if (!at.empty()) {
    inference.expect(at.size() == type.size() && strides.empty() && start == 0, "at has not one entry an element of the result");
    for (int64_t i : at)
      if (i < -1 || i >= n) return inference.problems.push_back("element " + std::to_string(i) + " is beyond " + describe(x)), std::vector<Type>{type};
    return {type};
  }
  for (int64_t s : strides) inference.expect(std::llabs(s) <= n, "a stride of " + std::to_string(s) + " is beyond " + describe(x));
  inference.expect(strides.size() == shape.size(), "has not one stride a dimension");
  if (!inference.problems.empty()) return {type};
  const auto [low, high] = range(*this);
  inference.expect(low >= 0 && high < n, "elements " + std::to_string(low) + " to " + std::to_string(high) + " are beyond " + describe(x));
  return {type};
}

void Arrange::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<Datum>& x = e.operand(0).elements;
  Datum fill;
  if (number) fill = fromDouble(*number, e.resultType().storage());
  if (integer) fill = fromInteger(*integer, e.resultType().storage());
  if (text) fill.text = *text;
  for (size_t i = 0; i < y.elements.size(); i++) {
    const int64_t from = source(i);
    y.elements[i] = from < 0 ? fill : x[static_cast<size_t>(from)];
  }
}

int64_t Arrange::source(size_t e) const {
  int64_t from = at.empty() ? start : at[e];
  for (size_t d = strides.size(); d-- > 0; e /= shape[d]) from += static_cast<int64_t>(e % shape[d]) * strides[d];
  return from;
}

Arrange Arrange::elements(std::vector<uint32_t> shape, std::vector<int64_t> at) {
  Arrange op;
  op.shape = std::move(shape);
  std::vector<int64_t> strides(op.shape.size());
  size_t step = 1;   // of the last axis, then of the others
  for (size_t d = op.shape.size(); d-- > 0; step *= op.shape[d]) strides[d] = op.shape[d] > 1 ? at[step] - at[0] : 0;
  bool regular = at[0] >= 0;
  for (size_t i = 0; i < at.size() && regular; i++) {
    int64_t from = at[0];
    size_t rest = i;
    for (size_t d = strides.size(); d-- > 0; rest /= op.shape[d]) from += static_cast<int64_t>(rest % op.shape[d]) * strides[d];
    regular = at[i] >= 0 && at[i] == from;
  }
  if (regular)
    op.start = at[0], op.strides = std::move(strides);
  else
    op.at = std::move(at);
  return op;
}

}  // namespace kiln::ir
