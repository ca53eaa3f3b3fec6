// What operators on tensors share: moving elements about, and working along axes. A batch axis only ever moves as a whole; what
// would take it apart mixes rows, and is refused.
#pragma once
#include <functional>

#include "compiler/ir/nodes/reduce.h"
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

/// The element that stands where `at` says -1: a number for numbers and bool, a text for str.
struct Fill {
  double number = 0;
  int64_t integer = 0;
  std::string text;
};
/// Element e of the result is element at[e] (row-major) of x. At compile time where x is known.
Tensor arranged(OperatorImport& n, const Tensor& x, Axes axes, const std::vector<int64_t>& at, const Fill& fill = {});
/// The same elements with other axes, of as many.
Tensor withAxes(OperatorImport& n, const Tensor& x, Axes axes);

/// Row-major strides of axes of these sizes.
std::vector<int64_t> stridesOf(const Axes& axes);
/// Calls one(index by axis) for every element in row-major order.
void eachIndex(const std::vector<int64_t>& dims, const std::function<void(const std::vector<int64_t>&)>& one);
/// The elements that a map of indices gives: source(index) is an element of x, or -1.
Tensor mapped(OperatorImport& n, const Tensor& x, Axes axes, const std::function<int64_t(const std::vector<int64_t>&)>& source, const Fill& fill = {});

/// Axis i of the result is axis order[i] of x.
Tensor transposed(OperatorImport& n, const Tensor& x, const std::vector<size_t>& order);
/// begin, begin + step ... of one axis, `size` of them.
Tensor sliced(OperatorImport& n, const Tensor& x, size_t axis, int64_t begin, int64_t size, int64_t step = 1);
/// End to end along an axis; operands are of one type.
Tensor joined(OperatorImport& n, const std::vector<Tensor>& parts, size_t axis);
/// Repeats elements along axes of size 1, or new leading ones, as numpy's broadcast_to.
Tensor spread(OperatorImport& n, const Tensor& x, const Axes& axes);

/// Sorted, unique axes from possibly negative ones; refused if one is a batch axis.
std::vector<size_t> constantAxes(OperatorImport& n, const Tensor& x, const std::vector<int64_t>& axes, const char* what);
void refuseBatch(OperatorImport& n, const Tensor& x, size_t axis, const char* what);

/// A tensor with some axes moved to the end, as a value [outer, length] (or [length] if outer is 1).
struct Last {
  Axes outer;                 ///< the axes that stay
  Axes inner;                 ///< those that were moved, in their order
  uint32_t rows = 1, length = 1;
  ValueId value = kNone;
  std::vector<size_t> order;  ///< of the axes of the operand
};
Last toLast(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes);
/// From [rows, length] back to the order of x's axes; `type` of the result.
Tensor fromLast(OperatorImport& n, const Last& last, const Tensor& x, ElementType type, ValueId value);

/// Scalar arithmetic of tensors of one type.
Tensor apply(OperatorImport& n, const char* function, const Tensor& a, const Tensor& b);
Tensor apply(OperatorImport& n, const char* function, const Tensor& a);
/// c ? a : b.
Tensor selected(OperatorImport& n, const Tensor& c, const Tensor& a, const Tensor& b);
Tensor constantLike(const Tensor& x, double value);   ///< a scalar of x's type

/// Numbers i32 with 0 in place of the missing ones.
ValueId zeroIfMissing(OperatorImport& n, ValueId numbers);

/// The sum (or another reduction of ir::Reduce, by name) over axes, which stay with size 1.
Tensor reduced(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes, const char* op, ir::Reduce::Order order = ir::Reduce::index);

/// Softmax over axes, as over one, or its logarithms.
Tensor softmaxed(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes, bool logarithm = false);

}  // namespace kiln::onnx
