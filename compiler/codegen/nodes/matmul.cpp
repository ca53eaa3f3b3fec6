// Lowers `matmul`.
#include "compiler/ir/nodes/matmul.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::MatMul&, NodeEmitter& emit) {
  const std::vector<uint32_t>& a = emit.operandType(0).shape;
  const uint32_t rows = a[a.size() - 2], inner = a.back(), columns = emit.resultType().shape.back();
  const kernel::MatMulParams params{emit.operandType(0).size() / rows / inner, rows, inner, columns};
  emit.call(kernelName("matmul", emit.resultType().storage()), params, {emit.in(0), emit.in(1), emit.out()});
}

}  // namespace kiln::codegen
