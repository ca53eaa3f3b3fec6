#include "frontends/onnx/elementwise.h"

#include <algorithm>
#include <limits>
#include <string>

#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/scalars.h"

namespace kiln::onnx {

ValueId settled(OperatorImport& n, ElementType type, ValueId value) {
  const auto wrap = [&](const char* function, double bits) { return n.build.call(function, {value}, false, {bits}); };
  switch (type) {
    case ElementType::i8: return wrap("wrap_signed", 8);
    case ElementType::u8: return wrap("wrap_unsigned", 8);
    case ElementType::i16: return wrap("wrap_signed", 16);
    case ElementType::u16: return wrap("wrap_unsigned", 16);
    case ElementType::u32: return wrap("wrap_unsigned", 32);
    case ElementType::f16: return n.build.call("round_f16", {value});
    case ElementType::bf16: return n.build.call("round_bf16", {value});
    default: return value;
  }
}

const char* functionOf(const OperatorImport& n, ElementType type, const char* exact) {
  if (n.spec() || type == ElementType::f64) return exact;
  for (const auto& [name, ofRuntime] : ir::kRuntimeFunctions)
    if (std::string(name) == exact) return ofRuntime;
  return exact;
}

ValueId constantOf(OperatorImport& n, ElementType type, double value) {
  switch (elemOf(type)) {
    case ir::Elem::f32: return n.build.number32(static_cast<float>(value));
    case ir::Elem::f64: return n.build.number(value);
    default: return n.build.integer(static_cast<int64_t>(value), elemOf(type));
  }
}

ValueId select(OperatorImport& n, ValueId condition, ValueId yes, ValueId no) {
  return n.build.add(ir::Select(), {condition, yes, no});
}

void refuseUnsigned64(OperatorImport& n, const Tensor& tensor) {
  if (tensor.type == ElementType::u64) n.unsupported("'" + n.name() + "' of uint64", "int64 and uint32 are");
}

// The highest bit turned: numbers from 2^63 on, which are below 0 as int64, come to stand above the others.
static Tensor turned(OperatorImport& n, const Tensor& tensor) {
  Elements highest;
  highest.integers = {std::numeric_limits<int64_t>::min()};
  return n.call("bit_xor", {tensor, hostTensor(ElementType::i64, {}, std::move(highest))}, ElementType::i64);
}

Tensor inOrder(OperatorImport& n, const Tensor& tensor) { return tensor.type == ElementType::u64 ? turned(n, tensor) : tensor; }

Tensor outOfOrder(OperatorImport& n, Tensor ordered, ElementType type) {
  if (type != ElementType::u64) return ordered;
  ordered = turned(n, ordered);
  ordered.type = type;
  return ordered;
}

void sameTypes(OperatorImport& n, const std::vector<Tensor>& operands) {
  for (const Tensor& operand : operands)
    if (operand.type != operands[0].type)
      n.invalid(std::string("takes one element type, but has ") + elementName(operands[0].type) + " and " + elementName(operand.type));
}

ValueId failedWhereAny(OperatorImport& n, ValueId value, ValueId condition) {
  const ir::Type type = n.build.type(condition);
  ir::Reduce any;
  any.op = ir::Reduce::any;
  return n.build.add(ir::RaiseIf(), {value, type.isScalar() ? condition : n.build.add(std::move(any), {n.reshape(condition, {type.size()})})});
}

void agreeOnFloat(OperatorImport& n, std::vector<Tensor>& operands) {
  const auto any = [&](ElementType type) { return std::any_of(operands.begin(), operands.end(), [&](const Tensor& t) { return t.type == type; }); };
  if (!any(ElementType::f32) || !any(ElementType::f64)) return sameTypes(n, operands);
  n.warn("takes one element type, but has float and double", "the float operand is cast to double, as the exporter meant; ONNX Runtime refuses the model");
  for (Tensor& operand : operands)
    if (operand.type == ElementType::f32) operand = operand.isConstant() ? hostTensor(ElementType::f64, operand.axes, *operand.host) : n.cast(operand, ElementType::f64);
  sameTypes(n, operands);
}

std::vector<Tensor> twoOperands(OperatorImport& n) {
  std::vector<Tensor> operands = {n.tensor(0), n.tensor(1)};
  agreeOnFloat(n, operands);
  if (n.version() >= 7) return operands;
  n.ignore("consumed_inputs");
  const size_t rank = operands[0].rank(), own = operands[1].rank();
  if (n.integer("broadcast", 0) && own <= rank) {
    const size_t at = n.hasAttribute("axis") ? n.axis(n.integer("axis"), rank) : rank - own;
    if (at + own > rank) n.invalid("attribute 'axis' leaves no room for the second input");
    operands[1].axes.resize(rank - at);
  }
  return operands;
}

Expression::Expression(OperatorImport& n)
    : n_(n), input_(n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::f16, ElementType::bf16})), x_(n.value(input_)) {
  n.ignore("consumed_inputs");
}


void Expression::output(ValueId y) const { n_.output(0, input_.type, input_.axes, settled(n_, input_.type, y)); }

}  // namespace kiln::onnx
