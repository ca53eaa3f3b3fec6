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
  inference.expect(x.size() == f->columns,
                   "has " + std::to_string(x.size()) + " columns, the forest " + std::to_string(f->columns));
  for (size_t i = 0; i < x.size(); i++)
    expectOperand(inference, i, x[i].isScalar() && x[i].elem != Elem::str, "a scalar, no str");
  inference.expect(isFloat(elem), "elem must be f64 or f32");
  inference.expect(result != each || f->targets == 1, "result each needs a forest of one target");
  const bool byTree = result != sum && result != average;
  const uint32_t length = byTree ? static_cast<uint32_t>(f->roots.size()) : f->targets;
  inference.expect(!scalar || length == 1, "is no scalar, it has " + std::to_string(length) + " elements");
  if (!scalar) type.shape = {length};
  const auto has = [&](uint8_t kind) {
    return std::find(f->leafKind.begin(), f->leafKind.end(), kind) != f->leafKind.end();
  };
  type.nullable = result != leaf && result != marks && has(Forest::noPrediction);
  type.fallible |= has(Forest::fail);
  return {type};
}

// Where a walk of one tree ends.
struct Walk {
  uint32_t leaf = 0, marks = 0;
  Failure failure;
};

static bool inSet(const Forest& f, uint32_t set, double v) {
  return std::binary_search(f.setMember.begin() + f.setFirst[set], f.setMember.begin() + f.setFirst[set + 1], v);
}

static bool passes(const Forest& f, uint32_t node, double v) {
  const double c = f.constant[node];
  switch (static_cast<Test>(f.test[node])) {
    case Test::less: return v < c;
    case Test::lessOrEqual: return v <= c;
    case Test::greater: return v > c;
    case Test::greaterOrEqual: return v >= c;
    case Test::equal: return v == c;
    case Test::notEqual: return v != c;
    default: return inSet(f, f.set[node], v);
  }
}

static Walk walk(const Forest& f, uint32_t node, const Evaluation& e) {
  Walk w;
  while (!f.isLeaf(node)) {
    const uint32_t column = f.column[node];
    const RowValue& x = e.operand(column);
    if (x.failure) {
      w.failure = x.failure;
      return w;
    }
    const Storage storage = e.operandType(column).storage();
    const bool missing = x.elements[0].missing || isNan(x.elements[0], storage);
    uint32_t exit;
    if (static_cast<Test>(f.test[node]) == Test::isMissing)
      exit = missing ? f.yes[node] : f.no[node];
    else if (missing)
      exit = f.missing[node];
    else
      exit = passes(f, node, toDouble(x.elements[0], storage)) ? f.yes[node] : f.no[node];
    w.marks += (exit & Forest::kMarked) != 0;
    node = Forest::target(exit);
  }
  w.leaf = f.yes[node];
  return w;
}

template <class T>
static void sumTrees(const Forest& f, const ForestNode& op, Evaluation& e, RowValue& y) {
  bool missing = false;
  for (uint32_t root : f.roots) {
    const Walk w = walk(f, root, e);
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
  for (size_t t = 0; t < f.roots.size() && !y.failure; t++) {
    const Walk w = walk(f, f.roots[t], e);
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
