// The verifier. What holds in a sound pipeline:
//  1. Tables have unique names, and each keeps its own rules (tables/*.cpp): vectors of matching length, sets and keys
//     ascending, forests with parents before children and exits inside their tree, references to tables of the right
//     kind. While a table is broken, nodes are not looked at.
//  2. Every value is the result of one node, which lists it at its place; values have unique names.
//  3. Operands are results of earlier nodes: nodes stand in topological order.
//  4. Operands and fields are what the node's `infer` asks for, and its results have the types that it infers, `?` and
//  `!`
//     included.
//  5. A cat type names a dict. A shape has at most 8 dimensions, none of them 0, and at most 2^24 elements.
//  6. Columns of inputs have unique, non-empty names; so do those of outputs.
//  7. Where a node blames an input (`field` of prepare, raise_if and encode), there is that input.
//  8. Tests of a forest fit the columns that they are given: sets and constants of cat columns are codes of the dict,
//     order only where that is ordered.
//  9. Verification rows have one cell, precision and zero threshold a column, and columns are inputs or outputs.
// 10. One output feeds each input of role state, with values of its type; no output feeds any other.
// Everything is linear in the pipeline, and every violation is reported.
#include "compiler/ir/verify.h"

#include <map>
#include <unordered_set>

#include "compiler/ir/columns.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/print.h"
#include "compiler/ir/tables/checks.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/support/number.h"

namespace kiln::ir {

namespace {

class Verifier {
 public:
  explicit Verifier(const Pipeline& pipeline) : p_(pipeline) {}
  std::vector<Problem> problems;

  void tables() {
    std::unordered_set<std::string> names;
    for (TableId id = 0; id < p_.tables.size(); id++) {
      const Table& table = *p_.tables[id];
      std::vector<std::string> found;
      if (table.name.empty()) found.push_back("a table has no name");
      if (!names.insert(table.name).second) found.push_back("its name occurs twice");
      table.verify(p_, found);
      for (std::string& message : found)
        problems.push_back({kNone, id, "table '@" + table.name + "': " + std::move(message)});
    }
  }

  void nodes() {
    defined_.resize(p_.values.size());
    names_.reserve(p_.values.size());
    for (NodeId id = 0; id < p_.nodes.size(); id++) node(id);
    for (const auto& [field, state] : states_)
      if (!state.fed) report(state.node, "no output feeds state '" + field + "'");
    for (ValueId v = 0; v < p_.values.size(); v++)
      if (!defined_[v]) report(kNone, "value '%" + p_.values[v].name + "' is the result of no node");
  }

  void verifications() {
    std::unordered_set<std::string> known(inputs_);
    known.insert(outputs_.begin(), outputs_.end());
    for (const Verification& v : p_.verifications) {
      for (const std::string& column : v.columns)
        if (!known.contains(column)) report(kNone, "verification column '" + column + "' is neither input nor output");
      size_t n = v.columns.size();
      if (v.precision.size() != n || v.zeroThreshold.size() != n)
        report(kNone, "verification has " + std::to_string(n) + " columns, " + std::to_string(v.precision.size()) +
                          " precisions and " + std::to_string(v.zeroThreshold.size()) + " zero thresholds");
      for (size_t r = 0; r < v.rows.size(); r++)
        if (v.rows[r].size() != n)
          report(kNone, "verification row " + std::to_string(r) + " has " + std::to_string(v.rows[r].size()) +
                            " cells for " + std::to_string(n) + " columns");
    }
  }

 private:
  // One function, to put a breakpoint on.
  void report(NodeId node, std::string message) { problems.push_back({node, kNone, std::move(message)}); }

  void node(NodeId id) {
    const Node& n = p_.nodes[id];
    bool operandsOk = true;
    for (size_t i = 0; i < n.operands.size(); i++) {
      ValueId v = n.operands[i];
      if (v < defined_.size() && defined_[v]) continue;
      operandsOk = false;
      report(id, "operand " + std::to_string(i + 1) + " of '" + n.op->name() + "' is " +
                     (v < p_.values.size() ? "not defined above" : "no value"));
    }
    results(id, n);
    if (operandsOk) types(id, n);
    fields(id, n);
  }

  void results(NodeId id, const Node& n) {
    for (uint32_t i = 0; i < n.results.size(); i++) {
      ValueId v = n.results[i];
      if (v >= p_.values.size() || defined_[v] || p_.values[v].node != id || p_.values[v].result != i) {
        report(id, "result " + std::to_string(i + 1) + " of '" + n.op->name() + "' is not a value of its own");
        continue;
      }
      defined_[v] = true;
      const Value& value = p_.values[v];
      if (value.name.empty() || !names_.insert(value.name).second)
        report(id, "value name '%" + value.name + "' is empty or occurs twice");
    }
  }

  void types(NodeId id, const Node& n) {
    Inference inference{p_, {}, {}};
    for (ValueId v : n.operands) inference.operands.push_back(p_.type(v));
    std::vector<Type> types = n.op->infer(inference);
    for (std::string& problem : inference.problems)
      report(id, std::string("'") + n.op->name() + "': " + std::move(problem));
    if (!inference.problems.empty()) return;
    if (types.size() != n.results.size()) {
      report(id, std::string("'") + n.op->name() + "' has " + std::to_string(types.size()) + " results, found " +
                     std::to_string(n.results.size()));
      return;
    }
    for (size_t i = 0; i < types.size(); i++) {
      if (n.results[i] >= p_.values.size()) continue;
      const Value& value = p_.values[n.results[i]];
      if (value.type != types[i])
        report(id, "type of '%" + value.name + "' is " + printType(p_, value.type) + ", expected " +
                       printType(p_, types[i]));
      shape(id, types[i]);
    }
  }

  void shape(NodeId id, const Type& t) {
    if (t.elem == Elem::cat && (t.dict >= p_.tables.size() || p_.tables[t.dict]->kind() != TableKind::Dict))
      report(id, "a cat needs a dict");
    uint64_t size = 1;
    for (uint32_t d : t.shape)
      size = d > kMostElements ? kMostElements + 1 : std::min<uint64_t>(size * d, kMostElements + 1);
    if (t.shape.size() > 8 || size == 0 || size > kMostElements)
      report(id, "shape of " + printType(p_, t) + " is too large or empty");
  }

  void fields(NodeId id, const Node& n) {
    if (auto* input = n.op->to<Input>()) {
      const auto& shape = input->list ? std::vector<uint32_t>() : input->columns.empty() ? input->shape : input->columns;
      if (small(shape)) inputCount_ += columns(id, "input", columnNames(input->field, shape), inputs_);
      if (input->role == Input::state) states_.emplace(input->field, State{id, false});
    } else if (auto* output = n.op->to<Output>()) {
      if (n.operands.size() != 1 || n.operands[0] >= p_.values.size()) return;
      const auto& shape = output->columns.empty() ? p_.type(n.operands[0]).shape : output->columns;
      if (small(shape)) columns(id, "output", columnNames(output->field, shape, output->labels), outputs_);
      if (!output->feeds.empty()) feeds(id, n, *output);
    } else if (auto* prepare = n.op->to<Prepare>()) {
      blame(id, prepare->fieldIndex);
    } else if (auto* raise = n.op->to<RaiseIf>()) {
      blame(id, raise->fieldIndex);
    } else if (auto* encode = n.op->to<Encode>()) {
      blame(id, encode->fieldIndex);
    } else if (auto* forest = n.op->to<ForestNode>()) {
      if (forest->table.id < p_.tables.size() && p_.tables[forest->table.id]->kind() == TableKind::Forest)
        tests(id, n, p_.table<Forest>(forest->table));
    }
  }

  // Shapes that are too large have been reported.
  static bool small(const std::vector<uint32_t>& shape) {
    uint64_t size = 1;
    for (uint32_t d : shape) size = std::min<uint64_t>(size * d, kMostElements + 1);
    return size <= kMostElements;
  }
  uint32_t columns(NodeId id, const char* what, const std::vector<std::string>& names, std::unordered_set<std::string>& taken) {
    for (const std::string& name : names)
      if (name.empty() || !taken.insert(name).second) report(id, std::string(what) + " field '" + name + "' is empty or occurs twice");
    return static_cast<uint32_t>(names.size());
  }

  struct State {
    NodeId node;
    bool fed;
  };
  void feeds(NodeId id, const Node& n, const Output& output) {
    const auto found = states_.find(output.feeds);
    if (found == states_.end() || found->second.fed)
      return report(id, "feeds '" + output.feeds + "', which is no input of role state above, or is fed already");
    found->second.fed = true;
    const std::vector<ValueId>& state = p_.nodes[found->second.node].results;
    if (state.size() != 1 || state[0] >= p_.values.size()) return;
    const Type &from = p_.type(n.operands[0]), &to = p_.type(state[0]);
    if (from.elem != to.elem || from.dict != to.dict || !from.isScalar() || !to.isScalar())
      report(id, "feeds '" + output.feeds + "', which is of another type");
  }

  // Inputs stand before what uses them, so those seen so far are enough.
  void blame(NodeId id, uint32_t field) {
    if (field != kNone && field >= inputCount_)
      report(id,
             "field " + std::to_string(field) + " is no input: there are " + std::to_string(inputCount_) + " above");
  }

  void tests(NodeId id, const Node& n, const Forest& f) {
    std::vector<const Dict*> dicts;     // of each column
    std::vector<ValueId> values;
    for (ValueId v : n.operands) {
      if (v >= p_.values.size()) return;
      const Type& t = p_.type(v);
      const bool coded = t.elem == Elem::cat && t.dict < p_.tables.size() && p_.tables[t.dict]->kind() == TableKind::Dict;
      dicts.insert(dicts.end(), t.size(), coded ? &p_.table<Dict>({t.dict}) : nullptr);
      values.insert(values.end(), t.size(), v);
    }
    if (dicts.size() != f.columns) return;  // infer has said so
    std::vector<double> largest = largestCodes(f);
    std::vector<std::string> found;
    Checks checks(found);
    for (uint32_t i = 0; i < f.nodes(); i++) {
      auto test = static_cast<Test>(f.test[i]);
      const Dict* dict = f.isLeaf(i) ? nullptr : dicts[f.column[i]];
      if (!dict || test == Test::isMissing) continue;
      double code = test == Test::inSet ? largest[f.set[i]] : f.constant[i];
      bool isCode =
          (test == Test::inSet && code == -1) || (code >= 0 && code < dict->size() && code == std::floor(code));
      bool orders = test != Test::equal && test != Test::notEqual && test != Test::inSet;
      auto message = [&, this](const char* what) {
        return "node " + std::to_string(i) + " of its forest " + what + " of '%" +
               p_.values[values[f.column[i]]].name + "'";
      };
      checks.expect(isCode, [&] { return message("tests what is no code"); });
      checks.expect(!orders || dict->ordered, [&] { return message("asks for the order"); });
    }
    for (std::string& message : found) report(id, std::move(message));
  }

  /// Of each set; -1 if it is empty, infinity if it has a member that cannot be a code.
  static std::vector<double> largestCodes(const Forest& f) {
    std::vector<double> largest;
    for (size_t s = 0; s + 1 < f.setFirst.size(); s++) {
      double& most = largest.emplace_back(-1);
      for (uint32_t m = f.setFirst[s]; m < f.setFirst[s + 1]; m++) {
        double member = f.setMember[m];
        bool integer = member >= 0 && member == std::floor(member);
        most = std::max(most, integer ? member : std::numeric_limits<double>::infinity());
      }
    }
    return largest;
  }

  static constexpr uint64_t kMostElements = 1u << 24;
  const Pipeline& p_;
  std::vector<bool> defined_;
  std::unordered_set<std::string_view> names_;
  std::unordered_set<std::string> inputs_, outputs_;
  uint32_t inputCount_ = 0;
  std::map<std::string, State> states_;   // by field
};

}  // namespace

std::vector<Problem> verifyTables(const Pipeline& pipeline) {
  Verifier verifier(pipeline);
  verifier.tables();
  return std::move(verifier.problems);
}

std::vector<Problem> verify(const Pipeline& pipeline) {
  Verifier verifier(pipeline);
  verifier.tables();
  if (!verifier.problems.empty()) return std::move(verifier.problems);
  verifier.nodes(), verifier.verifications();
  return std::move(verifier.problems);
}

}  // namespace kiln::ir
