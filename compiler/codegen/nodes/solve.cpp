// Lowers `solve`: the matrix by columns.
#include "compiler/ir/nodes/solve.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/matrix.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Solve& op, NodeEmitter& emit) {
  const auto& a = emit.pipeline().table<ir::Matrix>(op.matrix);
  const ir::Storage storage = emit.resultType().storage();
  const size_t n = a.shape[0];
  kernel::SolveParams params{0, op.upper};
  params.columns = emit.blobOnce("columns of @" + a.name, [&] {
    std::vector<double> columns(n * n);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) columns[j * n + i] = a.numbers[i * n + j];
    return packElements(storage, columns, {});
  });
  emit.call(kernelName("solve", storage), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen
