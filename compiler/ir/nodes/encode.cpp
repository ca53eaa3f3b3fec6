// encode: a value to the code of its label, elementwise.
#include "compiler/ir/nodes/encode.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Encode::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  Type type = catType(dict.id, x.nullable || unknown == missing, x.fallible || unknown == fail);
  type.shape = x.shape;
  const Dict* labels = inference.table<Dict>(dict);
  if (!labels) return {type};
  Elem elem = x.elem;
  if (elem == Elem::cat)
    if (const Dict* own = inference.table<Dict>(TableRef{x.dict})) elem = own->elem;
  expectOperand(inference, 0, elem == labels->elem, elemName(labels->elem));
  inference.expect(unknown != other || labels->open,
                   "unknown values take the code of 'some other value', but the dict is closed");
  return {type};
}

void Encode::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Dict& labels = e.pipeline.table<Dict>(dict);
  const Type& from = e.operandType(0);
  const Dict* own = from.elem == Elem::cat ? &e.pipeline.table<Dict>(TableRef{from.dict}) : nullptr;
  for (size_t i = 0; i < y.elements.size(); i++) {
    const Datum& x = e.operand(0).elements[i];
    Datum& result = y.elements[i];
    if ((result.missing = x.missing)) continue;
    uint32_t code = kNone;
    if (!own)
      code = codeOf(labels, x);
    else if (static_cast<uint32_t>(x.i32) < own->size())
      code = codeOf(labels, labelOf(*own, static_cast<uint32_t>(x.i32)));
    if (code != kNone)
      result.i32 = static_cast<int32_t>(code);
    else if (unknown == other)
      result.i32 = static_cast<int32_t>(labels.size());
    else if (unknown == missing)
      result.missing = true;
    else if (!y.failure)
      y.failure = e.failure(KILN_INVALID_VALUE, fieldIndex);
  }
}

}  // namespace kiln::ir
