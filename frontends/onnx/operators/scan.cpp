// Scan. The body is inlined once a step, as all steps are known while compiling. Distances that exporters write as a scan over the
// training rows, with the row to score as an unchanging state, become `pairwise`. A scan over the batch itself is its body for
// one row.
#include "compiler/ir/nodes/pairwise.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "compiler/ir/tables/measure.h"
#include "frontends/onnx/contract.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostSteps = 1024;

/// The nodes of a body by the names of their results.
using Makers = std::unordered_map<std::string, const proto::NodeProto*>;
Makers makersOf(const proto::GraphProto& body) {
  Makers makers;
  for (auto& node : body.node())
    for (auto& output : node.output()) makers.emplace(output, &node);
  return makers;
}
const proto::NodeProto* at(const Makers& makers, const std::string& name) {
  const auto found = makers.find(name);
  return found == makers.end() ? nullptr : found->second;
}
const std::string& input(const proto::NodeProto& node, int i) {   // an input that is not there has no name
  static const std::string none;
  return i < node.input_size() ? node.input(i) : none;
}
/// Identity is looked through; a chain of them may be a cycle.
std::string origin(const Makers& makers, std::string name) {
  const proto::NodeProto* node = at(makers, name);
  for (size_t steps = 0; node && node->op_type() == "Identity" && steps <= makers.size(); steps++) node = at(makers, name = input(*node, 0));
  return name;
}
/// What a name of the body is computed by.
const proto::NodeProto* maker(const Makers& makers, const std::string& name) {
  const proto::NodeProto* node = at(makers, origin(makers, name));
  return node && node->op_type() != "Identity" ? node : nullptr;
}

std::vector<int64_t> integersOf(const proto::TensorProto& tensor) {
  std::vector<int64_t> all;
  if (tensor.data_type() != proto::TensorProto::INT64) return all;
  all.assign(tensor.int64_data().begin(), tensor.int64_data().end());
  for (size_t i = 0; i + 8 <= tensor.raw_data().size(); i += 8) {
    int64_t one;
    std::copy_n(tensor.raw_data().data() + i, 8, reinterpret_cast<char*>(&one));
    all.push_back(one);
  }
  return all;
}

/// The one list of integers that a reduction or Squeeze has for axes, as attribute, initializer or Constant.
bool overColumns(const proto::GraphProto& body, const Makers& makers, const proto::NodeProto& node) {
  std::vector<int64_t> axes;
  for (auto& attribute : node.attribute())
    if (attribute.name() == "axes") axes.assign(attribute.ints().begin(), attribute.ints().end());
  if (node.input_size() > 1)
    for (auto& tensor : body.initializer())
      if (tensor.name() == node.input(1)) axes = integersOf(tensor);
  const proto::NodeProto* made = node.input_size() > 1 ? maker(makers, node.input(1)) : nullptr;
  if (made && made->op_type() == "Constant")
    for (auto& attribute : made->attribute()) {
      if (attribute.name() == "value_ints") axes.assign(attribute.ints().begin(), attribute.ints().end());
      if (attribute.name() == "value") axes = integersOf(attribute.t());
    }
  return axes == std::vector<int64_t>{1} || axes == std::vector<int64_t>{-1};
}
bool keepsAxis(const proto::NodeProto& node) {
  for (auto& attribute : node.attribute())
    if (attribute.name() == "keepdims") return attribute.i() != 0;
  return true;
}

/// The distance that the body computes of its state and its row: sum of squares, or of absolute differences.
std::optional<ir::Measure::Metric> distanceOf(const proto::GraphProto& body) {
  if (body.input_size() != 2 || body.output_size() != 2) return std::nullopt;
  const Makers makers = makersOf(body);
  if (origin(makers, body.output(0).name()) != body.input(0).name()) return std::nullopt;
  const proto::NodeProto* node = maker(makers, body.output(1).name());
  const bool squeezed = node && node->op_type() == "Squeeze" && overColumns(body, makers, *node);
  if (squeezed) node = maker(makers, input(*node, 0));
  if (!node || (node->op_type() != "ReduceSumSquare" && node->op_type() != "ReduceSum") || !overColumns(body, makers, *node) || keepsAxis(*node) != squeezed)
    return std::nullopt;
  const bool squares = node->op_type() == "ReduceSumSquare";
  node = maker(makers, input(*node, 0));
  if (!squares) node = node && node->op_type() == "Abs" ? maker(makers, input(*node, 0)) : nullptr;
  if (!node || node->op_type() != "Sub") return std::nullopt;
  const std::string a = origin(makers, input(*node, 0)), b = origin(makers, input(*node, 1)), state = body.input(0).name(), row = body.input(1).name();
  if (!((a == state && b == row) || (a == row && b == state))) return std::nullopt;
  return squares ? ir::Measure::squaredEuclidean : ir::Measure::cityBlock;
}

/// Of each scanned tensor or output: its axis, and 1 where it runs from the end.
struct Ways {
  std::vector<int64_t> axes, directions;
};
Ways ways(OperatorImport& n, const char* axes, const char* directions, size_t count) {
  Ways w{n.integers(axes), n.integers(directions)};
  if (w.axes.empty()) w.axes.assign(count, 0);
  if (w.directions.empty()) w.directions.assign(count, 0);
  if (w.axes.size() != count || w.directions.size() != count) n.invalid(std::string("'") + axes + "' or '" + directions + "' has not one entry a tensor");
  return w;
}

bool unchanged(const Value& before, const Value& after) {
  return before.kind == Value::tensor && after.kind == Value::tensor && before.data.axes == after.data.axes &&
         (before.data.isConstant() ? before.data.host == after.data.host : !after.data.isConstant() && before.data.value == after.data.value);
}

// [N, d] against [m, d]: [m, N].
bool distances(OperatorImport& n, const proto::GraphProto& body, size_t states, const Ways& in, const Ways& out) {
  const auto metric = distanceOf(body);
  if (!metric || states != 1 || in.axes[0] != 0 || in.directions[0] || out.axes[0] != 0 || out.directions[0]) return false;
  const Tensor &x = n.tensor(0), &rows = n.tensor(1);
  if (x.rank() != 2 || x.isConstant() || !isPairwise(n, x, rows)) return false;
  n.output(0, x);
  const Tensor d = pairwise(n, x, rows, *metric);
  n.output(1, transposed(n, d, {1, 0}));
  return true;
}

// The body once a step; its outputs: the last states, and the results of all steps along an axis of their own.
std::vector<Value> unrolled(OperatorImport& n, const proto::GraphProto& body, std::vector<Value> state, const std::vector<Tensor>& scanned, const Ways& in, const Ways& out) {
  const size_t states = state.size(), results = static_cast<size_t>(body.output_size()) - states;
  std::vector<size_t> axes;
  int64_t steps = -1;
  bool overBatch = false;
  uint32_t rows = 0;
  for (size_t i = 0; i < scanned.size(); i++) {
    axes.push_back(n.axis(in.axes[i], scanned[i].rank()));
    const Axis& axis = scanned[i].axes[axes[i]];
    if (i > 0 && (axis.size != steps || axis.isBatch() != overBatch || axis.rows != rows)) n.invalid("its scanned tensors are not equally long");
    steps = axis.size, overBatch = axis.isBatch(), rows = axis.rows;
  }
  if (overBatch && steps != 1) n.unsupported("a scan over rows that are merged with another axis");
  if (steps < 1 || steps > kMostSteps) n.unsupported("a scan of " + std::to_string(steps) + " steps", "1 to " + std::to_string(kMostSteps) + " are supported");

  std::vector<std::vector<Tensor>> collected(results);
  for (int64_t step = 0; step < steps; step++) {
    std::vector<Value> inputs = state;
    for (size_t i = 0; i < scanned.size(); i++) {
      const Tensor& x = scanned[i];
      const int64_t at = in.directions[i] ? steps - 1 - step : step;
      const Tensor one = overBatch ? x : sliced(n, x, axes[i], at, 1);
      Axes rest = one.axes;
      rest.erase(rest.begin() + static_cast<long>(axes[i]));
      inputs.push_back(valueOf(withAxes(n, one, rest)));
    }
    const std::vector<Value> outputs = n.inlineGraph(body, "body", inputs);
    for (size_t i = 0; i < states; i++)
      if (overBatch && !unchanged(state[i], outputs[i])) n.mixesRows("carries a state from row to row");
    state.assign(outputs.begin(), outputs.begin() + static_cast<long>(states));
    for (size_t r = 0; r < results; r++) {
      if (outputs[states + r].kind != Value::tensor) n.unsupported("a scan output that is no tensor");
      collected[r].push_back(outputs[states + r].data);
    }
  }
  for (size_t r = 0; r < results; r++) {
    std::vector<Tensor> parts;
    const size_t axis = n.axis(out.axes[r], collected[r][0].rank() + 1);
    for (const Tensor& t : collected[r]) {
      Axes wide = t.axes;
      if (overBatch && std::any_of(wide.begin(), wide.end(), [](const Axis& a) { return a.isBatch(); })) n.mixesRows("computes every row with every row");
      wide.insert(wide.begin() + static_cast<long>(axis), Axis{1, overBatch ? Batch::outer : Batch::none, rows});
      parts.push_back(withAxes(n, t, wide));
    }
    if (out.directions[r]) std::reverse(parts.begin(), parts.end());
    state.push_back(valueOf(joined(n, parts, axis)));
  }
  return state;
}

// Opset 8: all tensors begin with an axis of sequences, which are scanned one by one along the next; input 0 may give their lengths.
void scanOfSequences(OperatorImport& n, const proto::GraphProto& body, size_t scanned) {
  if (n.has(0)) n.unsupported("Scan with lengths of its sequences");
  const size_t states = n.inputs() - 1 - scanned, results = n.outputs() - states;
  Ways in{std::vector<int64_t>(scanned, 0), n.integers("directions")};
  const Ways out{std::vector<int64_t>(results, 0), std::vector<int64_t>(results, 0)};
  if (in.directions.empty()) in.directions.assign(scanned, 0);
  if (in.directions.size() != scanned) n.invalid("attribute 'directions' has " + std::to_string(in.directions.size()) + " entries for " + std::to_string(scanned) + " inputs");
  for (size_t i = 1; i < n.inputs(); i++)
    if (n.tensor(i).rank() == 0 || n.tensor(i).axes[0] != n.tensor(1).axes[0]) n.invalid("its inputs are not of equally many sequences");
  const Axis sequences = n.tensor(1).axes[0];
  if (sequences.isBatch() && sequences.size != 1) n.unsupported("sequences that are merged with another axis");
  std::vector<std::vector<Tensor>> parts(n.outputs());
  for (int64_t s = 0; s < sequences.size; s++) {
    const auto one = [&](size_t i) {
      const Tensor x = sequences.isBatch() ? n.tensor(i) : sliced(n, n.tensor(i), 0, s, 1);
      return withAxes(n, x, Axes(x.axes.begin() + 1, x.axes.end()));
    };
    std::vector<Value> state;
    std::vector<Tensor> tensors;
    for (size_t i = 1; i < n.inputs(); i++)
      if (i <= states) state.push_back(valueOf(one(i)));
      else tensors.push_back(one(i));
    const std::vector<Value> outputs = unrolled(n, body, std::move(state), tensors, in, out);
    for (size_t i = 0; i < outputs.size(); i++) {
      Axes wide = outputs[i].data.axes;
      wide.insert(wide.begin(), sequences.isBatch() ? sequences : Axis{});
      parts[i].push_back(withAxes(n, outputs[i].data, wide));
    }
  }
  if (sequences.size == 0) n.unsupported("Scan of no sequence");
  for (size_t i = 0; i < parts.size(); i++) n.output(i, joined(n, parts[i], 0));
}

}  // namespace

void scan(OperatorImport& n) {
  const proto::GraphProto* body = n.graph("body");
  if (!body) n.invalid("needs a body");
  const int64_t given = n.integer("num_scan_inputs");
  if (given < 1 || given > static_cast<int64_t>(n.inputs())) n.invalid("num_scan_inputs is " + std::to_string(given) + " of " + std::to_string(n.inputs()) + " inputs");
  const size_t lengths = n.version() < 9, scanned = static_cast<size_t>(given);
  if (scanned + lengths > n.inputs() || static_cast<size_t>(body->input_size()) + lengths != n.inputs() || body->output_size() != static_cast<int>(n.outputs()) ||
      n.inputs() - lengths - scanned > n.outputs())
    n.invalid("its inputs and outputs do not fit its body");
  if (n.version() < 9) return scanOfSequences(n, *body, scanned);
  const size_t states = n.inputs() - scanned, results = n.outputs() - states;
  const Ways in = ways(n, "scan_input_axes", "scan_input_directions", scanned), out = ways(n, "scan_output_axes", "scan_output_directions", results);
  if (states == 1 && scanned == 1 && results == 1 && distances(n, *body, states, in, out)) return;
  std::vector<Value> state;
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < states; i++) state.push_back(n.input(i));
  for (size_t i = 0; i < scanned; i++) tensors.push_back(n.tensor(states + i));
  const std::vector<Value> outputs = unrolled(n, *body, std::move(state), tensors, in, out);
  for (size_t i = 0; i < outputs.size(); i++) n.output(i, outputs[i]);
}

// com.microsoft: distances of the rows of two matrices, as sums of squared differences. ONNX Runtime expands the square, a^2 - 2ab + b^2:
// for finite rows that only loses digits, but infinite ones, and squares that overflow, become NaN there, and so they do here.
void cDist(OperatorImport& n) {
  const Tensor &x = n.tensor(0, {ElementType::f32, ElementType::f64}), &rows = n.tensor(1);
  const int metric = n.choice("metric", {"euclidean", "sqeuclidean"}, 0);
  if (x.rank() != 2 || rows.rank() != 2 || rows.type != x.type || x.axes[1] != rows.axes[1])
    n.invalid("distances of " + describe(x.axes) + " and " + describe(rows.axes));
  refuseBatch(n, x, 1, "columns that are rows"), refuseBatch(n, rows, 1, "columns that are rows");
  Tensor squared;
  if (isPairwise(n, x, rows)) {
    squared = pairwise(n, x, rows, ir::Measure::squaredEuclidean);
  } else {
    const Tensor d = apply(n, "sub", withAxes(n, x, {x.axes[0], {}, x.axes[1]}), withAxes(n, rows, {{}, rows.axes[0], rows.axes[1]}));
    const Tensor sum = reduced(n, d, {2}, "sumsq");
    squared = withAxes(n, sum, {sum.axes[0], sum.axes[1]});
  }
  if (!n.spec()) {
    const Tensor products = apply(n, "mul", product(n, x, transposed(n, rows, {1, 0})), constantLike(x, -2));
    const Tensor ofX = reduced(n, x, {1}, "sumsq"), ofRows = transposed(n, reduced(n, rows, {1}, "sumsq"), {1, 0});
    const Tensor expanded = apply(n, "add", apply(n, "add", products, ofX), ofRows);
    const Tensor finite = n.call("lt", {squared, constantLike(x, std::numeric_limits<double>::infinity())}, ElementType::boolean);
    squared = selected(n, finite, squared, expanded);
  }
  n.output(0, metric ? squared : apply(n, "sqrt", squared));
}

}  // namespace kiln::onnx
