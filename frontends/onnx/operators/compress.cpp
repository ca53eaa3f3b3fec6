// Compress, NonZero: the elements, or places, where a condition holds. The condition must be known while compiling: otherwise the
// length of the result would depend on the row.
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

void compress(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  n.tensor(1, {ElementType::boolean});
  const std::vector<int64_t> condition = n.constantIntegers(1);
  const bool flat = !n.hasAttribute("axis");
  const size_t axis = flat ? 0 : n.axis(n.integer("axis"), x.rank());
  const Tensor from = flat ? withAxes(n, x, {{x.count()}}) : x;
  if (flat)
    for (size_t i = 0; i < x.rank(); i++) refuseBatch(n, x, i, "takes rows of the batch by number");
  refuseBatch(n, from, axis, "takes rows of the batch by number");
  std::vector<int64_t> kept;
  for (size_t i = 0; i < condition.size(); i++)
    if (condition[i]) kept.push_back(static_cast<int64_t>(i));
  Axes axes = from.axes;
  if (!kept.empty() && kept.back() >= axes[axis].size) n.invalid("the condition is longer than the axis");
  axes[axis].size = static_cast<int64_t>(kept.size());
  const std::vector<int64_t> strides = stridesOf(from.axes);
  n.output(0, mapped(n, from, axes, [&](const std::vector<int64_t>& index) {
             int64_t at = 0;
             for (size_t i = 0; i < index.size(); i++) at += (i == axis ? kept[static_cast<size_t>(index[i])] : index[i]) * strides[i];
             return at;
           }));
}

void nonZero(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const Elements& all = n.elements(0);
  std::vector<std::vector<int64_t>> places;
  size_t e = 0;
  eachIndex(x.dims(), [&](const std::vector<int64_t>& index) {
    const bool zero = !all.numbers.empty() ? all.numbers[e] == 0 : !all.integers.empty() ? all.integers[e] == 0 : all.texts[e].empty();
    if (!zero) places.push_back(index);
    e++;
  });
  Elements result;
  for (size_t axis = 0; axis < x.rank(); axis++)
    for (auto& place : places) result.integers.push_back(place[axis]);
  n.output(0, hostTensor(ElementType::i64, plainAxes({static_cast<int64_t>(x.rank()), static_cast<int64_t>(places.size())}), std::move(result)));
}

}  // namespace kiln::onnx
