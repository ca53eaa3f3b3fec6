// tabulate: a function of a looked-up value becomes a table of its results. Exporters chain encoders (text to number, number to
// text, number to one-hot column), and PMML derives fields from categories: each step is a look-up of its own, of text even a hash,
// where one table by the first code says it all. The evaluator computes the entries, so they are what the row would have got;
// where an entry fails, the node stays. Taken are elementwise nodes of one looked-up value, used nowhere else, and constants.
#include <algorithm>
#include <optional>
#include <unordered_set>

#include "compiler/ir/builder.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/passes/lookup_rows.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr size_t kMostRows = 1 << 16;

/// The values that a node may look up, one a row of a table; and the operands that it does so by.
struct LookedUp {
  Lookup table;                    ///< its values
  std::vector<ValueId> keys;
};

class Tabulator {
 public:
  explicit Tabulator(Pipeline& pipeline) : pipeline_(pipeline), uses_(pipeline.values.size()) {
    for (const Node& node : pipeline.nodes)
      for (ValueId v : node.operands) uses_[v]++;
    for (const auto& table : pipeline.tables) tableNames_.insert(table->name);
  }

  bool run() {
    Rewriter rewriter(pipeline_);
    bool changed = false;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      if (isElementwise(*rewriter.old(id).op) && tabulate(rewriter, id))
        changed = true;
      else
        rewriter.keep(id);
    }
    return changed;
  }

 private:
  static bool isElementwise(const Op& op) {
    if (const auto* call = op.to<Call>()) return call->function->missing == MissingRule::strict;
    if (const auto* cast = op.to<Cast>()) return cast->mode != Cast::label;
    return op.kind() == OpKind::Encode || op.kind() == OpKind::LookupNode;
  }

  bool isConstant(ValueId v) const {
    const auto* constant = pipeline_.producer(v).op->to<Const>();
    return constant && pipeline_.type(v).isScalar() && !constant->isMissing;
  }

  /// What the operand looks up, if it does, and every value is one of a row.
  std::optional<LookedUp> lookedUp(ValueId v) const {
    const Node& node = pipeline_.producer(v);
    LookedUp result;
    result.keys = node.operands;
    if (const auto* cast = node.op->to<Cast>(); cast && cast->mode == Cast::label) {
      const Dict& dict = pipeline_.table<Dict>(TableRef{pipeline_.type(node.operands[0]).dict});
      result.table.elem = dict.elem, result.table.sizes = {dict.size()};
      result.table.text = dict.text, result.table.numbers = dict.numbers, result.table.integers = dict.integers;
      return result.table.rows() && result.table.rows() <= kMostRows ? std::optional(result) : std::nullopt;
    }
    const auto* lookup = node.op->to<LookupNode>();
    if (!lookup) return std::nullopt;
    const Lookup& table = pipeline_.table<Lookup>(lookup->table);
    if (table.width || !table.missing.empty() || table.rows() == 0 || table.rows() > kMostRows) return std::nullopt;
    result.table = table;
    return result;
  }

  bool tabulate(Rewriter& rewriter, NodeId id) {
    const Node& node = rewriter.old(id);
    const std::vector<ValueId> operands = rewriter.operandsNow(id);
    size_t at = operands.size();
    for (size_t i = 0; i < operands.size(); i++) {
      if (isConstant(operands[i])) continue;
      if (at != operands.size()) return false;
      at = i;
    }
    if (at == operands.size() || uses_[node.operands[at]] != 1) return false;
    // A missing value has no row: a look-up that has one for it says more.
    if (const auto* outer = node.op->to<LookupNode>())
      if (pipeline_.table<Lookup>(outer->table).missingRow && pipeline_.type(operands[at]).nullable) return false;
    std::optional<LookedUp> from = lookedUp(operands[at]);
    if (!from || !setResults(*node.op, operands, at, from->table)) return false;

    auto op = std::make_unique<LookupNode>();
    op->table.id = addTable(std::move(from->table), rewriter.oldValue(node.results[0]).name);
    const ValueId y = rewriter.add(std::move(op), from->keys, rewriter.oldValue(node.results[0]).name, node.place);
    rewriter.replace(node.results[0], y);
    return true;
  }

  /// The table's values become those of the node, operand `at` being each of them; false if one fails.
  bool setResults(const Op& op, const std::vector<ValueId>& operands, size_t at, Lookup& table) {
    const bool isCode = table.elem == Elem::cat;
    if (isCode ? op.kind() != OpKind::LookupNode : !(isNumber(table.elem) || table.elem == Elem::boolean || table.elem == Elem::str))
      return false;
    Pipeline part;
    part.tables.swap(pipeline_.tables);   // lent, for the evaluation
    const size_t lent = part.tables.size();
    const bool ok = evaluate(part, op, operands, at, table);
    part.tables.resize(lent);
    part.tables.swap(pipeline_.tables);
    return ok;
  }

  bool evaluate(Pipeline& part, const Op& op, const std::vector<ValueId>& operands, size_t at, Lookup& table) {
    Builder build(part);
    std::vector<ValueId> inputs;
    for (size_t i = 0; i < operands.size(); i++) {
      Const constant;
      if (i != at) {
        constant = pipeline_.producer(operands[i]).op->as<Const>();
      } else {
        Matrix all;
        all.elem = table.elem == Elem::cat ? Elem::i32 : table.elem, all.shape = {table.rows()};
        all.numbers = table.numbers, all.integers = table.integers, all.text = table.text;
        constant.elem = all.elem, constant.matrix = build.table(std::move(all), "rows");
      }
      inputs.push_back(build.add(std::move(constant)));
    }
    ValueId y = kNone;
    try {
      y = build.addNode(op.clone(), inputs, "").front();
    } catch (const BuildError&) {
      return false;   // a comparison of codes: constants of a cat have no vectors
    }
    Evaluator evaluator(part);
    kiln_status status;
    evaluator.evaluate(nullptr, nullptr, &status);
    return take(evaluator.values()[y], part.type(y), table);
  }

  static bool take(const RowValue& results, const Type& type, Lookup& table) {
    if (results.failure) return false;
    table.elem = type.elem, table.dict.id = type.elem == Elem::cat ? type.dict : kNone;
    table.numbers.clear(), table.integers.clear(), table.text.clear(), table.missing.clear();
    appendElements(results, type.storage(), table);
    dropUnusedMarks(table);
    return true;
  }

  TableId addTable(Lookup table, const std::string& name) {
    table.name = name;
    for (int n = 2; !tableNames_.insert(table.name).second; n++) table.name = name + '_' + std::to_string(n);
    pipeline_.tables.push_back(std::make_unique<Lookup>(std::move(table)));
    return static_cast<TableId>(pipeline_.tables.size() - 1);
  }

  Pipeline& pipeline_;
  std::vector<uint32_t> uses_;
  std::unordered_set<std::string> tableNames_;
};

}  // namespace

bool tabulate(Pipeline& pipeline) { return Tabulator(pipeline).run(); }

}  // namespace kiln::passes
