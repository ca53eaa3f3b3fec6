// forest: decision trees, walked one after the other.
#include "compiler/ir/nodes/forest.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/forest.h"

namespace kiln::ir {

std::vector<Type> ForestNode::infer(Inference& inference) const {
  expectOperands(inference, 0);
  Type type = scalarType(result == leaf || result == marks ? Elem::i32 : elem, false, anyFallible(inference.operands));
  const Forest* f = inference.table<Forest>(table);
  if (!f) return {type};
  const std::vector<Type>& x = inference.operands;
  uint64_t columns = 0;
  for (size_t i = 0; i < x.size(); i++) {
    expectOperand(inference, i, x[i].elem != Elem::str, "no str");
    columns += x[i].size();
  }
  inference.expect(columns == f->columns,
                   "has " + std::to_string(columns) + " columns, the forest " + std::to_string(f->columns));
  inference.expect(isFloat(elem), "elem must be f64 or f32");
  inference.expect(result != each || f->targets == 1, "result each needs a forest of one target");
  const bool byTree = result != sum && result != average;
  const uint32_t length = byTree ? static_cast<uint32_t>(f->roots.size()) : f->targets;
  inference.expect(!scalar || length == 1, "is no scalar, it has " + std::to_string(length) + " elements");
  if (!scalar) type.shape = {length};
  type.nullable = result != leaf && result != marks && f->reaches(Forest::noPrediction);
  type.fallible |= f->reaches(Forest::fail);
  return {type};
}

// Where a walk of one tree ends.
struct Walk {
  uint32_t leaf = 0, marks = 0;
  Failure failure;
};

// A column of the forest: an element of an operand.
struct ForestColumn {
  const RowValue* value;
  size_t element;
  Storage storage;
};

static std::vector<ForestColumn> columnsOf(const Evaluation& e) {
  std::vector<ForestColumn> columns;
  for (size_t i = 0; i < e.operands(); i++)
    for (uint32_t k = 0; k < e.operandType(i).size(); k++) columns.push_back({&e.operand(i), k, e.operandType(i).storage()});
  return columns;
}

static Walk walk(const Forest& f, uint32_t node, const std::vector<ForestColumn>& columns) {
  Walk w;
  while (!f.isLeaf(node)) {
    const ForestColumn& column = columns[f.column[node]];
    if (column.value->failure) {
      w.failure = column.value->failure;
      return w;
    }
    const Datum& x = column.value->elements[column.element];
    const bool missing = x.missing || isNan(x, column.storage);
    uint32_t exit;
    if (static_cast<Test>(f.test[node]) == Test::isMissing)
      exit = missing ? f.yes[node] : f.no[node];
    else if (missing)
      exit = f.missing[node];
    else
      exit = f.passes(node, toDouble(x, column.storage)) ? f.yes[node] : f.no[node];
    w.marks += (exit & Forest::kMarked) != 0;
    node = Forest::target(exit);
  }
  w.leaf = f.yes[node];
  return w;
}

template <class T>
static void sumTrees(const Forest& f, const ForestNode& op, Evaluation& e, RowValue& y) {
  bool missing = false;
  const std::vector<ForestColumn> columns = columnsOf(e);
  for (uint32_t root : f.roots) {
    const Walk w = walk(f, root, columns);
    const uint8_t kind = f.leafKind.empty() ? uint8_t{Forest::plain} : f.leafKind[w.leaf];
    if (!w.failure && kind == Forest::fail) y.failure = e.failure(KILN_UNDEFINED);
    if (w.failure) y.failure = w.failure;
    if (y.failure) return;  // of the first tree that fails
    missing |= kind == Forest::noPrediction;
    for (uint32_t i = f.leafFirst[w.leaf]; i < f.leafFirst[w.leaf + 1]; i++) {
      Datum& target = y.elements[f.leafTarget.empty() ? 0 : f.leafTarget[i]];
      set(target, static_cast<T>(get<T>(target) + static_cast<T>(f.leafWeight[i])));
    }
  }
  if (op.result == ForestNode::average)
    for (Datum& d : y.elements) set(d, static_cast<T>(get<T>(d) / static_cast<T>(f.roots.size())));
  if (missing) setMissing(y);
}

void ForestNode::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  const Forest& f = e.pipeline.table<Forest>(table);
  if (result == sum || result == average) {
    withFloat(elem, [&](auto zero) { sumTrees<decltype(zero)>(f, *this, e, y); });
    return;
  }
  const std::vector<ForestColumn> columns = columnsOf(e);
  for (size_t t = 0; t < f.roots.size() && !y.failure; t++) {
    const Walk w = walk(f, f.roots[t], columns);
    Datum& d = y.elements[t];
    const uint8_t kind = f.leafKind.empty() ? uint8_t{Forest::plain} : f.leafKind[w.leaf];
    if (w.failure)
      y.failure = w.failure;
    else if (kind == Forest::fail)
      y.failure = e.failure(KILN_UNDEFINED);
    else if (result == leaf)
      d.i32 = static_cast<int32_t>(w.leaf);
    else if (result == marks)
      d.i32 = static_cast<int32_t>(w.marks);
    else if (kind == Forest::noPrediction)
      d.missing = true;
    else if (f.leafFirst[w.leaf] < f.leafFirst[w.leaf + 1])
      d = fromDouble(f.leafWeight[f.leafFirst[w.leaf]], storageOf(elem));
  }
}

}  // namespace kiln::ir
