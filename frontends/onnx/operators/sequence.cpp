// Sequences of tensors whose length is known while compiling.
#include <algorithm>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

const std::vector<Tensor>& items(OperatorImport& n) {
  if (n.input(0).kind != Value::sequence) n.invalid("input 0 is no sequence");
  return n.input(0).items;
}

Value sequenceOf(std::vector<Tensor> items) {
  Value value;
  value.kind = Value::sequence, value.items = std::move(items);
  return value;
}

// A position: negative ones count from the end; `fallback` where the input is absent.
size_t position(OperatorImport& n, size_t input, size_t size, int64_t fallback) {
  int64_t at = n.has(input) ? n.constantInteger(input) : fallback;
  if (at < 0) at += static_cast<int64_t>(n.has(input) ? items(n).size() : size);
  if (at < 0 || at >= static_cast<int64_t>(size)) n.invalid("position " + std::to_string(at) + " in a sequence of " + std::to_string(items(n).size()));
  return static_cast<size_t>(at);
}

}  // namespace

void sequenceConstruct(OperatorImport& n) {
  std::vector<Tensor> all;
  for (size_t i = 0; i < n.inputs(); i++) all.push_back(n.tensor(i));
  n.output(0, sequenceOf(std::move(all)));
}

void sequenceEmpty(OperatorImport& n) {
  n.ignore("dtype");
  n.output(0, sequenceOf({}));
}

void sequenceAt(OperatorImport& n) {
  const auto& all = items(n);
  n.output(0, all[position(n, 1, all.size(), -1)]);
}

void sequenceInsert(OperatorImport& n) {
  std::vector<Tensor> all = items(n);
  const size_t at = position(n, 2, all.size() + 1, static_cast<int64_t>(all.size()));
  all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), n.tensor(1));
  n.output(0, sequenceOf(std::move(all)));
}

void sequenceErase(OperatorImport& n) {
  std::vector<Tensor> all = items(n);
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(position(n, 1, all.size(), -1)));
  n.output(0, sequenceOf(std::move(all)));
}

void sequenceLength(OperatorImport& n) { n.output(0, hostScalar(ElementType::i64, static_cast<double>(items(n).size()))); }

void concatFromSequence(OperatorImport& n) {
  std::vector<Tensor> all = items(n);
  if (all.empty()) n.invalid("an empty sequence");
  const bool isNew = n.integer("new_axis", 0) != 0;
  const size_t axis = n.axis(n.integer("axis"), all[0].rank() + isNew);
  for (Tensor& item : all) {
    if (!isNew) continue;
    Axes axes = item.axes;
    axes.insert(axes.begin() + static_cast<std::ptrdiff_t>(axis), Axis());
    item = withAxes(n, item, std::move(axes));
  }
  n.output(0, joined(n, all, axis));
}

// Parts of equal length (the last may be shorter), or of the lengths of a list; without `split` each of one, whose axis keepdims 0 drops.
// By the standard it has no effect beside `split`; ONNX Runtime drops the axis where `split` is the number 1, and fails where it is another.
void splitToSequence(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  refuseBatch(n, x, axis, "splits the rows of the batch");
  const bool keep = n.integer("keepdims", 1) != 0 || (n.has(1) && (n.spec() || n.tensor(1).rank() == 1));
  const int64_t size = x.axes[axis].size;
  std::vector<int64_t> lengths;
  if (n.has(1) && n.tensor(1).rank() == 1) {
    lengths = n.constantIntegers(1);
  } else {
    const int64_t each = n.has(1) ? n.constantInteger(1) : 1;
    if (each < 1 || (!keep && each != 1)) n.invalid("a part of " + std::to_string(each) + (keep ? "" : " and keepdims 0"));
    for (int64_t from = 0; from < size; from += each) lengths.push_back(std::min(each, size - from));
  }
  int64_t from = 0;
  std::vector<Tensor> parts;
  for (int64_t length : lengths) {
    if (length < 0 || length > size - from) n.invalid("the parts do not make up axis " + std::to_string(axis) + " of " + describe(x.axes));
    Tensor part = sliced(n, x, axis, from, length);
    Axes axes = part.axes;
    if (!keep) axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(axis)), part = withAxes(n, part, axes);
    parts.push_back(std::move(part)), from += length;
  }
  if (from != size) n.invalid("the parts do not make up axis " + std::to_string(axis) + " of " + describe(x.axes));
  n.output(0, sequenceOf(std::move(parts)));
}

// Whether an optional value is there is known while compiling: inputs of a scorer are, and an Optional without input is not.
void optional(OperatorImport& n) {
  n.ignore("type");
  if (!n.has(0)) n.unsupported("an empty optional value");
  n.output(0, n.input(0));
}
void optionalHasElement(OperatorImport& n) { n.output(0, hostScalar(ElementType::boolean, n.has(0))); }
void optionalGetElement(OperatorImport& n) { n.output(0, n.input(0)); }

}  // namespace kiln::onnx
