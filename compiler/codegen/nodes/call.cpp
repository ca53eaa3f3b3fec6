// Lowers `call`: one kernel a function and storage, named after both.
#include "compiler/ir/nodes/call.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/scalars.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

// Days from 1970-01-01 to 1 January of a year of the Gregorian calendar.
int64_t daysToYear(int64_t year) {
  const auto floorDiv = [](int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
  const int64_t before = year - 1;
  constexpr int64_t kLeapDays1969 = 1969 / 4 - 1969 / 100 + 1969 / 400;
  return 365 * (year - 1970) + floorDiv(before, 4) - floorDiv(before, 100) + floorDiv(before, 400) - kLeapDays1969;
}

void lowerDate(const ir::Call& op, NodeEmitter& emit) {
  kernel::DateParams params{};
  if (!op.parameters.empty()) params.start = daysToYear(static_cast<int64_t>(op.parameters[0]));
  params.datetime = emit.operandType(0).elem == ir::Elem::datetime;
  emit.elementwise(std::string(op.name()) + "_i64", params);
}

}  // namespace

void lower(const ir::Call& op, NodeEmitter& emit) {
  const std::string name = op.name();
  const std::string signature = op.function->signature;
  const ir::Type& x = emit.operandType(0);
  const bool equality = name == "eq" || name == "ne";
  if (signature[0] == 't') return lowerDate(op, emit);
  if (name == "murmur3" || name == "murmur3_text")
    return emit.elementwise(kernelName(name, x.storage()), kernel::HashParams{static_cast<uint32_t>(op.parameters[0])});
  if (signature[0] == 's') {
    const kernel::TextParams params{emit.statusCode(KILN_TEXT_TOO_LONG), emit.statusCode(KILN_UNDEFINED)};
    return emit.elementwise(name + "_str", params);
  }
  if (equality && x.elem == ir::Elem::cat) {
    const kernel::CodeParams params{emit.pipeline().table<ir::Dict>(ir::TableRef{x.dict}).size()};
    return emit.elementwise(name + "_cat", params);
  }
  const std::string kernel = kernelName(name, x.storage());
  if (name == "wrap_signed" || name == "wrap_unsigned")
    return emit.elementwise(kernel, kernel::BitsParams{static_cast<uint32_t>(op.parameters[0])});
  if (signature.back() == 'b') return emit.elementwise(kernel);
  emit.elementwise(kernel, kernel::FailParams{op.checked ? emit.statusCode(KILN_UNDEFINED) : 0});
}

}  // namespace kiln::codegen
