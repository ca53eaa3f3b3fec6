#include "compiler/driver/verification.h"

#include <cmath>
#include <cstring>
#include <map>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/support/calendar.h"
#include "compiler/support/number.h"

namespace kiln::driver {

static std::optional<double> asNumber(const std::string& text) {
  if (text == "true" || text == "TRUE" || text == "True") return 1;
  if (text == "false" || text == "FALSE" || text == "False") return 0;
  return parseNumber(text);
}

bool acceptable(const std::string& expected, const std::string& actual, double precision, double zeroThreshold) {
  if (expected.empty() || actual.empty()) return expected.empty() == actual.empty();
  if (expected == actual) return true;
  const auto e = asNumber(expected), a = asNumber(actual);
  if (!e || !a) return false;
  if (std::isnan(*e) || std::isnan(*a)) return std::isnan(*e) && std::isnan(*a);
  if (std::isinf(*e) || std::isinf(*a)) return *e == *a;
  if (std::fabs(*e) <= zeroThreshold && std::fabs(*a) <= zeroThreshold) return true;
  return std::fabs(*a - *e) <= precision * std::fabs(*e);
}

int64_t ulps(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return -1;
  auto order = [](double d) {
    int64_t bits;
    std::memcpy(&bits, &d, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
  };
  const int64_t x = order(a), y = order(b);
  const uint64_t distance = x > y ? static_cast<uint64_t>(x) - static_cast<uint64_t>(y) : static_cast<uint64_t>(y) - static_cast<uint64_t>(x);
  return distance > INT64_MAX ? -1 : static_cast<int64_t>(distance);
}

static std::string cellText(const kiln_cell& cell, ir::Elem elem) {
  switch (cell.kind) {
    case KILN_NUMBER: return elem == ir::Elem::f32 ? formatNumber(static_cast<float>(cell.as.number)) : formatNumber(cell.as.number);
    case KILN_INTEGER:
      if (elem == ir::Elem::date) return formatDate(cell.as.integer);
      if (elem == ir::Elem::time) return formatTime(cell.as.integer);
      if (elem == ir::Elem::datetime) return formatDateTime(cell.as.integer);
      return std::to_string(cell.as.integer);
    case KILN_BOOLEAN: return cell.as.integer ? "true" : "false";
    case KILN_TEXT: return std::string(cell.as.text, cell.length);
    default: return "";
  }
}

namespace {

// Which input or output a column of a verification block means. Names that are neither are not compared.
struct Columns {
  std::vector<int> input, output;   // by column; -1
  std::vector<ir::Elem> outputElem;

  Columns(const ir::Pipeline& pipeline, const ir::Verification& block) {
    std::map<std::string, int> ins, outs;
    for (const ir::SchemaColumn& c : ir::inputColumns(pipeline)) ins.emplace(c.name, static_cast<int>(ins.size()));
    for (const ir::SchemaColumn& c : ir::outputColumns(pipeline)) {
      outs.emplace(c.name, static_cast<int>(outs.size()));
      outputElem.push_back(pipeline.type(pipeline.nodes[c.node].operands[0]).elem);
    }
    auto find = [](const std::map<std::string, int>& map, const std::string& name) {
      const auto it = map.find(name);
      return it == map.end() ? -1 : it->second;
    };
    for (const std::string& name : block.columns) input.push_back(find(ins, name)), output.push_back(find(outs, name));
  }
};

// Inputs of role state: rows of a block stand in the order in which they are to be scored.
class States {
 public:
  explicit States(const ir::Pipeline& pipeline) {
    const std::vector<ir::SchemaColumn> inputs = ir::inputColumns(pipeline);
    for (size_t i = 0; i < inputs.size(); i++) {
      const auto& input = pipeline.nodes[inputs[i].node].op->as<ir::Input>();
      if (input.role != ir::Input::state) continue;
      State state{i, ir::columnFeeding(pipeline, input.field), {}};
      if (!std::isnan(input.reset)) state.cell.kind = KILN_NUMBER, state.cell.as.number = input.reset;
      states_.push_back(state);
    }
  }
  void give(std::vector<kiln_cell>& in) const {
    for (const State& s : states_) in[s.input] = s.cell;
  }
  void take(const std::vector<kiln_cell>& out) {
    for (State& s : states_) s.cell = out[s.output];
  }

 private:
  struct State {
    size_t input, output;
    kiln_cell cell;
  };
  std::vector<State> states_;
};

}  // namespace

static void verifyBlock(const ir::Pipeline& pipeline, const ir::Verification& block, Severity severity, VerificationResult& result,
                        Diagnostics& diagnostics) {
  const Columns columns(pipeline, block);
  ir::Evaluator evaluator(pipeline);
  std::vector<kiln_cell> in(ir::inputColumns(pipeline).size()), out(ir::outputColumns(pipeline).size());
  States states(pipeline);
  uint64_t values = 0, differing = 0;
  std::string first;
  for (size_t r = 0; r < block.rows.size(); r++) {
    for (auto& cell : in) cell = {};
    states.give(in);
    for (size_t c = 0; c < block.columns.size(); c++) {
      const std::string& text = block.rows[r][c];
      if (columns.input[c] < 0 || text.empty()) continue;
      kiln_cell& cell = in[static_cast<size_t>(columns.input[c])];
      cell.kind = KILN_TEXT, cell.as.text = text.data(), cell.length = static_cast<uint32_t>(text.size());
    }
    kiln_status status{};
    evaluator.evaluate(in.data(), out.data(), &status);
    if (!(status.bits & KILN_NO_RESULT)) states.take(out);
    for (size_t c = 0; c < block.columns.size(); c++) {
      if (columns.output[c] < 0 || columns.input[c] >= 0) continue;
      const size_t o = static_cast<size_t>(columns.output[c]);
      const std::string actual = cellText(out[o], columns.outputElem[o]);
      const std::string& expected = block.rows[r][c];
      values++;
      if (acceptable(expected, actual, block.precision[c], block.zeroThreshold[c])) continue;
      if (differing++ != 0) continue;
      first = "row " + std::to_string(r + 1) + ", '" + block.columns[c] + "': expected " + (expected.empty() ? "missing" : expected) +
              ", got " + (actual.empty() ? "missing" : actual);
      const auto e = asNumber(expected), a = asNumber(actual);
      if (e && a && ulps(*e, *a) >= 0) first += " (" + std::to_string(ulps(*e, *a)) + " ulps apart)";
    }
  }
  result.rows += block.rows.size(), result.values += values, result.differing += differing;
  if (differing == 0) return;
  Diagnostic d;
  d.severity = severity, d.kind = Kind::verification;
  d.line = block.place.line, d.column = block.place.column, d.path = block.place.path;
  d.message = std::to_string(differing) + " of " + std::to_string(values) + " values of the embedded verification differ";
  d.notes.push_back(first);
  diagnostics.add(std::move(d));
}

VerificationResult verifyEmbedded(const ir::Pipeline& pipeline, Severity severity, Diagnostics& diagnostics) {
  VerificationResult result;
  for (const ir::Verification& block : pipeline.verifications) verifyBlock(pipeline, block, severity, result, diagnostics);
  return result;
}

}  // namespace kiln::driver
