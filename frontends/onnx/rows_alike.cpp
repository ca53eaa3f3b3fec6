// Two values that choices lead to, compared without their numbers: conditions are taken to be true and false in turn, as far as
// the choices ask for them.
#include <algorithm>
#include <map>
#include <utility>

#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/scalars.h"
#include "frontends/onnx/places.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

namespace {

constexpr int kMostSteps = 1 << 20;   // of a comparison; longer ones count as different
constexpr int kDeepest = 64;          // conditions within conditions

// The row set of the rows of a tensor.
uint32_t rowsOf(const Tensor& x) {
  uint32_t rows = 0;
  for (const Axis& axis : x.axes)
    if (axis.isBatch()) rows = axis.rows;
  return rows;
}
Axes withRows(Axes axes, uint32_t rows) {
  for (Axis& axis : axes)
    if (axis.isBatch()) axis.rows = rows;
  return axes;
}

using Element = std::pair<ValueId, uint32_t>;   // row-major

class Alike {
 public:
  Alike(const ir::Pipeline& pipeline, const RowSets& sets, ValueId condition) : pipeline_(pipeline), sets_(sets), condition_(condition) {}

  bool same(const Tensor& a, const Tensor& b) {
    return always([&] { return sameHere(a, b); });
  }
  bool isApart(uint32_t set) {
    return always([&] {
      const std::optional<bool> excepted = holds({condition_, 0}, 0), in = isIn(set);
      return excepted && in && !(*excepted && *in);
    });
  }

 private:
  // For every way that the conditions can turn out; `here` asks for one that it does not know.
  template <class Here>
  bool always(const Here& here) {
    unknown_.reset();
    const bool is = here();
    if (steps_ > kMostSteps || (!is && !unknown_)) return false;
    if (!unknown_) return true;
    const Element asked = *unknown_;
    for (bool value : {false, true}) {
      known_[asked] = value;
      if (!always(here)) return false;
    }
    known_.erase(asked);
    return true;
  }

  bool sameHere(const Tensor& a, const Tensor& b) {
    const std::optional<bool> excepted = holds({condition_, 0}, 0);
    if (!excepted || *excepted) return excepted.has_value();
    const std::optional<bool> inA = isIn(rowsOf(a)), inB = isIn(rowsOf(b));
    if (!inA || !inB || *inA != *inB) return false;
    return !*inA || sameElements(a, b);   // of no such row there is nothing to compare
  }

  bool sameElements(const Tensor& a, const Tensor& b) {
    if (a.isConstant() || b.isConstant()) return a.host && b.host && sameHost(*a.host, *b.host);
    for (uint32_t e = 0; e < a.count(); e++)
      if (!sameElement({a.value, e}, {b.value, e})) return false;
    return true;
  }

  // Of two choices the later one is followed first: where they meet, those before need not be known.
  bool sameElement(Element a, Element b) {
    while (true) {
      a = moved(a), b = moved(b);
      if (a == b) return true;
      Element& later = a.first > b.first ? a : b;
      const std::optional<Element> from = chosen(later);
      if (!from || *from == later) return false;
      later = *from;
    }
  }

  static bool sameHost(const Elements& a, const Elements& b) {
    return a.numbers == b.numbers && a.integers == b.integers && a.texts == b.texts && a.powers == b.powers && a.rows == b.rows;
  }

  std::optional<bool> isIn(uint32_t set) { return set == 0 ? std::optional<bool>(true) : holds({sets_.isIn(set), 0}, 0); }

  // The element that nodes which only move elements have it from.
  Element moved(Element e) {
    while (++steps_ <= kMostSteps) {
      const auto& node = pipeline_.producer(e.first);
      switch (node.op->kind()) {
        case ir::OpKind::Reshape: e.first = node.operands[0]; break;
        case ir::OpKind::Take: {
          const auto& take = node.op->as<ir::Take>();
          if (take.at.empty()) return e;
          const uint32_t run = pipeline_.type(e.first).size() / static_cast<uint32_t>(take.at.size());
          e = {node.operands[0], take.at[e.second / run] * run + e.second % run};
          break;
        }
        case ir::OpKind::Arrange: {
          const int64_t from = node.op->as<ir::Arrange>().source(e.second);
          if (from < 0) return e;
          e = {node.operands[0], static_cast<uint32_t>(from)};
          break;
        }
        case ir::OpKind::Concat: e = part(node, e.second); break;
        default: return e;
      }
    }
    return e;
  }

  // The element that a select has it from, e itself if it is no select; nothing if the choice is not known yet.
  std::optional<Element> chosen(Element e) {
    const auto& node = pipeline_.producer(e.first);
    if (node.op->kind() != ir::OpKind::Select) return e;
    for (size_t i = 0; i < 3; i++)
      if (!operandAt(node, i, e)) return e;
    const std::optional<bool> taken = holds(*operandAt(node, 0, e), 0);
    return taken ? operandAt(node, *taken ? 1 : 2, e) : std::nullopt;
  }

  Element part(const ir::Node& node, uint32_t at) const {
    const auto& concat = node.op->as<ir::Concat>();
    uint32_t whole = 0;
    for (ValueId operand : node.operands) whole += concat.run(pipeline_.type(operand).shape);
    const uint32_t outer = at / whole;
    uint32_t rest = at % whole;
    for (ValueId operand : node.operands) {
      const uint32_t run = concat.run(pipeline_.type(operand).shape);
      if (rest < run) return {operand, outer * run + rest};
      rest -= run;
    }
    return {node.operands.back(), 0};
  }

  // The element of an operand that meets element e of the result; nothing where it is spread along some axes.
  std::optional<Element> operandAt(const ir::Node& node, size_t i, Element e) const {
    const ir::Type& type = pipeline_.type(node.operands[i]);
    if (type.isScalar()) return Element{node.operands[i], 0};
    return type.shape == pipeline_.type(e.first).shape ? std::optional<Element>({node.operands[i], e.second}) : std::nullopt;
  }

  // Whether a condition holds; nothing, and it is asked for, if that is not known.
  std::optional<bool> holds(Element e, int depth) {
    const Element from = moved(e);
    const auto& node = pipeline_.producer(from.first);
    if (const auto* constant = node.op->to<ir::Const>(); constant && constant->integer) return *constant->integer != 0;
    if (const auto* call = node.op->to<ir::Call>(); call && depth < kDeepest) {
      const std::string name = call->function->name;
      const std::optional<Element> a = operandAt(node, 0, from), b = node.operands.size() == 2 ? operandAt(node, 1, from) : std::nullopt;
      if (name == "not" && a) return inverse(holds(*a, depth + 1));
      if ((name == "and" || name == "or") && a && b) {
        const std::optional<bool> left = holds(*a, depth + 1);
        return !left || *left == (name == "or") ? left : holds(*b, depth + 1);
      }
      if (name == "eq" && a && isCastOfBool(a->first) && isZero(node.operands[1]))
        if (const auto x = operandAt(pipeline_.producer(a->first), 0, *a)) return inverse(holds(*x, depth + 1));
    }
    if (const auto known = known_.find(from); known != known_.end()) return known->second;
    unknown_ = from;
    return std::nullopt;
  }
  static std::optional<bool> inverse(std::optional<bool> x) { return x ? std::optional<bool>(!*x) : std::nullopt; }

  bool isCastOfBool(ValueId value) const {
    const auto& node = pipeline_.producer(value);
    return node.op->kind() == ir::OpKind::Cast && pipeline_.type(node.operands[0]).elem == ir::Elem::boolean;
  }
  bool isZero(ValueId value) const {
    const auto* constant = pipeline_.producer(value).op->to<ir::Const>();
    return constant && (constant->integer == 0 || constant->number == 0);
  }

  const ir::Pipeline& pipeline_;
  const RowSets& sets_;
  ValueId condition_;
  std::map<Element, bool> known_;
  std::optional<Element> unknown_;
  int steps_ = 0;
};

}  // namespace

std::optional<Value> forAnyRow(OperatorImport& n, ValueId condition, const Value& some, const Value& none) {
  if (some.kind != Value::tensor || none.kind != Value::tensor || n.build.type(condition).nullable) return std::nullopt;
  const Tensor &x = some.data, &y = none.data;
  const Axes wide = withRows(x.axes, rowsOf(y));
  if (x.type != y.type || irShape(x.axes) != irShape(y.axes) || !Alike(n.build.pipeline(), n.rowSets(), condition).same(x, y)) return std::nullopt;
  if (wide == y.axes) return some;
  // Of other axes of size 1: none of the rows for which the condition holds may have them.
  if (!hasBatch(x.axes) || !hasBatch(y.axes) || !Alike(n.build.pipeline(), n.rowSets(), condition).isApart(rowsOf(x))) return std::nullopt;
  Tensor result = y;
  result.axes = withRows(y.axes, rowsOf(x));
  return valueOf(std::move(result));
}

}  // namespace kiln::onnx
