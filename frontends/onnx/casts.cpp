// Element types into each other, by the rules of Cast as ONNX Runtime has them on x86-64: floats to integers truncate, NaN and what
// is beyond becomes the lowest integer, of which narrow types keep the low bits; integers wrap; numbers are true unless 0.
// Text: floats by %.8g, NaN, INF, -INF, bools 1 and 0; a text that is no number fails its row; a bool is read as an integer that is not 0.
#include "compiler/ir/nodes/cast.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

// The number that the bits of a uint64 are, as a float: from 2^63 on half of it, whose last bit says whether bits are lost, twice.
static ValueId fromUnsigned(OperatorImport& n, ValueId bits, ir::Elem elem) {
  const auto integer = [&](int64_t value) { return n.value(hostInteger(value)); };
  const auto number = [&](ValueId whole) { return n.build.add(ir::Cast(elem, ir::Cast::saturate), {whole}); };
  const ValueId half = number(n.build.call("bit_or", {n.build.call("shr", {bits, integer(1)}), n.build.call("bit_and", {bits, integer(1)})}));
  return select(n, n.build.call("lt", {bits, integer(0)}), n.build.call("add", {half, half}), number(bits));
}

Tensor OperatorImport::cast(const Tensor& tensor, ElementType to) {
  const ElementType from = tensor.type;
  if (from == to) return tensor;
  if (from == ElementType::u64 && (to == ElementType::f32 || to == ElementType::f64))
    return tensorOf(to, tensor.axes, fromUnsigned(*this, value(tensor), elemOf(to)));
  if (from == ElementType::u64 && !isInteger(to) && to != ElementType::boolean)
    unsupported(std::string("a cast from uint64 to ") + elementName(to));
  if (to == ElementType::u64 && !isInteger(from) && from != ElementType::boolean)
    unsupported(std::string("a cast from ") + elementName(from) + " to uint64");
  const ir::Elem elem = elemOf(to);
  ValueId v = value(tensor);
  const auto apply = [&](ir::Elem target, ir::Cast::Mode mode) { v = build.add(ir::Cast(target, mode), {v}); };
  if (to == ElementType::str) apply(elem, ir::Cast::onnx);
  else if (from == ElementType::str && to == ElementType::boolean) apply(ir::Elem::i64, ir::Cast::checked), apply(elem, ir::Cast::saturate);
  else if (from == ElementType::str) apply(elem, ir::Cast::checked);
  else if (onnx::isFloat(from) && onnx::isInteger(to)) apply(elem, ir::Cast::lowest);
  else if (onnx::isInteger(from) && onnx::isInteger(to) && elemOf(from) != elem) apply(elem, ir::Cast::wrap);
  else if (elemOf(from) != elem) apply(elem, ir::Cast::saturate);
  // What the IR holds in a wider type, unless every value of the source is one of the target.
  const bool widens = from == ElementType::boolean || (onnx::isFloat(from) && elem == ir::Elem::f64) ||
                      (onnx::isInteger(from) && (to == ElementType::i64 || to == ElementType::u64));
  if (!widens) v = settled(*this, to, v);
  return tensorOf(to, tensor.axes, v);
}

}  // namespace kiln::onnx
