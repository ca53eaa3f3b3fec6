// Lowers `tokens`.
#include "compiler/ir/nodes/tokens.h"

#include "compiler/codegen/nodes/regexes.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Tokens& op, NodeEmitter& emit) {
  kernel::TokensParams params{};
  params.rule = tokenRule(emit, op.tokenizer);
  params.marks = emit.blob("marks of tokens", "\x02\x03", 2, 1);
  params.too_long = emit.statusCode(KILN_TEXT_TOO_LONG), params.too_many = emit.statusCode(KILN_LIST_TOO_LONG);
  emit.call("tokens", params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen
