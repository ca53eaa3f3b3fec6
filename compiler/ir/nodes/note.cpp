// note: sets a note bit of the row's status where a condition is true.
#include "compiler/ir/nodes/note.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Note::infer(Inference& inference) const {
  constexpr uint32_t kNotes = KILN_REPLACED_MISSING | KILN_REPLACED_INVALID | KILN_OUTLIER | KILN_UNKNOWN_CATEGORY |
                              KILN_NON_FINITE | KILN_DEFAULT_USED;
  inference.expect(bit != 0 && (bit & kNotes) == bit && (bit & (bit - 1)) == 0,
                   "bit must be one note bit of kiln_status");
  if (expectOperands(inference, 1, 1))
    expectOperand(inference, 0, inference.operands[0].elem == Elem::boolean && inference.operands[0].isScalar(),
                  "a bool scalar");
  return {};
}

void Note::evaluate(Evaluation& e) const {
  const RowValue& c = e.operand(0);
  if (!c.failure && !c.elements[0].missing && c.elements[0].boolean) e.addNote(bit);
}

}  // namespace kiln::ir
