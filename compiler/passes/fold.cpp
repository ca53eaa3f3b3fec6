// fold: evaluates what depends on constants only. Lowerings write what is simple to write (a link function of an
// intercept, a comparison of two literals in a DEFINE FUNCTION that was inlined); this makes it cost nothing. The
// reference evaluator computes the values, so they are those of the unfolded pipeline by definition. What fails is left
// as it is: the row that needs it must fail, and only then.
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

#include "compiler/ir/constant_part.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr size_t kMostElements = 1 << 16;  // a longer vector is cheaper to compute than to carry

/// The constant nodes of a pipeline; nothing if they are literals already.
std::optional<ConstantPart> constantPart(const Pipeline& pipeline) {
  ConstantPart part(pipeline);
  bool isWorthwhile = false;
  for (const Node& node : pipeline.nodes) {
    if (!part.takes(node)) continue;
    part.add(node);
    isWorthwhile = isWorthwhile || node.op->kind() != OpKind::Const;
  }
  return isWorthwhile ? std::optional(std::move(part)) : std::nullopt;
}

double canonical(double value) { return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value; }

double numberOf(const Datum& datum, Elem elem) {
  return canonical(elem == Elem::f32 ? static_cast<double>(datum.f32) : datum.f64);
}

int64_t integerOf(const Datum& datum, Elem elem) {
  switch (storageOf(elem)) {
    case Storage::i64:
      return datum.i64;
    case Storage::i32:
      return datum.i32;
    default:
      return datum.boolean;
  }
}

class Folder {
 public:
  explicit Folder(Pipeline& pipeline) : pipeline_(pipeline) {
    for (const auto& table : pipeline.tables) tableNames_.insert(table->name);
  }

  /// A constant for this value; null if it cannot be one.
  std::unique_ptr<Const> constant(const RowValue& value, const Type& type, const std::string& name) {
    if (value.failure || type.isList()) return nullptr;
    return type.isScalar() ? scalar(value.elements[0], type) : matrix(value, type, name);
  }

 private:
  static std::unique_ptr<Const> scalar(const Datum& datum, const Type& type) {
    auto op = std::make_unique<Const>();
    op->elem = type.elem;
    if (type.elem == Elem::cat) op->dict.id = type.dict;
    if (datum.missing)
      op->isMissing = true;
    else if (isFloat(type.elem))
      op->number = numberOf(datum, type.elem);
    else if (type.elem == Elem::str)
      op->text = std::string(datum.text);
    else
      op->integer = integerOf(datum, type.elem);
    return op;
  }

  std::unique_ptr<Const> matrix(const RowValue& value, const Type& type, const std::string& name) {
    if (value.elements.size() > kMostElements || !(isNumber(type.elem) || type.elem == Elem::boolean || type.elem == Elem::str))
      return nullptr;
    auto table = std::make_unique<Matrix>();
    table->elem = type.elem, table->shape = type.shape;
    for (const Datum& datum : value.elements) {
      if (datum.missing) return nullptr;
      if (isFloat(type.elem))
        table->numbers.push_back(numberOf(datum, type.elem));
      else if (type.elem == Elem::str)
        table->text.push_back(std::string(datum.text));
      else
        table->integers.push_back(integerOf(datum, type.elem));
    }
    table->name = name;
    for (int n = 2; !tableNames_.insert(table->name).second; n++) table->name = name + '_' + std::to_string(n);
    auto op = std::make_unique<Const>();
    op->elem = type.elem, op->matrix.id = static_cast<TableId>(pipeline_.tables.size());
    pipeline_.tables.push_back(std::move(table));
    return op;
  }

  Pipeline& pipeline_;
  std::unordered_set<std::string> tableNames_;
};

}  // namespace

bool fold(Pipeline& pipeline) {
  auto part = constantPart(pipeline);
  if (!part) return false;
  part->evaluate(pipeline);

  // Nodes of which all results can be constants.
  Folder folder(pipeline);
  std::vector<std::unique_ptr<Const>> folded(pipeline.values.size());
  for (const Node& node : pipeline.nodes) {
    if (node.op->kind() == OpKind::Const) continue;
    for (ValueId v : node.results)
      if (part->has(v)) folded[v] = folder.constant(part->value(v), pipeline.type(v), pipeline.values[v].name);
  }

  bool changed = false;
  Rewriter rewriter(pipeline);
  for (NodeId id = 0; id < rewriter.size(); id++) {
    const Node& node = rewriter.old(id);
    bool whole = !node.results.empty();
    for (ValueId v : node.results) whole = whole && folded[v];
    if (!whole) {
      rewriter.keep(id);
      continue;
    }
    for (ValueId v : node.results)
      rewriter.replace(v, rewriter.add(std::move(folded[v]), {}, rewriter.oldValue(v).name, node.place));
    changed = true;
  }
  return changed;
}

}  // namespace kiln::passes
