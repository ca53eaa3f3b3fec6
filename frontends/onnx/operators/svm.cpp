// SVMRegressor and SVMClassifier: kernels and products in float, sums of pairs of classes in double, as ONNX Runtime computes them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/couple.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/measure.h"
#include "frontends/onnx/contract.h"
#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/operators/trees.h"

namespace kiln::onnx {

namespace {

ir::TableRef matrix(OperatorImport& n, ir::Elem elem, std::vector<double> numbers, std::vector<uint32_t> shape, const char* name) {
  ir::Matrix matrix;
  matrix.elem = elem, matrix.shape = std::move(shape), matrix.numbers = std::move(numbers);
  return n.build.table(std::move(matrix), name);
}

/// x to the power of `degree`, as Eigen computes it in float: exponents -3 .. 7 by squarings.
ValueId power(OperatorImport& n, ValueId x, double degree) {
  const auto mul = [&](ValueId a, ValueId b) { return n.build.call("mul", {a, b}); };
  if (degree != std::floor(degree) || degree < -3 || degree > 7 || degree == 0) return n.build.call("pow", {x, n.build.number32(degree)});
  if (degree < 0) x = n.build.call("div", {n.build.number32(1), x});
  ValueId odd = kNone;
  auto left = static_cast<uint32_t>(std::abs(degree));
  for (; left > 1; left /= 2) {
    if (left % 2) odd = odd == kNone ? x : mul(odd, x);
    x = mul(x, x);
  }
  return odd == kNone ? x : mul(odd, x);
}

/// Support vectors and the kernel; without vectors the machine is linear in the columns. Products are those of ONNX Runtime's Gemm:
/// fused multiply-add over the columns, then alpha * sum + C rounded once, which double precision holds.
class Machine {
 public:
  Machine(OperatorImport& n, uint32_t columns, int64_t vectors) : n_(n), columns_(columns), vectors_(static_cast<uint32_t>(vectors)) {
    kernel_ = static_cast<Kernel>(n.choice("kernel_type", {"LINEAR", "POLY", "RBF", "SIGMOID"}, linear));
    const auto parameters = n.numbers("kernel_params"), support = n.numbers("support_vectors");
    if (vectors < 0 || vectors > 1 << 24) n.invalid("has " + std::to_string(vectors) + " support vectors");
    if (isLinear()) return;
    if (kernel_ != linear && parameters.size() != 3) n.invalid("attribute 'kernel_params' has " + std::to_string(parameters.size()) + " entries, not gamma, coef0 and degree");
    if (support.size() != uint64_t{vectors_} * columns)
      n.invalid("attribute 'support_vectors' has " + std::to_string(support.size()) + " entries for " + std::to_string(vectors_) + " vectors of " + std::to_string(columns) + " columns");
    if (kernel_ != linear) gamma_ = parameters[0], coef0_ = parameters[1], degree_ = parameters[2];
    const ir::TableRef rows = matrix(n, ir::Elem::f32, support, {vectors_, columns}, "support_vectors");
    if (kernel_ == rbf) {
      ir::Measure measure;
      measure.metric = ir::Measure::rbf, measure.gamma = gamma_;
      pairwise_.measure = n.build.table(std::move(measure), "kernel"), pairwise_.rows = rows;
      nans_.numbers.assign(vectors_, std::numeric_limits<double>::quiet_NaN());
    } else {
      dot_.weights = rows, dot_.order = ir::Dense::fused, dot_.panel = gemmPanel(columns, vectors_);
    }
  }
  bool isLinear() const { return vectors_ == 0; }
  uint32_t inputs() const { return isLinear() ? columns_ : vectors_; }

  /// What the coefficients weigh, f32 [inputs]: the kernel of the row and each vector (NaN where the row has NaN), or the row.
  ValueId weighed(ValueId row) {
    if (isLinear()) return row;
    ir::Builder& build = n_.build;
    if (kernel_ == rbf) {
      const Tensor nans = hostTensor(ElementType::f32, plainAxes({vectors_}), nans_);
      return build.add(ir::Coalesce(), {build.add(ir::Pairwise(pairwise_), {row}), n_.vector(nans)});
    }
    const ValueId dot = build.add(ir::Dense(dot_), {row});
    if (kernel_ == linear) return dot;
    ValueId x = build.call("mul", {build.add(ir::Cast(ir::Elem::f64), {dot}), build.number(gamma_)});
    if (coef0_ != 0) x = build.call("add", {x, build.number(coef0_)});
    x = build.add(ir::Cast(ir::Elem::f32), {x});
    return kernel_ == poly ? power(n_, x, degree_) : build.call(functionOf(n_, ElementType::f32, "tanh"), {x});
  }

 private:
  OperatorImport& n_;
  uint32_t columns_, vectors_;
  enum Kernel { linear, poly, rbf, sigmoid } kernel_ = linear;
  double gamma_ = 0, coef0_ = 0, degree_ = 0;
  ir::Dense dot_;
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
  constexpr uint32_t kMostClasses = 406;   // each pair of two has a weight for each: 2^25 in all
  if (c.count < 2 || c.count > kMostClasses) n.unsupported("a classifier of " + std::to_string(c.count) + " classes");
  if (c.probA.size() != c.probB.size()) n.invalid("attributes 'prob_a' and 'prob_b' have different lengths");
  if (c.rho.empty()) n.invalid("needs an attribute 'rho'");
  return c;
}

// Sums of the pairs i < j, f64 [pairs]: products in float of the kernels and coefficients [classes - 1, vectors] in libsvm's order, added in
// double, those of class i first.
class PairSums {
 public:
  PairSums(OperatorImport& n, const Classes& c, uint32_t vectors) : n_(n), c_(c), vectors_(vectors) {
    if (c.vectorsPerClass.size() != c.count) n.invalid("attribute 'vectors_per_class' has " + std::to_string(c.vectorsPerClass.size()) + " entries for " + std::to_string(c.count) + " classes");
    if (c.coefficients.size() != uint64_t{c.count - 1} * vectors) n.invalid("attribute 'coefficients' has " + std::to_string(c.coefficients.size()) + " entries, not " + std::to_string((c.count - 1) * vectors));
    if (c.rho.size() != c.pairs()) n.invalid("attribute 'rho' has " + std::to_string(c.rho.size()) + " entries for " + std::to_string(c.pairs()) + " pairs of classes");
    if (uint64_t{c.pairs()} * vectors > 1 << 24) n.unsupported("a machine of more than 2^24 coefficients");
    std::vector<int64_t> first = {0};
    for (int64_t size : c.vectorsPerClass) first.push_back(first.back() + size);
    for (uint32_t i = 0; i < c.count; i++)
      for (uint32_t j = i + 1; j < c.count; j++) {
        std::vector<int64_t>& pair = at_.emplace_back();
        for (int64_t v = first[i]; v < first[i + 1]; v++) pair.push_back(int64_t{j - 1} * vectors + v);
        for (int64_t v = first[j]; v < first[j + 1]; v++) pair.push_back(int64_t{i} * vectors + v);
        longest_ = std::max(longest_, pair.size());
      }
  }
  ValueId of(ValueId kernels) {
    const auto constant = [&](ElementType type, std::vector<double> numbers, std::vector<int64_t> sizes) {
      Elements elements;
      elements.numbers = std::move(numbers);
      return n_.shaped(hostTensor(type, plainAxes(sizes), std::move(elements)), {sizes.begin(), sizes.end()});
    };
    const ValueId coefficients = constant(ElementType::f32, c_.coefficients, {c_.count - 1, vectors_});
    std::vector<int64_t> places;
    for (const std::vector<int64_t>& pair : at_) {
      places.insert(places.end(), pair.begin(), pair.end());
      places.insert(places.end(), longest_ - pair.size(), -1);
    }
    ir::Arrange pairs = ir::Arrange::elements({c_.pairs(), static_cast<uint32_t>(longest_)}, std::move(places));
    pairs.number = 0;
    const ValueId products = n_.build.add(std::move(pairs), {n_.build.call("mul", {kernels, coefficients})});
    const ValueId sums = n_.build.add(ir::Reduce(), {n_.build.add(ir::Cast(ir::Elem::f64), {products})});
    return n_.build.call("add", {sums, constant(ElementType::f64, c_.rho, {c_.pairs()})});
  }

 private:
  OperatorImport& n_;
  const Classes& c_;
  uint32_t vectors_;
  std::vector<std::vector<int64_t>> at_;   // of each pair its products' places in [classes - 1, vectors]
  size_t longest_ = 0;
};

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

// The class of a machine that is linear in its columns: that of the largest score. ONNX Runtime makes it the second of two where that score is
// above 0, or, if no coefficient is negative, 0.5 or more.
ValueId linearWinner(OperatorImport& n, const Classes& c, ValueId scores) {
  const ValueId best = firstLargest(n, scores);
  if (c.count != 2 || !c.probA.empty() || n.spec()) return best;
  ir::Reduce max;
  max.op = ir::Reduce::max;
  const ValueId most = n.build.add(std::move(max), {scores});
  const bool allPositive = std::all_of(c.coefficients.begin(), c.coefficients.end(), [](double v) { return v >= 0; });
  const ValueId isSecond = allPositive ? n.build.call("ge", {most, n.build.number32(0.5)}) : n.build.call("gt", {most, n.build.number32(0)});
  return n.build.add(ir::Select(), {isSecond, n.build.integer(1, ir::Elem::i32), best});
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
  std::optional<PairSums> pairSums;
  if (machine.isLinear()) {
    if (c.coefficients.size() != uint64_t{c.count} * rows.columns)
      n.invalid("attribute 'coefficients' has " + std::to_string(c.coefficients.size()) + " entries for " + std::to_string(c.count) + " classes of " + std::to_string(rows.columns) + " columns");
    dense = sums(n, ir::Elem::f32, c.coefficients, std::vector<double>(c.count, c.rho[0]), rows.columns);
  } else {
    pairSums.emplace(n, c, machine.inputs());
  }
  std::vector<ValueId> labels, columns;
  uint32_t width = machine.isLinear() || coupled || c.count == 2 ? c.count : c.pairs();
  for (ValueId row : rows.vectors) {
    ValueId weighed = machine.weighed(row);
    if (machine.isLinear()) {
      const ValueId scores = n.build.add(ir::Dense(dense), {weighed});
      labels.push_back(labelAt(n, c.labels, linearWinner(n, c, scores))), columns.push_back(batchTransform(n, scores, c.transform));
      continue;
    }
    const ValueId pairScores = pairSums->of(weighed);
    const ValueId scores = n.build.add(ir::Cast(ir::Elem::f32), {pairScores});
    labels.push_back(labelAt(n, c.labels, winner(n, c, pairScores)));
    if (coupled) columns.push_back(batchTransform(n, probabilities(n, c, scores), c.transform));
    else if (c.count == 2) columns.push_back(binaryColumns(n, n.reshape(scores, {}), c.transform));
    else columns.push_back(batchTransform(n, scores, c.transform));
  }
  n.output(0, n.assemble(c.labels.type(), rows.outer, labels));
  Axes axes = rows.outer;
  axes.push_back({width, Batch::none});
  n.output(1, n.assemble(ElementType::f32, axes, columns));
}

}  // namespace kiln::onnx
