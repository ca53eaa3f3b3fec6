// Logic of bools, and of the bits of integers.
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

namespace {

void logic(OperatorImport& n, const char* function) {
  n.tensor(0, {ElementType::boolean});
  n.output(0, n.call(function, twoOperands(n), ElementType::boolean));
}

void bits(OperatorImport& n, const char* function) {
  const Tensor& x = n.number(0);
  if (isFloat(x.type)) n.invalid("takes integers, not " + std::string(elementName(x.type)));
  const OperatorImport::Broadcast all = n.broadcast(twoOperands(n));
  n.output(0, x.type, all.axes, settled(n, x.type, n.build.call(function, all.values)));
}

}  // namespace

void logicalAnd(OperatorImport& n) { logic(n, "and"); }
void logicalOr(OperatorImport& n) { logic(n, "or"); }
void logicalXor(OperatorImport& n) { logic(n, "xor"); }
void logicalNot(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::boolean});
  n.output(0, x.type, x.axes, n.build.call("not", {n.value(x)}));
}

void bitwiseAnd(OperatorImport& n) { bits(n, "bit_and"); }
void bitwiseOr(OperatorImport& n) { bits(n, "bit_or"); }
void bitwiseXor(OperatorImport& n) { bits(n, "bit_xor"); }
void bitwiseNot(OperatorImport& n) {
  const Tensor& x = n.number(0);
  if (isFloat(x.type)) n.invalid("takes integers, not " + std::string(elementName(x.type)));
  n.output(0, x.type, x.axes, settled(n, x.type, n.build.call("bit_not", {n.value(x)})));
}

// Of unsigned integers. By all bits or more: 0.
void bitShift(OperatorImport& n) {
  n.tensor(0, {ElementType::u8, ElementType::u16, ElementType::u32, ElementType::u64});
  const int direction = n.choice("direction", {"LEFT", "RIGHT"}, -1);
  if (direction < 0) n.invalid("needs an attribute 'direction'");
  bits(n, direction == 0 ? "shl" : "shr");
}

}  // namespace kiln::onnx
