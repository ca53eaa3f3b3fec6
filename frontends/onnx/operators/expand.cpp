// Expand, Tile: elements repeated. What is repeated for every row is the row's own.
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

void expand(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  Axes target;
  for (const Monomial& m : n.monomials(1)) {
    if (m.value < 0 || m.power > 1) n.invalid("dimension " + std::to_string(m.value) + " of the shape");
    target.push_back({m.value, m.power ? Batch::outer : Batch::none});
  }
  n.output(0, spread(n, x, n.broadcastAxes({x.axes, target})));
}

void tile(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const std::vector<Monomial> repeats = n.monomials(1);
  if (repeats.size() != x.rank()) n.invalid("has " + std::to_string(repeats.size()) + " repeats for " + std::to_string(x.rank()) + " dimensions");
  Axes axes = x.axes;
  for (size_t i = 0; i < axes.size(); i++) {
    const Monomial& r = repeats[i];
    if (r.value < 0) n.invalid("repeats an axis " + std::to_string(r.value) + " times");
    if (r == Monomial{1, 0}) continue;
    if (axes[i].isBatch() || r.power > 1 || (r.power && r.value != 1)) n.mixesRows("repeats the rows of the batch");
    axes[i].size *= r.value;
    if (r.power) axes[i].batch = Batch::outer;
  }
  const std::vector<int64_t> strides = stridesOf(x.axes);
  n.output(0, mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
             int64_t from = 0;
             for (size_t i = 0; i < index.size(); i++) from += index[i] % x.axes[i].size * strides[i];
             return from;
           }));
}

}  // namespace kiln::onnx
