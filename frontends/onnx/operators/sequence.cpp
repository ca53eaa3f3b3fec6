// Sequences of tensors whose length is known while compiling.
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
  int64_t at = n.has(input) ? static_cast<int64_t>(n.constantNumber(input)) : fallback;
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

}  // namespace kiln::onnx
