// Lowers `combine`.
#include "compiler/ir/nodes/combine.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Combine& op, NodeEmitter& emit) {
  const ir::Type& x = emit.operandType(0);
  kernel::CombineParams params{};
  params.method = op.method, params.missing = op.missing, params.weighted = op.weighted;
  params.members = x.shape[0];
  params.width = x.size() / x.shape[0];
  params.threshold = op.threshold;
  const Arg members = emit.in(0), ran = emit.in(1), weights = op.weighted ? emit.in(2) : ran;
  if (op.method == ir::Combine::vote)
    return emit.call("combine_votes", params, {members, ran, weights, emit.out(0), emit.out(1)});
  const ir::Type& type = emit.resultType();
  emit.call(kernelName(type.isScalar() ? "combine" : "combine_vector", type.storage()), params,
            {members, ran, weights, emit.out()});
}

}  // namespace kiln::codegen
