#include "compiler/codegen/moves.h"

#include <algorithm>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"

namespace kiln::codegen {
namespace {

constexpr size_t kMostColumns = 1 << 16;   // their numbers are values of any type

bool onlyMoves(const ir::Node& node) {
  switch (node.op->kind()) {
    case ir::OpKind::Check:
    case ir::OpKind::Take: return node.operands.size() == 1;
    case ir::OpKind::Concat:
    case ir::OpKind::Reshape: return true;
    case ir::OpKind::Arrange: {
      const auto& op = node.op->as<ir::Arrange>();
      return !op.number && !op.integer && !op.text;
    }
    case ir::OpKind::Output: return node.op->as<ir::Output>().feeds.empty();
    default: return false;
  }
}
bool takesEveryNumber(const ir::Input& input) {
  return !input.list && !input.nullable && input.role == ir::Input::plain && input.nan == ir::Input::value &&
         (input.elem == ir::Elem::f64 || input.elem == ir::Elem::f32 || input.elem == ir::Elem::i64 || input.elem == ir::Elem::i32);
}
bool onlyMoves(const ir::Pipeline& pipeline) {
  const auto inputs = pipeline.inputs();
  if (inputs.empty()) return false;
  const ir::Elem elem = pipeline.nodes[inputs[0]].op->as<ir::Input>().elem;
  return std::all_of(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const ir::Node& node) {
    const auto* input = node.op->to<ir::Input>();
    return input ? input->elem == elem && takesEveryNumber(*input) : onlyMoves(node);
  });
}

}  // namespace

// Where each output comes from is seen by scoring a row whose values are the numbers of its columns.
std::vector<uint32_t> movedInputs(const ir::Pipeline& pipeline) {
  const size_t inputs = ir::inputColumns(pipeline).size(), outputs = ir::outputColumns(pipeline).size();
  if (!onlyMoves(pipeline) || outputs == 0 || inputs > kMostColumns) return {};
  std::vector<kiln_cell> row(inputs), results(outputs);
  for (size_t i = 0; i < inputs; i++) row[i].kind = KILN_INTEGER, row[i].as.integer = static_cast<int64_t>(i);
  kiln_status status{};
  ir::Evaluator(pipeline).evaluate(row.data(), results.data(), &status);
  std::vector<uint32_t> moved;
  for (const kiln_cell& cell : results) {
    if (status.bits != 0 || (cell.kind != KILN_INTEGER && cell.kind != KILN_NUMBER)) return {};
    moved.push_back(static_cast<uint32_t>(cell.kind == KILN_INTEGER ? cell.as.integer : static_cast<int64_t>(cell.as.number)));
  }
  return moved;
}

}  // namespace kiln::codegen
