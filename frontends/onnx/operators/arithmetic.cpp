// Arithmetic with numpy broadcasting. Integers wrap; an integer division by zero, which ends the process in ONNX Runtime, fails
// the row.
#include "frontends/onnx/axes.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

namespace {

Tensor arithmetic(OperatorImport& n, const char* function, const std::vector<Tensor>& operands, bool checked = false) {
  const ElementType type = operands[0].type;
  OperatorImport::Broadcast all = n.broadcast(operands);
  return n.tensorOf(type, all.axes, settled(n, type, n.build.call(function, all.values, checked)));
}

// From the left to the right over any number of inputs.
Tensor over(OperatorImport& n, const char* function, Tensor (*as)(OperatorImport&, const Tensor&) = nullptr) {
  n.ignore("consumed_inputs");
  std::vector<Tensor> operands;
  for (size_t i = 0; i < n.inputs(); i++) operands.push_back(as ? as(n, n.number(i)) : n.number(i));
  if (operands.empty()) n.invalid("has no input");
  agreeOnFloat(n, operands);
  Tensor result = operands[0];
  for (size_t i = 1; i < operands.size(); i++) result = arithmetic(n, function, {result, operands[i]});
  return result;
}

void plain(OperatorImport& n, const char* function) {
  n.number(0), n.number(1);
  n.output(0, arithmetic(n, function, twoOperands(n)));
}

void signs(OperatorImport& n, const char* function) {
  n.ignore("consumed_inputs");
  const Tensor& x = n.number(0);
  refuseUnsigned64(n, x);
  n.output(0, x.type, x.axes, settled(n, x.type, n.build.call(function, {n.value(x)})));
}

}  // namespace

void add(OperatorImport& n) { plain(n, "add"); }
void subtract(OperatorImport& n) { plain(n, "sub"); }
void multiply(OperatorImport& n) { plain(n, "mul"); }

namespace {

// Of uint64, which are held as the bits of int64: twice the quotient of the half, and 1 more where so much is left. In a number a divisor of 2^63 and
// more is once or not at all.
Tensor unsignedQuotient(OperatorImport& n, Tensor x, Tensor y) {
  const auto hasOneMore = [&](const Tensor& of) {
    const Tensor is = n.call("ge", {inOrder(n, of), inOrder(n, y)}, ElementType::boolean);
    return selected(n, is, constantLike(of, 1), constantLike(of, 0));
  };
  const auto byOne = [&](const char* shift, const Tensor& t) { return apply(n, shift, t, constantLike(t, 1)); };
  Tensor bits = y;
  bits.type = ElementType::i64;
  const Tensor isLarge = n.call("lt", {bits, constantLike(bits, 0)}, ElementType::boolean);
  const Tensor twice = byOne("shl", arithmetic(n, "div", {byOne("shr", x), y}, true));
  const Tensor rest = apply(n, "sub", x, apply(n, "mul", twice, y));
  return selected(n, isLarge, hasOneMore(x), apply(n, "add", twice, hasOneMore(rest)));
}

}  // namespace

void divide(OperatorImport& n) {
  const Tensor& x = n.number(0);
  const std::vector<Tensor> both = twoOperands(n);
  if (x.type == ElementType::u64) return n.output(0, unsignedQuotient(n, both[0], both[1]));
  n.output(0, arithmetic(n, "div", both, isInteger(x.type)));
}

// C's remainder of floats, and the divisor added where its sign is another: exact but for that sum, as in ONNX Runtime and NumPy.
Tensor floorRemainder(OperatorImport& n, const Tensor& x, const Tensor& y) {
  const auto isBelow0 = [&](const Tensor& t) { return n.call("lt", {t, constantLike(t, 0)}, ElementType::boolean); };
  const Tensor rest = apply(n, "rem", x, y), negative = isBelow0(y);
  const Tensor none = n.call("eq", {rest, constantLike(rest, 0)}, ElementType::boolean);
  const Tensor other = n.call("xor", {negative, isBelow0(rest)}, ElementType::boolean);
  const Tensor settled = selected(n, other, apply(n, "add", rest, y), rest);
  return selected(n, none, selected(n, negative, constantLike(rest, -0.0), constantLike(rest, 0)), settled);
}

// Attribute fmod 0: the sign of the divisor, integers only before opset 28; 1: C's remainder.
void modulo(OperatorImport& n) {
  const Tensor& x = n.number(0);
  const bool remainder = n.integer("fmod", 0) != 0;
  if (x.type == ElementType::u64) {
    const std::vector<Tensor> both = twoOperands(n);
    return n.output(0, apply(n, "sub", both[0], apply(n, "mul", unsignedQuotient(n, both[0], both[1]), both[1])));
  }
  if (!remainder && isFloat(x.type) && n.version() < 28) n.invalid("floating point numbers need the attribute fmod = 1");
  if (!remainder && isFloat(x.type)) {
    const std::vector<Tensor> both = twoOperands(n);
    return n.output(0, floorRemainder(n, both[0], both[1]));
  }
  n.output(0, arithmetic(n, remainder ? "rem" : "mod_floor", twoOperands(n), isInteger(x.type)));
}

// ONNX Runtime multiplies where the exponent is one 3 for several elements that lie side by side.
bool isCubedByProducts(OperatorImport& n, const Tensor& x, const Tensor& y) {
  if (!y.isConstant() || y.count() != 1 || y.rank() > x.rank() || x.rank() == 0 || (x.type != ElementType::f32 && x.type != ElementType::f64)) return false;
  return x.axes.back().size > 1 && !x.axes.back().isBatch() && n.constantNumber(1) == 3;
}

// The base and its exponent may be of different types; the result is of the base's.
void power(OperatorImport& n) {
  const Tensor &x = n.number(0), &y = n.number(1);
  refuseUnsigned64(n, x), refuseUnsigned64(n, y);
  if (n.version() < 7) return n.output(0, arithmetic(n, "pow", twoOperands(n)));
  if (y.isConstant() && y.count() == 1 && isFloat(x.type) && n.constantNumber(1) == 2 && y.rank() <= x.rank())
    return n.output(0, arithmetic(n, "mul", {x, x}));
  if (isCubedByProducts(n, x, y)) return n.output(0, arithmetic(n, "mul", {arithmetic(n, "mul", {x, x}), x}));
  if (isFloat(x.type) && elemOf(x.type) == elemOf(y.type)) {
    OperatorImport::Broadcast all = n.broadcast({x, y});
    return n.output(0, x.type, all.axes, settled(n, x.type, n.build.call("pow", all.values)));
  }
  const Tensor wide = arithmetic(n, "pow", {n.cast(x, ElementType::f64), n.cast(y, ElementType::f64)});
  n.output(0, n.cast(wide, x.type));
}

void minimum(OperatorImport& n) { n.output(0, outOfOrder(n, over(n, "min", inOrder), n.number(0).type)); }
void maximum(OperatorImport& n) { n.output(0, outOfOrder(n, over(n, "max", inOrder), n.number(0).type)); }
void sum(OperatorImport& n) { n.output(0, over(n, "add")); }

// As ONNX Runtime: the sum times the rounded reciprocal.
void mean(OperatorImport& n) {
  n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::f16, ElementType::bf16});
  const Tensor total = over(n, "add");
  const float share = 1.0f / static_cast<float>(n.inputs());
  const ValueId factor = constantOf(n, total.type, total.type == ElementType::f64 ? 1.0 / static_cast<double>(n.inputs()) : static_cast<double>(share));
  n.output(0, total.type, total.axes, settled(n, total.type, n.build.call("mul", {n.value(total), factor})));
}

void absolute(OperatorImport& n) {
  if (n.number(0).type != ElementType::u64) return signs(n, "abs");
  n.ignore("consumed_inputs");
  n.output(0, n.number(0));
}
void negate(OperatorImport& n) { signs(n, "neg"); }
void signOf(OperatorImport& n) {
  const Tensor& x = n.number(0);
  if (x.type != ElementType::u64) return signs(n, "sign");
  const Tensor zero = constantLike(x, 0);
  n.output(0, selected(n, n.call("eq", {x, zero}, ElementType::boolean), zero, constantLike(x, 1)));
}

}  // namespace kiln::onnx
