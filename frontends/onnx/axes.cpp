#include "frontends/onnx/axes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/select.h"

namespace kiln::onnx {

std::vector<int64_t> stridesOf(const Axes& axes) {
  std::vector<int64_t> strides(axes.size());
  int64_t step = 1;
  for (size_t i = axes.size(); i-- > 0; step *= axes[i].size) strides[i] = step;
  return strides;
}

void eachIndex(const std::vector<int64_t>& dims, const std::function<void(const std::vector<int64_t>&)>& one) {
  if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return;
  std::vector<int64_t> index(dims.size(), 0);
  while (true) {
    one(index);
    size_t d = dims.size();
    while (d > 0 && ++index[d - 1] == dims[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

// ---- moving elements

static Tensor arrangedHost(const Tensor& x, Axes axes, const std::vector<int64_t>& at, const Fill& fill) {
  Elements to;
  for (int64_t i : at) {
    const auto e = static_cast<size_t>(i);
    if (x.type == ElementType::str) to.texts.push_back(i < 0 ? fill.text : x.host->texts[e]);
    else if (isFloat(x.type)) to.numbers.push_back(i < 0 ? fill.number : x.host->numbers[e]);
    else to.integers.push_back(i < 0 ? fill.integer : x.host->integers[e]);
    if (x.host->hasBatch()) to.powers.push_back(i < 0 ? uint8_t{0} : x.host->powers[e]);
  }
  to.rows = x.host->rows;
  return hostTensor(x.type, std::move(axes), std::move(to));
}

Tensor arranged(OperatorImport& n, const Tensor& x, Axes axes, const std::vector<int64_t>& at, const Fill& fill) {
  if (x.isConstant()) return arrangedHost(x, std::move(axes), at, fill);
  if (at.empty()) return hostTensor(x.type, std::move(axes), {});
  const auto count = static_cast<size_t>(x.count());
  bool same = at.size() == count;
  for (size_t e = 0; e < at.size() && same; e++) same = at[e] == static_cast<int64_t>(e);
  if (same) return withAxes(n, x, std::move(axes));
  ir::Arrange op = ir::Arrange::elements(irShape(axes), at);
  if (std::find(at.begin(), at.end(), -1) != at.end()) {
    if (x.type == ElementType::str) op.text = fill.text;
    else if (isFloat(x.type)) op.number = fill.number;
    else op.integer = fill.integer;
  }
  return n.tensorOf(x.type, std::move(axes), n.build.add(std::move(op), {n.value(x)}));
}

Tensor withAxes(OperatorImport& n, const Tensor& x, Axes axes) {
  Tensor y = x;
  if (!x.isConstant()) y.value = n.reshape(n.value(x), irShape(axes));
  y.axes = std::move(axes);
  return y;
}

Tensor mapped(OperatorImport& n, const Tensor& x, Axes axes, const std::function<int64_t(const std::vector<int64_t>&)>& source, const Fill& fill) {
  n.bound(axes, x);
  std::vector<int64_t> at;
  eachIndex(sizes(axes), [&](const std::vector<int64_t>& index) { at.push_back(source(index)); });
  return arranged(n, x, std::move(axes), at, fill);
}

Tensor transposed(OperatorImport& n, const Tensor& x, const std::vector<size_t>& order) {
  const std::vector<int64_t> strides = stridesOf(x.axes);
  Axes axes;
  for (size_t i : order) axes.push_back(x.axes[i]);
  return mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
    int64_t from = 0;
    for (size_t i = 0; i < order.size(); i++) from += index[i] * strides[order[i]];
    return from;
  });
}

Tensor sliced(OperatorImport& n, const Tensor& x, size_t axis, int64_t begin, int64_t size, int64_t step) {
  const Axis& whole = x.axes[axis];
  if (begin == 0 && step == 1 && size == whole.size) return x;
  refuseBatch(n, x, axis, "takes some rows of the batch");
  const auto isIn = [&](int64_t i) { return i >= 0 && i < whole.size; };
  if (size < 0 || (size > 0 && !(isIn(begin) && isIn(begin + (size - 1) * step)))) n.invalid("takes elements that axis " + std::to_string(axis) + " of " + describe(x.axes) + " has not");
  const std::vector<int64_t> strides = stridesOf(x.axes);
  Axes axes = x.axes;
  axes[axis].size = size;
  return mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
    int64_t from = 0;
    for (size_t i = 0; i < index.size(); i++) from += (i == axis ? begin + index[i] * step : index[i]) * strides[i];
    return from;
  });
}

// Whole batches end to end are one axis of (parts, N): what follows takes it apart the same way.
static Batch joinedBatch(OperatorImport& n, const std::vector<Tensor>& parts, size_t axis) {
  size_t batches = 0;
  for (const Tensor& part : parts) batches += part.axes[axis].isBatch();
  if (batches == 0) return Batch::none;
  for (const Tensor& part : parts) {
    const Axis& a = part.axes[axis];
    if (!a.isBatch()) n.mixesRows("joins the rows of the batch and others");
    if (a.batch == Batch::outer && a.size > 1) n.mixesRows("joins batches whose rows are several elements");
    if (a.rows != parts[0].axes[axis].rows) n.mixesRows("joins the rows of the batch and some of them");
  }
  return Batch::inner;
}

Tensor joined(OperatorImport& n, const std::vector<Tensor>& parts, size_t axis) {
  if (parts.size() == 1) return parts[0];
  Axes axes = parts[0].axes;
  axes[axis] = {0, joinedBatch(n, parts, axis), axes[axis].rows};
  bool constant = true;
  int64_t outer = 1;
  for (size_t i = 0; i < axis; i++) outer *= axes[i].size;
  for (const Tensor& part : parts) {
    for (size_t i = 0; i < axes.size(); i++) {
      if (i == axis) continue;
      if (part.axes[i] != axes[i] && (part.axes[i].isBatch() || axes[i].isBatch())) n.mixesRows("joins tensors whose batch is not the same axis");
      if (part.axes[i] != axes[i]) n.invalid("joins " + describe(part.axes) + " and " + describe(parts[0].axes));
    }
    axes[axis].size += part.axes[axis].size, constant = constant && part.isConstant();
  }
  if (constant) {
    Elements all;
    const bool powers = std::any_of(parts.begin(), parts.end(), [](const Tensor& t) { return t.host->hasBatch(); });
    for (int64_t o = 0; o < outer; o++)
      for (const Tensor& part : parts) {
        const auto run = static_cast<size_t>(part.count() / outer), from = static_cast<size_t>(o) * run;
        const auto add = [&](auto& to, const auto& of) {
          if (!of.empty()) to.insert(to.end(), of.begin() + static_cast<long>(from), of.begin() + static_cast<long>(from + run));
        };
        add(all.numbers, part.host->numbers), add(all.integers, part.host->integers), add(all.texts, part.host->texts);
        if (powers && part.host->hasBatch()) add(all.powers, part.host->powers), all.rows = part.host->rows;
        else if (powers) all.powers.insert(all.powers.end(), run, 0);
      }
    return hostTensor(parts[0].type, axes, std::move(all));
  }
  std::vector<ValueId> values;
  ir::Concat op;
  op.axis = outer > 1 ? 1 : 0;
  for (const Tensor& part : parts) {
    if (part.count() == 0) continue;
    const auto run = static_cast<uint32_t>(part.count() / outer);
    values.push_back(outer > 1 ? n.shaped(part, {static_cast<uint32_t>(outer), run}) : n.vector(part));
  }
  const ValueId all = values.size() == 1 ? values[0] : n.build.add(std::move(op), values);
  return n.tensorOf(parts[0].type, axes, n.reshape(all, irShape(axes)));
}

Tensor spread(OperatorImport& n, const Tensor& x, const Axes& axes) {
  const size_t skipped = axes.size() - x.rank();
  const std::vector<int64_t> strides = stridesOf(x.axes);
  return mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
    int64_t from = 0;
    for (size_t i = 0; i < x.rank(); i++)
      if (x.axes[i].size != 1) from += index[skipped + i] * strides[i];
    return from;
  });
}

// ---- along axes

void refuseBatch(OperatorImport& n, const Tensor& x, size_t axis, const char* what) {
  if (x.axes[axis].isBatch()) n.mixesRows(what);
}

std::vector<size_t> constantAxes(OperatorImport& n, const Tensor& x, const std::vector<int64_t>& axes, const char* what) {
  std::vector<size_t> all;
  for (int64_t axis : axes) all.push_back(n.axis(axis, x.rank()));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (size_t axis : all) refuseBatch(n, x, axis, what);
  return all;
}

Last toLast(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes) {
  Last last;
  for (size_t i = 0; i < x.rank(); i++)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) last.order.push_back(i), last.outer.push_back(x.axes[i]);
  for (size_t axis : axes) last.order.push_back(axis), last.inner.push_back(x.axes[axis]);
  last.rows = static_cast<uint32_t>(count(last.outer)), last.length = static_cast<uint32_t>(count(last.inner));
  const Tensor moved = transposed(n, x, last.order);
  last.value = last.rows == 1 ? n.vector(moved) : n.shaped(moved, {last.rows, last.length});
  return last;
}

Tensor fromLast(OperatorImport& n, const Last& last, const Tensor& x, ElementType type, ValueId value) {
  Axes axes;
  for (size_t i : last.order) axes.push_back(x.axes[i]);
  std::vector<size_t> back(last.order.size());
  for (size_t i = 0; i < last.order.size(); i++) back[last.order[i]] = i;
  return transposed(n, n.tensorOf(type, axes, n.reshape(value, irShape(axes))), back);
}

Tensor apply(OperatorImport& n, const char* function, const Tensor& a, const Tensor& b) {
  if (elemOf(a.type) != elemOf(b.type)) n.invalid(std::string("takes one element type, but has ") + elementName(a.type) + " and " + elementName(b.type));
  return n.call(function, {a, b}, a.type);
}
Tensor apply(OperatorImport& n, const char* function, const Tensor& a) { return n.call(function, {a}, a.type); }
Tensor selected(OperatorImport& n, const Tensor& c, const Tensor& a, const Tensor& b) {
  const OperatorImport::Broadcast all = n.broadcast({c, a, b});
  return n.tensorOf(a.type, all.axes, n.build.add(ir::Select(), all.values));
}
Tensor constantLike(const Tensor& x, double value) { return hostScalar(x.type, value); }

ValueId zeroIfMissing(OperatorImport& n, ValueId numbers) {
  if (!n.build.type(numbers).nullable) return numbers;
  const ValueId zero = n.build.integer(0, ir::Elem::i32);
  if (n.build.type(numbers).isScalar()) return n.build.add(ir::Coalesce(), {numbers, zero});
  return n.build.add(ir::Select(), {n.build.call("is_missing", {numbers}), zero, numbers});
}

// A reduction over no element: the standard's.
static Tensor ofNothing(OperatorImport& n, const Tensor& x, ir::Reduce::Kind op) {
  const bool floats = isFloat(x.type);
  const auto integers = [&](auto limit) {
    Elements one;
    one.integers = {op == ir::Reduce::max ? limit.min() : limit.max()};
    return hostTensor(x.type, {}, std::move(one));
  };
  switch (op) {
    case ir::Reduce::sum:
    case ir::Reduce::sumsq:
    case ir::Reduce::any: return constantLike(x, 0);
    case ir::Reduce::product:
    case ir::Reduce::all: return constantLike(x, 1);
    case ir::Reduce::max:
    case ir::Reduce::min:
      if (floats) return constantLike(x, op == ir::Reduce::max ? -INFINITY : INFINITY);
      if (x.type == ElementType::i32) return integers(std::numeric_limits<int32_t>());
      if (x.type == ElementType::i64) return integers(std::numeric_limits<int64_t>());
      [[fallthrough]];
    default: n.unsupported("a reduction of no element");
  }
}

Tensor reduced(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes, const char* op, ir::Reduce::Order order) {
  ir::Reduce reduce;
  reduce.order = order;
  for (size_t i = 0; i < std::size(ir::Reduce::kKinds); i++)
    if (std::string(op) == ir::Reduce::kKinds[i]) reduce.op = static_cast<ir::Reduce::Kind>(i);
  Axes kept = x.axes;
  for (size_t axis : axes) kept[axis] = {1, Batch::none};
  if (x.count() == 0) return spread(n, ofNothing(n, x, reduce.op), kept);
  const Last last = toLast(n, x, axes);
  return n.tensorOf(x.type, kept, n.reshape(n.build.add(std::move(reduce), {last.value}), irShape(kept)));
}

Tensor softmaxed(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes, bool logarithm) {
  const Last last = toLast(n, x, axes);
  const bool exact = n.spec() || x.type == ElementType::f64;
  const auto ofExact = logarithm ? ir::Normalize::logSoftmax : ir::Normalize::softmax, ofRuntime = logarithm ? ir::Normalize::logSoftmaxMlas : ir::Normalize::softmaxMlas;
  return fromLast(n, last, x, x.type, n.build.add(ir::Normalize(exact ? ofExact : ofRuntime), {last.value}));
}

}  // namespace kiln::onnx
