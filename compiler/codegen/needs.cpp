#include "compiler/codegen/needs.h"

#include <algorithm>

#include "compiler/codegen/forest/layout.h"
#include "compiler/ir/nodes/forest.h"

namespace kiln::codegen {
namespace {

using kernel::FieldPlan;

template <class F> bool anyInput(const Needs& needs, F holds) { return std::any_of(needs.inputs.begin(), needs.inputs.end(), holds); }
template <uint32_t least, uint32_t most> bool readsElements(const Needs& needs) {
  return anyInput(needs, [](const FieldPlan& f) { return f.elem >= least && f.elem <= most; });
}
bool readsWholeNumbers(const Needs& needs) {
  return readsElements<kernel::kElemI64, kernel::kElemBool>(needs) || readsElements<kernel::kElemDate, kernel::kElemDatetime>(needs);
}
bool readsOthers(const Needs& needs) {
  return anyInput(needs, [](const FieldPlan& f) { return !is_number(f); });
}
bool readsSomeNumbers(const Needs& needs) {
  return anyInput(needs, [](const FieldPlan& f) { return f.slot.count != 0 && is_number(f) && !takes_all(f); });
}
template <uint32_t elem> bool stores(const Needs& needs) {
  return std::any_of(needs.outputs.begin(), needs.outputs.end(), [](const FieldPlan& f) { return is_number(f) && f.elem == elem; });
}
template <bool narrow> bool quantises(const Needs& needs) {
  return std::any_of(needs.forestColumns.begin(), needs.forestColumns.end(), [](uint32_t storage) { return (storage == kernel::kColumnF32) == narrow; });
}

struct Part {
  const char* symbol;   ///< kiln_<symbol>, of a tier kiln_<tier>_<symbol>
  bool ofTier;
  bool (*needed)(const Needs&);
};
// Their callers: runtime/kernels/inputs.h, matrix.h, forest/quantise.h.
constexpr Part kParts[] = {
    {"text_f64", false, readsElements<kernel::kElemF64, kernel::kElemF64>},
    {"text_f32", false, readsElements<kernel::kElemF32, kernel::kElemF32>},
    {"text_i64", false, readsWholeNumbers},
    {"text_bool", false, readsElements<kernel::kElemBool, kernel::kElemBool>},
    {"text_date", false, readsElements<kernel::kElemDate, kernel::kElemDatetime>},
    {"read_code", false, [](const Needs& needs) { return anyInput(needs, [](const FieldPlan& f) { return f.is_cat != 0; }); }},
    {"load_checked_f64", true, readsOthers},
    {"load_checked_f32", true, readsOthers},
    {"load_some_f64", true, readsSomeNumbers},
    {"load_some_f32", true, readsSomeNumbers},
    {"store_f64_as_f32", true, stores<kernel::kElemF64>},
    {"store_f32_as_f64", true, stores<kernel::kElemF32>},
    {"levels_f32", true, quantises<true>},
    {"levels_f64", true, quantises<false>},
};

}  // namespace

void addForests(const ir::Pipeline& pipeline, Needs& needs) {
  for (const ir::Node& node : pipeline.nodes)
    if (node.op->kind() == ir::OpKind::ForestNode)
      for (const auto operand : node.operands) needs.forestColumns.push_back(columnStorage(pipeline.type(operand)));
}

std::vector<std::string> unneededParts(const Needs& needs, const std::vector<const Tier*>& tiers) {
  std::vector<std::string> symbols;
  for (const Part& part : kParts) {
    if (part.needed(needs)) continue;
    if (!part.ofTier) symbols.push_back(std::string("kiln_") + part.symbol);
    else for (const Tier* tier : tiers) symbols.push_back(std::string("kiln_") + tier->name + "_" + part.symbol);
  }
  return symbols;
}

}  // namespace kiln::codegen
