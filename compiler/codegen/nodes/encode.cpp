// Lowers `encode`: a perfect hash, or from code to code a list.
#include "compiler/ir/nodes/encode.h"

#include <cstring>
#include <iterator>

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

// By code of `from`: the code of the same label in `to`, -1 if it has none.
std::vector<int32_t> codeMap(const ir::Dict& from, const ir::Dict& to) {
  std::vector<int32_t> map;
  const auto add = [&](uint32_t code) { map.push_back(code == ir::kNone ? -1 : static_cast<int32_t>(code)); };
  for (const std::string& label : from.text) add(to.find(label));
  for (double label : from.numbers) add(label == label ? to.find(label) : ir::kNone);
  for (int64_t label : from.integers) add(to.find(label));
  return map;
}

void addFew(const ir::Dict& dict, kernel::EncodeParams& params) {
  if (dict.text.empty() && dict.size() <= std::size(params.label)) params.few = dict.size();
  for (uint32_t k = 0; k < params.few; k++) {
    if (!dict.numbers.empty()) std::memcpy(&params.label[k], &dict.numbers[k], 8);
    else std::memcpy(&params.label[k], &dict.integers[k], 8);
  }
}

}  // namespace

void lower(const ir::Encode& op, NodeEmitter& emit) {
  const ir::Type& x = emit.operandType(0);
  const auto& dict = emit.pipeline().table<ir::Dict>(op.dict);
  kernel::EncodeParams params{};
  params.other = op.unknown == ir::Encode::other ? static_cast<int32_t>(dict.size()) : -1;
  params.status = op.unknown == ir::Encode::fail ? emit.statusCode(KILN_INVALID_VALUE, op.fieldIndex) : 0;
  if (x.elem != ir::Elem::cat) {
    addFew(dict, params);
    params.table = hashOfDict(emit, op.dict.id);
    return emit.elementwise(kernelName("encode", x.storage()), params);
  }
  const auto& from = emit.pipeline().table<ir::Dict>(ir::TableRef{x.dict});
  params.table = emit.blob("codes of @" + from.name + " in @" + dict.name, codeMap(from, dict));
  params.count = from.size();
  emit.elementwise("encode_code", params);
}

}  // namespace kiln::codegen
