// Lowers `format`: the pattern's parts in the blob.
#include "compiler/ir/nodes/format.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"
#include "runtime/kernels/printf.h"

namespace kiln::codegen {

void lower(const ir::Format& op, NodeEmitter& emit) {
  kernel::FormatParams params{};
  params.too_long = emit.statusCode(KILN_TEXT_TOO_LONG);
  params.undefined = emit.statusCode(KILN_UNDEFINED);
  params.java = op.java;
  const ir::Elem elem = emit.operandType(0).elem;
  if (op.style == ir::Format::strftime) {
    const std::string pattern = ir::Format::parseMoment(op.pattern, elem).pattern;
    params.text = emit.blob("pattern", pattern.data(), pattern.size(), 1);
    params.before = static_cast<uint32_t>(pattern.size());
    params.kind = elem == ir::Elem::date ? 0 : elem == ir::Elem::time ? 1 : 2;
    return emit.elementwise("strftime_i64", params);
  }
  const auto n = ir::Format::parseNumber(op.pattern);
  kernel::NumberSpec spec{};
  spec.conversion = static_cast<kernel::u8>(n.conversion), spec.upper = n.upper, spec.left = n.left, spec.plus = n.plus;
  spec.space = n.space, spec.zero = n.zero, spec.alternate = n.alternate, spec.java = op.java && n.conversion != 'g';
  spec.width = static_cast<kernel::u32>(n.width), spec.precision = n.precision;
  params.spec = emit.blob("number pattern", &spec, sizeof spec, 8);
  const std::string text = n.before + n.after;
  params.text = emit.blob("pattern", text.data(), text.size(), 1);
  params.before = static_cast<uint32_t>(n.before.size()), params.after = static_cast<uint32_t>(n.after.size());
  emit.elementwise(kernelName("printf", emit.operandType(0).storage()), params);
}

}  // namespace kiln::codegen
