#include "frontends/onnx/shapes.h"

namespace kiln::onnx {

namespace {

// The elements before the batch, times N, times those after it, in row-major order. `batches` counts batch axes.
struct Factors {
  int64_t before = 1, after = 1;
  int batches = 0;
};

Factors factors(const Axes& axes) {
  Factors f;
  for (const Axis& axis : axes) {
    if (axis.isBatch()) {
      f.batches++;
      (axis.batch == Batch::outer ? f.after : f.before) *= axis.size;
    } else {
      (f.batches ? f.after : f.before) *= axis.size;
    }
  }
  return f;
}

}  // namespace

Monomial countOf(const Axes& axes) {
  const Factors f = factors(axes);
  return {f.before * f.after, static_cast<uint8_t>(f.batches)};
}

std::optional<Axis> merge(const Axes& axes) {
  const Factors f = factors(axes);
  if (f.batches == 0) return Axis{f.before, Batch::none};
  if (f.batches > 1 || (f.before != 1 && f.after != 1)) return std::nullopt;
  return f.before == 1 ? Axis{f.after, Batch::outer} : Axis{f.before, Batch::inner};
}

std::optional<Axes> reshapeAxes(const Axes& axes, const std::vector<Monomial>& sizes) {
  const Factors f = factors(axes);
  if (f.batches > 1) return std::nullopt;
  Axes result;
  int64_t before = 1, after = 1;   // of the new axes before and after the one with N
  int batch = -1;
  for (size_t i = 0; i < sizes.size(); i++) {
    if (sizes[i].power > 1 || (sizes[i].power && batch >= 0)) return std::nullopt;
    if (sizes[i].power) batch = static_cast<int>(i);
    else (batch < 0 ? before : after) *= sizes[i].value;
    result.push_back({sizes[i].value, Batch::none});
  }
  if ((batch >= 0) != (f.batches == 1)) return std::nullopt;
  if (batch < 0) return result;
  if (before == 0 || after == 0 || f.before % before != 0 || f.after % after != 0) return std::nullopt;
  const int64_t left = f.before / before, right = f.after / after;   // what the new axis holds beside N
  if (left != 1 && right != 1) return std::nullopt;
  result[static_cast<size_t>(batch)].batch = left == 1 ? Batch::outer : Batch::inner;
  return result;
}

}  // namespace kiln::onnx
