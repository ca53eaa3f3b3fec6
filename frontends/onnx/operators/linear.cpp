// LinearRegressor and LinearClassifier: weighted sums in float, whatever the type of the input, as ONNX Runtime computes them.
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/onnx/contract.h"
#include "frontends/onnx/operators/trees.h"

namespace kiln::onnx {

namespace {

ir::TableRef matrix(OperatorImport& n, const std::vector<double>& numbers, std::vector<uint32_t> shape, const char* name) {
  ir::Matrix matrix;
  matrix.elem = ir::Elem::f32, matrix.shape = std::move(shape), matrix.numbers = numbers;
  return n.build.table(std::move(matrix), name);
}

// A function from a row to the vector of its `outputs` weighted sums. Of a list that is longer ONNX Runtime reads the first coefficients as
// rows of the width of the input; that of a classifier must be a multiple of the classes.
ir::Dense linear(OperatorImport& n, const std::vector<double>& coefficients, const std::vector<double>& intercepts, uint32_t columns, uint32_t outputs, bool isMultiple) {
  const uint64_t wanted = uint64_t{columns} * outputs;
  const std::string found = "attribute 'coefficients' has " + std::to_string(coefficients.size()) + " entries for " + std::to_string(outputs) + " rows of " + std::to_string(columns);
  const bool fits = coefficients.size() == wanted || (!n.spec() && coefficients.size() > wanted && (!isMultiple || coefficients.size() % outputs == 0));
  if (!fits) n.invalid(found);
  if (coefficients.size() > wanted) n.warn(found, "those beyond are ignored, as ONNX Runtime does");
  ir::Dense dense;
  dense.weights = matrix(n, {coefficients.begin(), coefficients.begin() + static_cast<long>(wanted)}, {outputs, columns}, "coefficients");
  dense.order = ir::Dense::fused, dense.panel = gemmPanel(columns, outputs);
  if (!intercepts.empty()) dense.bias = matrix(n, intercepts, {outputs}, "intercepts");
  return dense;
}

}  // namespace

void linearRegressor(OperatorImport& n) {
  const Tensor& x = n.number(0);
  OperatorImport::Rows rows = n.rows(n.cast(x, ElementType::f32));
  const int64_t targets = n.integer("targets", 1);
  if (targets < 1 || targets > 1 << 16) n.invalid("attribute 'targets' is " + std::to_string(targets));
  const PostTransform transform = readPostTransform(n);
  std::vector<double> intercepts = n.numbers("intercepts");
  if (!intercepts.empty() && intercepts.size() != static_cast<size_t>(targets)) {
    n.warn("attribute 'intercepts' has " + std::to_string(intercepts.size()) + " entries for " + std::to_string(targets) + " targets", "they are ignored, as ONNX Runtime does");
    intercepts.clear();
  }
  const ir::Dense dense = linear(n, n.numbers("coefficients"), intercepts, rows.columns, static_cast<uint32_t>(targets), false);
  if (targets == 1 && transform != PostTransform::none && transform != PostTransform::probit && !n.spec())
    n.warn("post_transform of one target does nothing", "ONNX Runtime applies only PROBIT there; --semantics=spec applies all");
  std::vector<ValueId> parts;
  for (ValueId row : rows.vectors) {
    ValueId scores = n.build.add(ir::Dense(dense), {row});
    if (targets > 1 || transform == PostTransform::probit || n.spec()) scores = batchTransform(n, scores, transform);
    parts.push_back(scores);
  }
  Axes axes = rows.outer.empty() ? Axes{Axis()} : rows.outer;
  axes.push_back({targets, Batch::none});
  n.output(0, n.assemble(ElementType::f32, axes, parts));
}

void linearClassifier(OperatorImport& n) {
  OperatorImport::Rows rows = n.rows(n.cast(n.number(0), ElementType::f32));
  if (rows.outer.empty()) rows.outer = {Axis()};
  const ClassLabels labels = readLabels(n, "classlabels_strings", "classlabels_ints");
  const PostTransform transform = readPostTransform(n);
  n.ignore("multi_class");   // no implementation reads it
  std::vector<double> intercepts = n.numbers("intercepts");
  const std::vector<double> coefficients = n.numbers("coefficients");
  if (intercepts.empty()) {
    n.warn("has no attribute 'intercepts'", "they count as 0, one a row of 'coefficients'; ONNX Runtime refuses the model");
    if (rows.columns == 0 || coefficients.size() < rows.columns) n.invalid("attribute 'coefficients' has " + std::to_string(coefficients.size()) + " entries for " + std::to_string(rows.columns) + " columns");
    intercepts.assign(coefficients.size() / rows.columns, 0.0);
  }
  const auto scores = static_cast<uint32_t>(intercepts.size());
  if (scores == 1 && labels.size() == 1) n.warn("has one label", "every row has it; ONNX Runtime refuses the model");
  const bool binary = scores == 1 && labels.size() == 2;
  if (!binary && scores != labels.size())
    n.invalid("attribute 'intercepts' has " + std::to_string(scores) + " entries for " + std::to_string(labels.size()) + " labels");
  const ir::Dense dense = linear(n, coefficients, intercepts, rows.columns, scores, true);
  const auto pair = [&](ValueId a, ValueId b) { return n.build.add(ir::Concat(), {a, b}); };
  std::vector<ValueId> outputLabels, columns;
  for (ValueId row : rows.vectors) {
    const ValueId raw = n.build.add(ir::Dense(dense), {row});
    if (!binary) {
      const ValueId best = firstLargest(n, raw);
      outputLabels.push_back(labelAt(n, labels, best));
      columns.push_back(batchTransform(n, raw, transform));
      continue;
    }
    const ValueId s = n.reshape(raw, {}), one = n.build.integer(1, ir::Elem::i32), zero = n.build.integer(0, ir::Elem::i32);
    outputLabels.push_back(labelAt(n, labels, n.build.add(ir::Select(), {n.build.call("gt", {s, n.build.number32(0)}), one, zero})));
    if (transform == PostTransform::probit) {
      columns.push_back(pair(probit(n, s), n.build.number32(0)));   // ONNX Runtime leaves the second unwritten
      continue;
    }
    const ValueId p = transform == PostTransform::logistic ? n.build.call("sigmoid", {s}) : s;
    columns.push_back(pair(n.build.call("sub", {n.build.number32(1), p}), p));
  }
  n.output(0, n.assemble(labels.type(), rows.outer, outputLabels));
  Axes axes = rows.outer;
  axes.push_back({static_cast<int64_t>(labels.size()), Batch::none});
  n.output(1, n.assemble(ElementType::f32, axes, columns));
}

}  // namespace kiln::onnx
