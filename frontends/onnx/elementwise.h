// What the elementwise operators share: results in types that the IR holds in wider ones, and an input with constants beside it.
#pragma once
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

/// The result of arithmetic as an element of the type: narrow integers wrap, halves are rounded.
ValueId settled(OperatorImport& n, ElementType type, ValueId value);
/// A constant of the type, to be broadcast.
ValueId constantOf(OperatorImport& n, ElementType type, double value);
ValueId select(OperatorImport& n, ValueId condition, ValueId yes, ValueId no);
/// The value, failed where any element of the condition, which has its shape, holds.
ValueId failedWhereAny(OperatorImport& n, ValueId value, ValueId condition);
/// Refuses uint64, which the IR holds as the bits of an int64, where its order or size counts.
void refuseUnsigned64(OperatorImport& n, const Tensor& tensor);
/// uint64 as int64 of the same order; other types as they are. Applied to the bits again it gives the number back.
Tensor inOrder(OperatorImport& n, const Tensor& tensor);
Tensor outOfOrder(OperatorImport& n, Tensor ordered, ElementType type);
/// The IR's function `exp`, `tanh`, `erf` or `inv_logit` for elements of the type: in float the one that ONNX Runtime computes, by --semantics=spec
/// the exact one.
const char* functionOf(const OperatorImport& n, ElementType type, const char* exact);
/// The inputs of an operator of two, all of one type. Before opset 7 the second is aligned at an attribute `axis`.
std::vector<Tensor> twoOperands(OperatorImport& n);
/// Refuses inputs that are not all of one type.
void sameTypes(OperatorImport& n, const std::vector<Tensor>& operands);
/// Operands of one type, but that float beside double becomes double: exporters of double models leave out the cast behind operators of
/// ai.onnx.ml, whose result is float. ONNX Runtime refuses such a model; here it is a warning.
void agreeOnFloat(OperatorImport& n, std::vector<Tensor>& operands);

/// An operator of one input of floats, written as an expression of scalar functions.
class Expression {
 public:
  explicit Expression(OperatorImport& n);
  ValueId x() const { return x_; }
  ElementType type() const { return input_.type; }
  ValueId constant(double value) const { return constantOf(n_, input_.type, value); }
  ValueId operator()(const char* function, const std::vector<ValueId>& operands) const { return n_.build.call(function, operands); }
  ValueId choose(ValueId condition, ValueId yes, ValueId no) const { return select(n_, condition, yes, no); }
  /// Output 0, of the input's type and axes.
  void output(ValueId y) const;

 private:
  OperatorImport& n_;
  const Tensor& input_;
  ValueId x_;
};

}  // namespace kiln::onnx
