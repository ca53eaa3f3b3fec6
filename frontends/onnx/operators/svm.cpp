// SVMRegressor and SVMClassifier: kernels in float, sums of pairs of classes in double, as ONNX Runtime computes them.
#include <algorithm>
#include <limits>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/couple.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/measure.h"
#include "frontends/onnx/operators/trees.h"

namespace kiln::onnx {

namespace {

ir::TableRef matrix(OperatorImport& n, ir::Elem elem, std::vector<double> numbers, std::vector<uint32_t> shape, const char* name) {
  ir::Matrix matrix;
  matrix.elem = elem, matrix.shape = std::move(shape), matrix.numbers = std::move(numbers);
  return n.build.table(std::move(matrix), name);
}

/// Support vectors and the kernel; without vectors the machine is linear in the columns.
class Machine {
 public:
  Machine(OperatorImport& n, uint32_t columns, int64_t vectors) : n_(n), columns_(columns), vectors_(static_cast<uint32_t>(vectors)) {
    const int kernel = n.choice("kernel_type", {"LINEAR", "POLY", "RBF", "SIGMOID"}, 0);
    const auto parameters = n.numbers("kernel_params"), support = n.numbers("support_vectors");
    if (vectors < 0 || vectors > 1 << 24) n.invalid("has " + std::to_string(vectors) + " support vectors");
    if (isLinear()) return;
    if (kernel != 0 && parameters.size() != 3) n.invalid("attribute 'kernel_params' has " + std::to_string(parameters.size()) + " entries, not gamma, coef0 and degree");
    if (support.size() != uint64_t{vectors_} * columns)
      n.invalid("attribute 'support_vectors' has " + std::to_string(support.size()) + " entries for " + std::to_string(vectors_) + " vectors of " + std::to_string(columns) + " columns");
    ir::Measure measure;
    constexpr ir::Measure::Metric kMetrics[] = {ir::Measure::dot, ir::Measure::polynomial, ir::Measure::rbf, ir::Measure::sigmoid};
    measure.metric = kMetrics[kernel];
    if (kernel != 0) measure.gamma = parameters[0], measure.coef0 = parameters[1], measure.degree = parameters[2];
    pairwise_.measure = n.build.table(std::move(measure), "kernel");
    pairwise_.rows = matrix(n, ir::Elem::f32, support, {vectors_, columns}, "support_vectors");
    nans_.numbers.assign(vectors_, std::numeric_limits<double>::quiet_NaN());
  }
  bool isLinear() const { return vectors_ == 0; }
  uint32_t inputs() const { return isLinear() ? columns_ : vectors_; }

  /// What the coefficients weigh, f32 [inputs]: the kernel of the row and each vector (NaN where the row has NaN), or the row.
  ValueId weighed(ValueId row) {
    if (isLinear()) return row;
    const Tensor nans = hostTensor(ElementType::f32, plainAxes({vectors_}), nans_);
    return n_.build.add(ir::Coalesce(), {n_.build.add(ir::Pairwise(pairwise_), {row}), n_.vector(nans)});
  }

 private:
  OperatorImport& n_;
  uint32_t columns_, vectors_;
  ir::Pairwise pairwise_;
  Elements nans_;
};

ir::Dense sums(OperatorImport& n, ir::Elem elem, std::vector<double> weights, std::vector<double> bias, uint32_t inputs) {
  ir::Dense dense;
  const auto outputs = static_cast<uint32_t>(bias.size());
  dense.weights = matrix(n, elem, std::move(weights), {outputs, inputs}, "coefficients");
  dense.bias = matrix(n, elem, std::move(bias), {outputs}, "rho");
  dense.biasLast = true, dense.skipZero = elem == ir::Elem::f64;
  return dense;
}

}  // namespace

void svmRegressor(OperatorImport& n) {
  const Tensor& x = n.number(0);
  OperatorImport::Rows rows = n.rows(n.cast(x, ElementType::f32));
  if (rows.outer.empty()) rows.outer = {Axis()};
  Machine machine(n, rows.columns, n.integer("n_supports", 0));
  const auto coefficients = n.numbers("coefficients"), rho = n.numbers("rho");
  const bool oneClass = n.integer("one_class", 0) != 0;
  if (readPostTransform(n) != PostTransform::none) n.warn("post_transform does nothing", "ONNX Runtime ignores it in SVMRegressor");
  if (rho.empty()) n.invalid("needs an attribute 'rho'");
  if (coefficients.size() != machine.inputs()) n.invalid("attribute 'coefficients' has " + std::to_string(coefficients.size()) + " entries, not " + std::to_string(machine.inputs()));
  const ir::Dense dense = sums(n, ir::Elem::f32, coefficients, {rho[0]}, machine.inputs());
  std::vector<ValueId> parts;
  for (ValueId row : rows.vectors) {
    ValueId y = n.build.add(ir::Dense(dense), {machine.weighed(row)});
    if (oneClass) y = n.build.add(ir::Select(), {n.build.call("gt", {y, n.build.number32(0)}), n.build.number32(1), n.build.number32(-1)});
    parts.push_back(y);
  }
  Axes axes = rows.outer;
  axes.push_back({1, Batch::none});
  n.output(0, n.assemble(ElementType::f32, axes, parts));
}

namespace {

/// The classifier's attributes, checked against each other.
struct Classes {
  ClassLabels labels;
  uint32_t count = 0;
  std::vector<int64_t> vectorsPerClass;
  std::vector<double> coefficients, rho, probA, probB;
  PostTransform transform;
  uint32_t pairs() const { return count * (count - 1) / 2; }
};

Classes readClasses(OperatorImport& n) {
  Classes c;
  c.labels = readLabels(n, "classlabels_strings", "classlabels_ints");
  c.count = static_cast<uint32_t>(c.labels.size());
  c.vectorsPerClass = n.integers("vectors_per_class");
  c.coefficients = n.numbers("coefficients"), c.rho = n.numbers("rho"), c.probA = n.numbers("prob_a"), c.probB = n.numbers("prob_b");
  c.transform = readPostTransform(n);
  if (c.count < 2 || c.count > 1024) n.unsupported("a classifier of " + std::to_string(c.count) + " classes");
  if (c.probA.size() != c.probB.size()) n.invalid("attributes 'prob_a' and 'prob_b' have different lengths");
  if (c.rho.empty()) n.invalid("needs an attribute 'rho'");
  return c;
}

// Sums of the pairs i < j, in double: coefficients [classes - 1, vectors] in libsvm's order.
ir::Dense pairSums(OperatorImport& n, const Classes& c, uint32_t vectors) {
  if (c.vectorsPerClass.size() != c.count) n.invalid("attribute 'vectors_per_class' has " + std::to_string(c.vectorsPerClass.size()) + " entries for " + std::to_string(c.count) + " classes");
  if (c.coefficients.size() != uint64_t{c.count - 1} * vectors) n.invalid("attribute 'coefficients' has " + std::to_string(c.coefficients.size()) + " entries, not " + std::to_string((c.count - 1) * vectors));
  if (c.rho.size() != c.pairs()) n.invalid("attribute 'rho' has " + std::to_string(c.rho.size()) + " entries for " + std::to_string(c.pairs()) + " pairs of classes");
  if (uint64_t{c.pairs()} * vectors > 1 << 24) n.unsupported("a machine of more than 2^24 coefficients");
  std::vector<uint32_t> first = {0};
  for (int64_t size : c.vectorsPerClass) first.push_back(first.back() + static_cast<uint32_t>(size));
  std::vector<double> weights(size_t{c.pairs()} * vectors);
  uint32_t pair = 0;
  for (uint32_t i = 0; i < c.count; i++)
    for (uint32_t j = i + 1; j < c.count; j++, pair++) {
      for (uint32_t v = first[i]; v < first[i + 1]; v++) weights[size_t{pair} * vectors + v] = c.coefficients[size_t{j - 1} * vectors + v];
      for (uint32_t v = first[j]; v < first[j + 1]; v++) weights[size_t{pair} * vectors + v] = c.coefficients[size_t{i} * vectors + v];
    }
  return sums(n, ir::Elem::f64, std::move(weights), c.rho, vectors);
}

// The class with most votes, the first of equals: a positive sum is a vote for i, any other for j.
ValueId winner(OperatorImport& n, const Classes& c, ValueId pairScores) {
  std::vector<double> weights(size_t{c.count} * c.pairs()), bias(c.count);
  uint32_t pair = 0;
  for (uint32_t i = 0; i < c.count; i++)
    for (uint32_t j = i + 1; j < c.count; j++, pair++) {
      weights[size_t{i} * c.pairs() + pair] = 1;
      weights[size_t{j} * c.pairs() + pair] = -1, bias[j] += 1;
    }
  const ValueId won = n.build.add(ir::Cast(ir::Elem::f64), {n.build.call("gt", {pairScores, n.build.number(0)})});
  const ValueId votes = n.build.add(ir::Dense(sums(n, ir::Elem::f64, std::move(weights), std::move(bias), c.pairs())), {won});
  return n.build.add(ir::Coalesce(), {n.build.add(ir::ArgMax(), {votes}), n.build.integer(0, ir::Elem::i32)});
}

// Platt's probability of each pair, coupled.
ValueId probabilities(OperatorImport& n, const Classes& c, ValueId scores) {
  const auto list = [&](const std::vector<double>& numbers) {
    Elements elements;
    elements.numbers = numbers;
    return n.vector(hostTensor(ElementType::f32, plainAxes({static_cast<int64_t>(numbers.size())}), std::move(elements)));
  };
  const ValueId value = n.build.call("add", {n.build.call("mul", {scores, list(c.probA)}), list(c.probB)});
  ValueId p = n.build.call("sub", {n.build.number32(1), n.build.call("sigmoid", {value})});
  p = n.build.call("clip_high", {n.build.call("clip_low", {p, n.build.number32(1.0e-7f)}), n.build.number32(1.0f - 1.0e-7f)});
  ir::Couple couple;
  couple.classes = c.count;
  return n.build.add(std::move(couple), {p});
}

// The two columns of a binary machine without probabilities.
ValueId binaryColumns(OperatorImport& n, ValueId s, PostTransform transform) {
  const auto pair = [&](ValueId a, ValueId b) { return n.build.add(ir::Concat(), {a, b}); };
  if (transform == PostTransform::none) return pair(n.build.call("neg", {s}), s);
  if (transform == PostTransform::probit) return pair(probit(n, s), n.build.number32(0));   // the second is not written by ONNX Runtime
  const ValueId p = transform == PostTransform::logistic ? n.build.call("sigmoid", {s}) : s;
  return pair(n.build.call("sub", {n.build.number32(1), p}), p);
}

}  // namespace

void svmClassifier(OperatorImport& n) {
  OperatorImport::Rows rows = n.rows(n.cast(n.number(0), ElementType::f32));
  if (rows.outer.empty()) rows.outer = {Axis()};
  const Classes c = readClasses(n);
  int64_t vectors = 0;
  for (int64_t size : c.vectorsPerClass) {
    if (size < 0 || size > 1 << 24) n.invalid("attribute 'vectors_per_class' has " + std::to_string(size));
    vectors += size;
  }
  Machine machine(n, rows.columns, vectors);
  const bool coupled = !c.probA.empty() && !machine.isLinear();
  if (coupled && c.probA.size() != c.pairs()) n.invalid("attribute 'prob_a' has " + std::to_string(c.probA.size()) + " entries for " + std::to_string(c.pairs()) + " pairs of classes");
  ir::Dense dense;
  if (machine.isLinear()) {
    if (c.coefficients.size() != uint64_t{c.count} * rows.columns)
      n.invalid("attribute 'coefficients' has " + std::to_string(c.coefficients.size()) + " entries for " + std::to_string(c.count) + " classes of " + std::to_string(rows.columns) + " columns");
    dense = sums(n, ir::Elem::f32, c.coefficients, std::vector<double>(c.count, c.rho[0]), rows.columns);
  } else {
    dense = pairSums(n, c, machine.inputs());
  }
  std::vector<ValueId> labels, columns;
  uint32_t width = machine.isLinear() || coupled || c.count == 2 ? c.count : c.pairs();
  for (ValueId row : rows.vectors) {
    ValueId weighed = machine.weighed(row);
    if (machine.isLinear()) {
      const ValueId scores = n.build.add(ir::Dense(dense), {weighed});
      const ValueId best = n.build.add(ir::Coalesce(), {n.build.add(ir::ArgMax(), {scores}), n.build.integer(0, ir::Elem::i32)});
      labels.push_back(labelAt(n, c.labels, best)), columns.push_back(postTransform(n, scores, c.transform));
      continue;
    }
    const ValueId pairScores = n.build.add(ir::Dense(dense), {n.build.add(ir::Cast(ir::Elem::f64), {weighed})});
    const ValueId scores = n.build.add(ir::Cast(ir::Elem::f32), {pairScores});
    labels.push_back(labelAt(n, c.labels, winner(n, c, pairScores)));
    if (coupled) columns.push_back(postTransform(n, probabilities(n, c, scores), c.transform));
    else if (c.count == 2) columns.push_back(binaryColumns(n, n.reshape(scores, {}), c.transform));
    else columns.push_back(postTransform(n, scores, c.transform));
  }
  n.output(0, n.assemble(c.labels.type(), rows.outer, labels));
  Axes axes = rows.outer;
  axes.push_back({width, Batch::none});
  n.output(1, n.assemble(ElementType::f32, axes, columns));
}

}  // namespace kiln::onnx
