// Shape, Size and ConstantOfShape: sizes as compile-time integers, the number of rows among them as a power of N.
#include <algorithm>

#include "frontends/onnx/axes.h"
#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

// The row set whose number the sizes contain.
uint32_t rowsOf(OperatorImport& n, const Axes& axes) {
  std::optional<uint32_t> rows;
  for (const Axis& axis : axes) {
    if (axis.isBatch() && rows && *rows != axis.rows) n.mixesRows("sizes by the numbers of different rows");
    if (axis.isBatch()) rows = axis.rows;
  }
  return rows.value_or(0);
}

Tensor sizesOf(OperatorImport& n, const Axes& axes) {
  Elements elements;
  bool anyBatch = false;
  for (const Axis& axis : axes) {
    elements.integers.push_back(axis.size);
    elements.powers.push_back(axis.isBatch());
    anyBatch |= axis.isBatch();
  }
  elements.rows = rowsOf(n, axes);
  if (!anyBatch) elements.powers.clear();
  return hostTensor(ElementType::i64, plainAxes({static_cast<int64_t>(axes.size())}), std::move(elements));
}

std::vector<Monomial> sizesGiven(OperatorImport& n) {
  if (n.isConstant(0)) return n.monomials(0);
  std::vector<Monomial> all;
  const Axes declared = declaredAxes(n, 0, 0);
  for (const Axis& axis : declared) all.push_back({axis.size, uint8_t(axis.isBatch()), axis.rows});
  expectIntegers(n, 0, sizes(declared));
  return all;
}

// skl2onnx writes ConstantOfShape(matrix) for a feature selection that keeps the first column alone: no sizes are a matrix of the row.
bool selectsFirstColumn(OperatorImport& n) {
  if (n.producer() != "skl2onnx" || n.isConstant(0)) return false;
  const Tensor& x = n.tensor(0);
  return x.rank() == 2 && x.axes[0].isBatch() && !x.axes[1].isBatch() && x.axes[1].size > 0;
}

}  // namespace

void shape(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const auto rank = static_cast<int64_t>(x.rank());
  const auto bounded = [&](int64_t at) { return std::min(std::max<int64_t>(at < 0 ? at + rank : at, 0), rank); };
  int64_t start = 0, end = rank;
  if (n.version() >= 15) start = bounded(n.integer("start", 0)), end = bounded(n.integer("end", rank));
  n.output(0, sizesOf(n, Axes(x.axes.begin() + start, x.axes.begin() + std::max(start, end))));
}

void size(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  uint8_t power = 0;
  for (const Axis& axis : x.axes) power = static_cast<uint8_t>(power + axis.isBatch());
  Elements elements;
  elements.integers = {x.count()};
  if (power) elements.powers = {power}, elements.rows = rowsOf(n, x.axes);
  n.output(0, hostTensor(ElementType::i64, {}, std::move(elements)));
}

// The same value everywhere, so a batch may lie in an axis either way round.
void constantOfShape(OperatorImport& n) {
  if (selectsFirstColumn(n)) {
    n.warn("sizes that are a matrix of the row", "skl2onnx writes this for a feature selection that keeps the first column alone, which is what is taken; ONNX Runtime refuses the model");
    return n.output(0, sliced(n, n.tensor(0), 1, 0, 1));
  }
  Axes axes;
  int64_t count = 1;
  for (const Monomial& size : sizesGiven(n)) {
    if (size.value < 0 || size.value > 1 << 24 || (size.value && count > (1 << 24) / size.value)) n.invalid("a dimension is " + std::to_string(size.value));
    if (size.power > 1) n.mixesRows("a dimension is the square of the number of rows");
    axes.push_back({size.value, size.power ? Batch::outer : Batch::none, size.rows});
    count *= size.value;
  }
  Tensor value = hostScalar(ElementType::f32, 0);
  if (auto given = n.tensorAttribute("value")) value = *given;
  if (value.count() != 1) n.invalid("attribute 'value' must be one element");
  n.bound(axes, value);
  Elements elements;
  if (!value.host->numbers.empty()) elements.numbers.assign(static_cast<size_t>(count), value.host->numbers[0]);
  else if (!value.host->integers.empty()) elements.integers.assign(static_cast<size_t>(count), value.host->integers[0]);
  else elements.texts.assign(static_cast<size_t>(count), value.host->texts[0]);
  n.output(0, hostTensor(value.type, std::move(axes), std::move(elements)));
}

}  // namespace kiln::onnx
