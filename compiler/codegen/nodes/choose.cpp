// Lowers `choose`, one arm after the other.
#include "compiler/ir/nodes/choose.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Choose&, NodeEmitter& emit) {
  const ir::Type& type = emit.resultType();
  const std::string kernel = kernelName(type.isScalar() ? "choose" : "choose_vector", type.storage());
  for (size_t i = 1; i < emit.operands(); i++) {
    const kernel::ChooseParams params{static_cast<int32_t>(i) - 1};
    emit.call(kernel, params, {emit.in(0), emit.in(i), emit.out()});
  }
}

}  // namespace kiln::codegen
