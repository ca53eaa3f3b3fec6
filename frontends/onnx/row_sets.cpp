#include "frontends/onnx/row_sets.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/select.h"
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

uint32_t RowSets::add(uint32_t within, ValueId condition) {
  for (size_t i = 0; i < sets_.size(); i++)
    if (sets_[i].within == within && sets_[i].condition == condition) return static_cast<uint32_t>(i + 1);
  const ValueId isIn = within == 0 ? condition : build_.call("and", {this->isIn(within), condition});
  sets_.push_back({within, condition, isIn});
  return static_cast<uint32_t>(sets_.size());
}

bool RowSets::isWithin(uint32_t inner, uint32_t outer) const {
  while (inner != outer && inner != 0) inner = sets_[inner - 1].within;
  return inner == outer;
}

bool isRows(const Axis& axis) { return axis.isBatch() && axis.size == 1; }

Tensor placesOfRows(const Axis& rows) {
  Elements place;
  place.integers = {0}, place.powers = {kPlace}, place.rows = rows.rows;
  return hostTensor(ElementType::i64, {rows}, std::move(place));
}

bool takesRowsAt(const std::string& name, const std::vector<Value>& inputs) {
  const bool places = inputs.size() > 1 && inputs[1].data.host && inputs[1].data.host->arePlaces();
  return places && (name == "Gather" || name == "GatherND" || name == "ScatterND");
}

Tensor rowsAt(OperatorImport& n, const Tensor& x, size_t axis, const Tensor& places, const Axes& instead) {
  const uint32_t of = places.host->rows;
  if (!isRows(x.axes[axis]) || x.axes[axis].rows != of) n.mixesRows("takes rows by their places among others");
  for (const Axis& a : instead)
    if (a.isBatch() && !n.rowSets().isWithin(a.rows, of)) n.mixesRows("takes rows by the places of rows that may not be among them");
  Axes axes = x.axes;
  axes.erase(axes.begin() + static_cast<long>(axis));
  axes.insert(axes.begin() + static_cast<long>(axis), instead.begin(), instead.end());
  return withAxes(n, x, axes);
}

static bool isZero(const Tensor& x) {
  return x.isConstant() && !x.host->hasBatch() && std::all_of(x.host->integers.begin(), x.host->integers.end(), [](int64_t i) { return i == 0; }) &&
         !x.host->integers.empty();
}

Tensor rowsPut(OperatorImport& n, const Tensor& x, const Tensor& places, const Tensor& updates) {
  if (places.rank() != 2 || places.axes[1] != Axis{} || x.rank() == 0) n.mixesRows("puts elements at the places of rows");
  const Axis rows = places.axes[0];
  if (!isRows(x.axes[0]) || x.axes[0].rows != places.host->rows) n.mixesRows("puts rows at their places among others");
  Axes axes = x.axes;
  axes[0] = rows;
  if (updates.axes != axes) n.invalid("updates " + describe(updates.axes) + " at the places of rows of " + describe(x.axes));
  if (updates.type != x.type) n.invalid("the updates have another type than the tensor");
  // The table from rows to their places in a set: who reads a place of it must be in that set (rowsAt).
  if (updates.isConstant() && updates.host->arePlaces()) {
    if (!isZero(x) || rows.rows != updates.host->rows) n.mixesRows("puts the places of rows among other numbers");
    return hostTensor(x.type, x.axes, *updates.host);
  }
  if (rows == x.axes[0]) return updates;
  return n.tensorOf(x.type, x.axes, n.build.add(ir::Select(), {n.rowSets().isIn(rows.rows), n.value(updates), n.value(x)}));
}

// ---- whether any row

// The bool of a row that x is, or is cast from.
static ValueId boolOf(OperatorImport& n, const Tensor& x) {
  if (x.isConstant()) return kNone;
  if (x.type == ElementType::boolean) return n.shaped(x, {});
  const ir::Node& producer = n.build.pipeline().producer(x.value);
  if (producer.op->kind() != ir::OpKind::Cast) return kNone;
  const ValueId from = producer.operands[0];
  return n.build.type(from).elem == ir::Elem::boolean && n.build.type(from).isScalar() ? from : kNone;
}

static Value anyRow(ElementType type, ValueId condition, bool isNone) {
  Value value;
  value.kind = Value::anyRow, value.isNone = isNone;
  value.data.type = type, value.data.value = condition;
  return value;
}

std::optional<Value> overRows(OperatorImport& n, const Tensor& x, bool isAny) {
  ValueId holds = boolOf(n, x);
  if (holds == kNone) return std::nullopt;
  if (!isAny) holds = n.build.call("not", {holds});
  const ValueId isIn = n.rowSets().isIn(x.axes[0].rows);
  return anyRow(x.type, isIn == kNone ? holds : n.build.call("and", {isIn, holds}), !isAny);
}

namespace {

// A number of which is only known whether it is that of no row or of some.
struct Counted {
  ValueId condition = kNone;
  int64_t none = 0;
  std::vector<int64_t> some;
};

std::optional<Counted> countedOf(const RowSets& sets, const Value& value) {
  if (value.kind == Value::anyRow) return Counted{value.data.value, value.isNone, {!value.isNone}};
  const Elements* host = value.data.host.get();
  if (!host || host->integers.size() != 1) return std::nullopt;
  if (!host->hasBatch()) return Counted{kNone, host->integers[0], {host->integers[0]}};
  if (host->powers[0] != 1 || host->rows == 0 || host->integers[0] <= 0) return std::nullopt;
  return Counted{sets.isIn(host->rows), 0, {host->integers[0], int64_t{1} << 60}};
}

bool compares(const char* name, int64_t a, int64_t b) {
  if (std::strcmp(name, "Equal") == 0) return a == b;
  if (std::strcmp(name, "Less") == 0) return a < b;
  if (std::strcmp(name, "Greater") == 0) return a > b;
  if (std::strcmp(name, "LessOrEqual") == 0) return a <= b;
  return a >= b;
}

std::optional<Value> compared(const RowSets& sets, const char* name, const Value& x, const Value& y) {
  const auto a = countedOf(sets, x), b = countedOf(sets, y);
  if (!a || !b || (a->condition == kNone) == (b->condition == kNone)) return std::nullopt;
  const bool none = compares(name, a->none, b->none);
  for (int64_t i : a->some)
    for (int64_t j : b->some)
      if (compares(name, i, j) == none) return std::nullopt;
  return anyRow(ElementType::boolean, a->condition == kNone ? b->condition : a->condition, none);
}

}  // namespace

std::optional<Value> ofAnyRow(const RowSets& sets, const char* name, const std::vector<Value>& inputs) {
  const auto is = [&](std::initializer_list<const char*> names) { return std::any_of(names.begin(), names.end(), [&](const char* one) { return std::strcmp(one, name) == 0; }); };
  const bool first = inputs[0].kind == Value::anyRow;
  if (first && is({"Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten"})) return inputs[0];
  if (first && is({"Not"})) return anyRow(ElementType::boolean, inputs[0].data.value, !inputs[0].isNone);
  if (inputs.size() == 2 && is({"Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"})) return compared(sets, name, inputs[0], inputs[1]);
  return std::nullopt;
}

}  // namespace kiln::onnx
