// Lowers `piecewise`: the differences of each segment are taken here, rounded in the type of the operand.
#include "compiler/ir/nodes/piecewise.h"

#include <algorithm>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/knots.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

template <class T>
void fill(const ir::Piecewise& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Knots>(op.knots);
  std::vector<kernel::Segment> segments;
  for (size_t i = 0; i + 1 < table.x.size(); i++) {
    const T x0 = static_cast<T>(table.x[i]), x1 = static_cast<T>(table.x[i + 1]);
    const T y0 = static_cast<T>(table.y[i]), y1 = static_cast<T>(table.y[i + 1]);
    segments.push_back({x0, static_cast<T>(x1 - x0), y0, static_cast<T>(y1 - y0)});
  }
  kernel::KnotParams params{};
  params.count = static_cast<uint32_t>(segments.size());
  params.outlier = op.outlier;
  params.last_x = static_cast<T>(table.x.back()), params.last_y = static_cast<T>(table.y.back());
  std::copy_n(segments.begin(), std::min<size_t>(segments.size(), kernel::kInlineSegments), params.segment);
  if (params.count > kernel::kInlineSegments) params.segments = emit.blob("segments of @" + table.name, segments);
  emit.elementwise(kernelName("piecewise", emit.resultType().storage()), params);
}

}  // namespace

void lower(const ir::Piecewise& op, NodeEmitter& emit) {
  if (emit.resultType().elem == ir::Elem::f32)
    fill<float>(op, emit);
  else
    fill<double>(op, emit);
}

}  // namespace kiln::codegen
