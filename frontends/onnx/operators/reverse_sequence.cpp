// ReverseSequence: the beginning of each sequence the other way round; how long it is the model or the row says.
#include "frontends/onnx/given.h"

namespace kiln::onnx {

void reverseSequence(OperatorImport& n) {
  const Tensor &x = n.tensor(0), &lengths = n.tensor(1, {ElementType::i64});
  if (x.rank() < 2) n.invalid("needs a tensor of two or more dimensions");
  const size_t time = n.axis(n.integer("time_axis", 0), x.rank(), "time_axis"), batch = n.axis(n.integer("batch_axis", 1), x.rank(), "batch_axis");
  if (time > 1 || batch > 1 || time == batch) n.invalid("time_axis and batch_axis must be 0 and 1");
  refuseBatch(n, x, time, "reverses the rows of the batch");
  if (lengths.rank() != 1 || lengths.axes[0].size != x.axes[batch].size) n.invalid("has lengths " + describe(lengths.axes) + " for " + describe(x.axes));
  if (lengths.axes[0].isBatch() != x.axes[batch].isBatch()) n.mixesRows(lengths.isConstant() ? "has lengths of a fixed number of rows" : "a length for all rows is that of one");
  const int64_t steps = x.axes[time].size;
  const std::vector<int64_t> strides = stridesOf(x.axes);
  if (lengths.isConstant()) {
    const std::vector<int64_t> of = n.constantIntegers(1);
    for (int64_t length : of)
      if (length < 0 || length > steps) n.invalid("a length of " + std::to_string(length) + " of " + std::to_string(steps));
    return n.output(0, mapped(n, x, x.axes, [&](const std::vector<int64_t>& index) {
                      int64_t from = 0;
                      const int64_t length = of[static_cast<size_t>(index[batch])];
                      for (size_t i = 0; i < index.size(); i++) from += (i == time && index[i] < length ? length - 1 - index[i] : index[i]) * strides[i];
                      return from;
                    }));
  }
  if (x.count() == 0) return n.output(0, x);
  boundPlaces(n, x.axes);
  const auto truth = [&](const char* function, const Tensor& a, const Tensor& b) { return n.call(function, {a, b}, ElementType::boolean); };
  const Tensor flat = withAxes(n, lengths, {{lengths.count()}}), zero = hostScalar(ElementType::i64, 0);
  const Tensor fits = both(n, truth("ge", flat, zero), truth("le", flat, hostScalar(ElementType::i64, static_cast<double>(steps))));
  n.expect(withAxes(n, reduced(n, withAxes(n, fits, {{lengths.count()}}), {0}, "all"), {}), 1);
  std::vector<int64_t> along, rest, which;   // of each element: its step; its place without it; its sequence
  eachIndex(x.dims(), [&](const std::vector<int64_t>& index) {
    int64_t at = 0;
    for (size_t i = 0; i < index.size(); i++) at += i == time ? 0 : index[i] * strides[i];
    along.push_back(index[time]), rest.push_back(at), which.push_back(index[batch]);
  });
  const Tensor length = arranged(n, flat, {{x.count()}}, which), step = hostIntegers(along);
  const Tensor mirrored = apply(n, "sub", apply(n, "sub", length, hostScalar(ElementType::i64, 1)), step);
  const Tensor from = selected(n, truth("lt", step, length), mirrored, step);
  n.output(0, gatheredAt(n, x, x.axes, apply(n, "add", apply(n, "mul", from, hostScalar(ElementType::i64, static_cast<double>(strides[time]))), hostIntegers(rest))));
}

}  // namespace kiln::onnx
