// code_functions: what is computed as text from one code becomes a table by that code. Pipelines of strings (replace, substring, match,
// regroup, then compare) start from a categorical field: its labels are known, so the text of each is worked out here and not for every row.
// The evaluator computes the entries, for each label, for "some other value" of an open dictionary and for a missing code; where one fails, the
// node stays, since rows must fail there. Left alone are codes that may have failed, and what no text is made for: a few operations cost less
// than a table.
#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "compiler/ir/builder.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/passes/lookup_rows.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr size_t kMostCodes = 4096, kMostNodes = 256;
constexpr ValueId kConstant = kNone, kOther = kNone - 1;   // what a value depends on, if not on one code

class CodeFunctions {
 public:
  explicit CodeFunctions(Pipeline& pipeline) : pipeline_(pipeline), code_(pipeline.values.size(), kOther), text_(pipeline.values.size(), false) {
    for (const Node& node : pipeline.nodes) classify(node);
  }

  bool run() {
    std::unordered_map<NodeId, TableId> tables;
    for (const ValueId v : results()) {
      Lookup table;
      if (!tabulate(v, table)) continue;
      table.name = pipeline_.values[v].name;
      tables[pipeline_.values[v].node] = TableAdder(pipeline_).add(std::make_unique<Lookup>(std::move(table)));
    }
    if (tables.empty()) return false;
    Rewriter rewriter(pipeline_);
    for (NodeId id = 0; id < rewriter.size(); id++) {
      const auto table = tables.find(id);
      if (table == tables.end()) {
        rewriter.keep(id);
        continue;
      }
      const ValueId old = rewriter.old(id).results[0];
      auto lookup = std::make_unique<LookupNode>();
      lookup->table.id = table->second;
      rewriter.replace(old, rewriter.add(std::move(lookup), {rewriter.now(code_[old])}, rewriter.oldValue(old).name, rewriter.old(id).place));
    }
    return true;
  }

 private:
  bool isCode(const Type& type) const {
    if (type.elem != Elem::cat || !type.isScalar() || type.fallible) return false;
    const Dict& dict = pipeline_.table<Dict>(TableRef{type.dict});
    return dict.size() != 0 && dict.size() <= kMostCodes;
  }
  bool isFunction(const Node& node) const {
    return isPure(*node.op) && node.results.size() == 1 && pipeline_.type(node.results[0]).isScalar() && node.op->kind() != OpKind::ForestNode;
  }

  /// Of which code a node's result is a function, and whether text is made on the way.
  void classify(const Node& node) {
    if (isFunction(node)) {
      const ValueId y = node.results[0];
      ValueId code = kConstant;
      bool text = pipeline_.type(y).elem == Elem::str;
      for (ValueId v : node.operands) {
        code = code == kConstant || code == code_[v] ? code_[v] : code_[v] == kConstant ? code : kOther;
        text = text || text_[v];
      }
      code_[y] = code, text_[y] = text && code != kConstant;
    }
    for (ValueId y : node.results)
      if (code_[y] == kOther && isCode(pipeline_.type(y))) code_[y] = y, text_[y] = false;
  }

  /// Functions of one code, of several nodes, that others than such functions read.
  std::vector<ValueId> results() const {
    std::vector<bool> read(pipeline_.values.size(), false);
    for (const Node& node : pipeline_.nodes)
      for (ValueId v : node.operands)
        if (!isFunction(node) || code_[node.results[0]] != code_[v]) read[v] = true;
    std::vector<ValueId> found;
    for (ValueId v = 0; v < read.size(); v++) {
      if (!read[v] || !text_[v] || code_[v] >= kOther || code_[v] == v) continue;
      const std::vector<ValueId>& operands = pipeline_.producer(v).operands;
      const bool isFirst = std::all_of(operands.begin(), operands.end(), [&](ValueId x) { return x == code_[v] || code_[x] == kConstant; });
      if (!isFirst) found.push_back(v);
    }
    return found;
  }

  /// The values of v by its code. False if one fails, or if it takes too many nodes.
  bool tabulate(ValueId v, Lookup& table) {
    const ValueId code = code_[v];
    const Type& type = pipeline_.type(code);
    const Dict& dict = pipeline_.table<Dict>(TableRef{type.dict});
    Pipeline part;
    part.tables = pipeline_.tables;
    Builder build(part);
    Input input;
    input.field = "code", input.elem = Elem::cat, input.dict.id = type.dict;
    std::unordered_map<ValueId, ValueId> now{{code, build.add(input)}};
    if (!addNodes(v, build, now)) return false;
    const Type& made = pipeline_.type(v);
    table.elem = made.elem, table.dict.id = made.elem == Elem::cat ? made.dict : kNone, table.sizes = {dict.size()};
    Evaluator evaluator(part);
    const auto valueOf = [&](kiln_cell cell) -> const RowValue& {
      kiln_status status;
      evaluator.evaluate(&cell, nullptr, &status);
      return evaluator.values()[now[v]];
    };
    // A row of its own, unless it is missing, as a look-up that has none is.
    const auto otherRow = [&](std::optional<int64_t>& row, const kiln_cell& cell) {
      const RowValue& value = valueOf(cell);
      if (value.failure) return false;
      if (value.elements[0].missing) return true;
      row = static_cast<int64_t>(table.missing.size());
      appendElements(value, made.storage(), table);
      return true;
    };
    kiln_cell cell{};
    cell.kind = KILN_CODE;
    for (cell.as.integer = 0; cell.as.integer < dict.size(); cell.as.integer++) {
      const RowValue& value = valueOf(cell);
      if (value.failure) return false;
      appendElements(value, made.storage(), table);
    }
    if (dict.open && !otherRow(table.defaultRow, cell)) return false;
    if (type.nullable && !otherRow(table.missingRow, kiln_cell{})) return false;
    dropUnusedMarks(table);
    return true;
  }

  /// Adds the nodes from the code to v, which `now` maps to what they are in the part.
  bool addNodes(ValueId v, Builder& build, std::unordered_map<ValueId, ValueId>& now) const {
    std::set<NodeId> needed;   // in program order
    std::vector<ValueId> pending{v};
    while (!pending.empty()) {
      const ValueId x = pending.back();
      pending.pop_back();
      if (now.count(x) != 0 || !needed.insert(pipeline_.values[x].node).second) continue;
      if (needed.size() > kMostNodes) return false;
      const auto& operands = pipeline_.producer(x).operands;
      pending.insert(pending.end(), operands.begin(), operands.end());
    }
    for (const NodeId id : needed) {
      const Node& node = pipeline_.nodes[id];
      std::vector<ValueId> operands;
      for (ValueId x : node.operands) operands.push_back(now.at(x));
      now[node.results[0]] = build.addNode(node.op->clone(), operands, "").front();
    }
    return true;
  }

  Pipeline& pipeline_;
  std::vector<ValueId> code_;   // of each value: the code that it is a function of
  std::vector<bool> text_;      // whether text is made of it on the way
};

}  // namespace

bool code_functions(Pipeline& pipeline) { return CodeFunctions(pipeline).run(); }

}  // namespace kiln::passes
