#include "frontends/onnx/contract.h"

#include <algorithm>

#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/matmul.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::onnx {

namespace {

bool isBatchOf(const Axes& axes) {
  return std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.isBatch(); });
}

// x [.., k] times the transpose of w [m, k]: [.., m]. Floats as ONNX Runtime has them, whose constant weights are packed in panels.
constexpr uint32_t kPackedPanel = 256;
Tensor weighted(OperatorImport& n, const Tensor& x, const Tensor& w, const Tensor* bias) {
  const auto k = static_cast<uint32_t>(w.axes[1].size), m = static_cast<uint32_t>(w.axes[0].size);
  const auto rows = static_cast<uint32_t>(x.count() / k);
  ir::Dense dense;
  dense.weights = matrixTable(n, w, {m, k}, "weights");
  if (bias) dense.bias = matrixTable(n, *bias, {m}, "bias");
  if (x.type == ElementType::f32) dense.order = ir::Dense::fused, dense.panel = kPackedPanel;
  const ValueId y = n.build.add(std::move(dense), {rows == 1 ? n.vector(x) : n.shaped(x, {rows, k})});
  Axes axes = x.axes;
  axes.back() = {m};
  return n.tensorOf(x.type, axes, n.reshape(y, irShape(axes)));
}

Axes leading(const Tensor& x) { return Axes(x.axes.begin(), x.axes.end() - 2); }

// Sums of nothing are 0, of no element there are none.
Tensor ofNothing(OperatorImport& n, const Tensor& a, const Tensor& b, const Tensor* bias) {
  Axes axes = n.broadcastAxes({leading(a), leading(b)});
  axes.push_back(a.axes[a.rank() - 2]), axes.push_back(b.axes.back());
  const Tensor zeros = spread(n, constantLike(a, 0), axes);
  return bias && count(axes) ? apply(n, "add", zeros, *bias) : zeros;
}

// Both of the row: the axes before the last two are broadcast, then multiplied one by one.
Tensor general(OperatorImport& n, const Tensor& a, const Tensor& b) {
  Axes axes = n.broadcastAxes({leading(a), leading(b)});
  const Axis m = a.axes[a.rank() - 2], k = a.axes.back(), p = b.axes.back();
  const int batches = int(m.isBatch()) + int(p.isBatch()) + int(isBatchOf(axes));
  if (batches > 1) n.mixesRows("multiplies every row with every row");
  const auto stacked = [&](const Tensor& x, const Axis& r, const Axis& c) {
    Axes all = axes;
    all.push_back(r), all.push_back(c);
    const uint32_t rows = static_cast<uint32_t>(r.size), columns = static_cast<uint32_t>(c.size);
    const Tensor wide = spread(n, x, all);
    const auto outer = static_cast<uint32_t>(wide.count() / r.size / c.size);
    return n.shaped(wide, {outer, rows, columns});
  };
  const ValueId y = n.build.add(ir::MatMul(), {stacked(a, m, k), stacked(b, k, p)});
  axes.push_back(m), axes.push_back(p);
  return n.tensorOf(a.type, axes, n.reshape(y, irShape(axes)));
}

}  // namespace

ir::TableRef matrixTable(OperatorImport& n, const Tensor& x, const std::vector<uint32_t>& shape, const char* name) {
  ir::Matrix matrix;
  matrix.elem = elemOf(x.type), matrix.shape = shape;
  matrix.numbers = x.host->numbers, matrix.integers = x.host->integers;
  return n.build.table(std::move(matrix), name);
}

bool isPairwise(OperatorImport&, const Tensor& x, const Tensor& rows) {
  const bool fits = x.rank() == 2 && rows.rank() == 2 && !x.axes[1].isBatch() && x.axes[1] == rows.axes[1] && x.axes[0].size == 1;
  if (!fits || x.type != rows.type || !(x.type == ElementType::f32 || x.type == ElementType::f64) || !rows.isConstant() || rows.count() == 0) return false;
  return std::none_of(rows.host->numbers.begin(), rows.host->numbers.end(), [](double v) { return v != v; });   // NaN would be missing
}

Tensor pairwise(OperatorImport& n, const Tensor& x, const Tensor& rows, ir::Measure::Metric metric) {
  ir::Measure measure;
  measure.metric = metric;
  ir::Pairwise op;
  op.rows = matrixTable(n, rows, {static_cast<uint32_t>(rows.axes[0].size), static_cast<uint32_t>(rows.axes[1].size)}, "rows");
  op.measure = n.build.table(std::move(measure), "distance");
  const Axes axes = {x.axes[0], rows.axes[0]};
  return n.tensorOf(x.type, axes, n.reshape(n.build.add(std::move(op), {n.vector(x)}), irShape(axes)));
}

Tensor product(OperatorImport& n, const Tensor& a, const Tensor& b, const Tensor* bias) {
  if (a.rank() == 0 || b.rank() == 0) n.invalid("multiplies " + describe(a.axes) + " and " + describe(b.axes));
  const auto matrix = [&](const Tensor& x, bool column) {   // a vector as a row, or a column
    if (x.rank() > 1) return x;
    return withAxes(n, x, column ? Axes{x.axes[0], {}} : Axes{{}, x.axes[0]});
  };
  const Tensor p = matrix(a, false), q = matrix(b, true);
  const Axis &k = p.axes.back(), &other = q.axes[q.rank() - 2];
  if (k.isBatch() || other.isBatch()) n.mixesRows("a sum over the rows of the batch");
  if (k.size != other.size) n.invalid("multiplies " + describe(a.axes) + " and " + describe(b.axes));
  const bool floats = isFloat(p.type);
  Tensor y;
  if (p.count() == 0 || q.count() == 0) {
    y = ofNothing(n, p, q, bias);
  } else if (floats && q.isConstant() && q.rank() == 2 && !p.isConstant()) {
    y = weighted(n, p, transposed(n, q, {1, 0}), bias);
  } else if (floats && p.isConstant() && p.rank() == 2 && q.rank() == 2 && !q.isConstant()) {
    y = transposed(n, weighted(n, transposed(n, q, {1, 0}), p, nullptr), {1, 0});
  } else {
    y = general(n, p, q);
  }
  Axes axes = y.axes;
  if (b.rank() == 1) axes.pop_back();
  if (a.rank() == 1) axes.erase(axes.end() - (b.rank() == 1 ? 1 : 2));
  return withAxes(n, y, axes);
}

uint32_t gemmPanel(uint32_t columns, uint32_t outputs) {
  uint32_t inputs = 128;
  if (outputs < columns)
    for (uint32_t wide = 128; wide > 16 && wide / 2 >= outputs; wide /= 2) inputs *= 2;
  return inputs;
}

}  // namespace kiln::onnx
