// com.microsoft Solve: x with A x = B for a constant A, which is factored while compiling: rows in the order of partial pivoting,
// then a lower and an upper triangle.
#include "compiler/ir/nodes/solve.h"

#include <cmath>
#include <numeric>

#include "compiler/ir/nodes/arrange.h"
#include "frontends/onnx/contract.h"

namespace kiln::onnx {

namespace {

struct Factors {
  std::vector<int64_t> order;            ///< row i of the factors is row order[i] of A
  std::vector<double> lower, upper;
};

Factors factored(OperatorImport& n, std::vector<double> a, size_t size) {
  Factors f;
  f.order.resize(size), f.lower.assign(size * size, 0), f.upper.assign(size * size, 0);
  std::iota(f.order.begin(), f.order.end(), 0);
  for (size_t k = 0; k < size; k++) {
    size_t best = k;
    for (size_t i = k + 1; i < size; i++)
      if (std::fabs(a[i * size + k]) > std::fabs(a[best * size + k])) best = i;
    if (!(std::fabs(a[best * size + k]) > 0)) n.invalid("the matrix to solve by is singular");
    if (best != k) {
      std::swap(f.order[k], f.order[best]);
      for (size_t c = 0; c < size; c++) std::swap(a[k * size + c], a[best * size + c]);
    }
    for (size_t i = k + 1; i < size; i++) {
      const double by = a[i * size + k] /= a[k * size + k];
      for (size_t c = k + 1; c < size; c++) a[i * size + c] -= by * a[k * size + c];
    }
  }
  for (size_t i = 0; i < size; i++)
    for (size_t c = 0; c < size; c++) (c < i ? f.lower : f.upper)[i * size + c] = a[i * size + c];
  for (size_t i = 0; i < size; i++) f.lower[i * size + i] = 1;
  return f;
}

}  // namespace

void solve(OperatorImport& n) {
  const Tensor &a = n.tensor(0, {ElementType::f32, ElementType::f64}), &b = n.tensor(1);
  const bool lower = n.integer("lower", 0) != 0, turned = n.integer("transposed", 0) != 0;
  if (a.rank() != 2 || a.axes[0] != a.axes[1] || b.type != a.type || b.rank() < 1 || b.rank() > 2 || b.axes[0] != a.axes[0])
    n.invalid("solves " + describe(a.axes) + " for " + describe(b.axes));
  n.elements(0);
  const auto size = static_cast<uint32_t>(a.axes[0].size);
  if (size > 4096) n.unsupported("a system of " + std::to_string(size) + " equations");
  std::vector<double> numbers = (turned ? transposed(n, a, {1, 0}) : a).host->numbers;
  for (uint32_t i = 0; i < size && lower; i++)   // only one triangle counts
    for (uint32_t c = 0; c < size; c++)
      if (turned ? c < i : c > i) numbers[i * size + c] = 0;
  const Factors f = factored(n, numbers, size);
  const auto table = [&](const std::vector<double>& of, const char* name) {
    Elements elements;
    for (double v : of) elements.numbers.push_back(a.type == ElementType::f32 ? static_cast<float>(v) : v);
    return matrixTable(n, hostTensor(a.type, a.axes, std::move(elements)), {size, size}, name);
  };
  ir::Solve forward, back;
  forward.matrix = table(f.lower, "lower"), back.matrix = table(f.upper, "upper"), back.upper = true;
  const size_t columns = b.rank() == 2 ? static_cast<size_t>(b.axes[1].size) : 1;
  if (columns > 64) n.unsupported("a system for " + std::to_string(columns) + " columns");
  std::vector<Tensor> solved;
  for (size_t c = 0; c < columns; c++) {
    const Tensor column = b.rank() == 2 ? sliced(n, b, 1, static_cast<int64_t>(c), 1) : b;
    const ValueId moved = n.build.add(ir::Arrange::elements({size}, f.order), {n.vector(column)});
    const ValueId x = n.build.add(ir::Solve(back), {n.build.add(ir::Solve(forward), {moved})});
    solved.push_back(n.tensorOf(a.type, column.axes, n.reshape(x, irShape(column.axes))));
  }
  n.output(0, b.rank() == 2 ? joined(n, solved, 1) : solved[0]);
}

}  // namespace kiln::onnx
