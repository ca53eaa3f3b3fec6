// OneHot: `on` where an index says, `off` elsewhere; an index outside is off everywhere.
#include "frontends/onnx/given.h"

namespace kiln::onnx {

// A depth that the row gives: that of the declared axis.
static double declaredDepth(OperatorImport& n, const Tensor& indices, size_t axis) {
  const Axes declared = declaredAxes(n, 0, 1);
  if (declared.size() != indices.rank() + 1 || declared[axis].isBatch()) n.invalid("places " + describe(indices.axes) + " are declared as " + describe(declared));
  const Tensor& depth = n.number(1);
  if (depth.count() != 1) n.invalid("the depth must be one number");
  n.expect(n.call("eq", {withAxes(n, depth, {}), constantLike(depth, static_cast<double>(declared[axis].size))}, ElementType::boolean), 1);
  return static_cast<double>(declared[axis].size);
}

void oneHot(OperatorImport& n) {
  const Tensor &indices = n.number(0), &values = n.tensor(2);
  const size_t axis = n.axis(n.integer("axis", -1), indices.rank() + 1);
  const double given = n.isConstant(1) ? n.constantNumber(1) : declaredDepth(n, indices, axis);
  if (!(given >= 1 && given <= 1 << 24)) n.invalid("a depth of " + std::to_string(given));
  const auto depth = static_cast<int64_t>(given);
  if (values.count() != 2) n.invalid("values must be two: off and on");
  Axes axes = indices.axes;
  axes.insert(axes.begin() + static_cast<long>(axis), Axis{});
  const Tensor places = withAxes(n, n.cast(indices, ElementType::i64), axes);
  const Tensor negative = n.call("lt", {places, hostScalar(ElementType::i64, 0)}, ElementType::boolean);
  const Tensor index = selected(n, negative, apply(n, "add", places, hostScalar(ElementType::i64, static_cast<double>(depth))), places);
  std::vector<int64_t> numbers(static_cast<size_t>(depth));
  for (int64_t i = 0; i < depth; i++) numbers[static_cast<size_t>(i)] = i;
  Axes along(axes.size() - axis, Axis{});
  along[0].size = depth;
  const Tensor all = withAxes(n, hostIntegers(numbers), along);
  const auto value = [&](int64_t i) { return withAxes(n, sliced(n, withAxes(n, values, {{2}}), 0, i, 1), {}); };
  n.output(0, selected(n, n.call("eq", {index, all}, ElementType::boolean), value(1), value(0)));
}

}  // namespace kiln::onnx
