// lookup: a row of a table by one or more codes.
#include "compiler/ir/nodes/lookup.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::ir {

// Whether a code may lie outside the table's size for its key.
static bool mayLieOutside(const Inference& inference, const Type& key, uint32_t size) {
  if (key.elem != Elem::cat || key.dict >= inference.pipeline.tables.size()) return true;
  return codes(inference.pipeline.table<Dict>(TableRef{key.dict})) > size;
}

std::vector<Type> LookupNode::infer(Inference& inference) const {
  if (!expectOperands(inference, 1)) return {Type()};
  const Lookup* t = inference.table<Lookup>(table);
  if (!t) return {Type()};
  const std::vector<Type>& x = inference.operands;
  inference.expect(x.size() == t->sizes.size(),
                   "has " + std::to_string(x.size()) + " keys, the table " + std::to_string(t->sizes.size()));
  Type type = scalarType(t->elem, false, anyFallible(x));
  type.dict = t->elem == Elem::cat ? t->dict.id : kNone;
  if (t->width) type.shape = {t->width};
  bool withoutRow = !t->keys.empty();
  for (size_t k = 0; k < x.size(); k++) {
    const bool vector = x.size() == 1 && !x[0].shape.empty() && t->width == 0;
    expectOperand(inference, k, (x[k].elem == Elem::i32 || x[k].elem == Elem::cat) && (x[k].isScalar() || vector),
                  "an i32 or cat scalar");
    if (vector) type.shape = x[0].shape;
    withoutRow |= k < t->sizes.size() && mayLieOutside(inference, x[k], t->sizes[k]);
  }
  const bool missingValue = std::any_of(t->missing.begin(), t->missing.end(), [](uint8_t m) { return m != 0; });
  type.nullable = missingValue || (anyNullable(x) && !t->missingRow) || (withoutRow && !t->defaultRow);
  return {type};
}

// The element at this place of the table's values.
static Datum valueAt(const Lookup& table, size_t at) {
  Datum d;
  if (!table.missing.empty() && table.missing[at])
    d.missing = true;
  else if (table.elem == Elem::str)
    d.text = table.text[at];
  else if (isFloat(table.elem))
    d = fromDouble(table.numbers[at], storageOf(table.elem));
  else
    d = fromInteger(table.integers[at], storageOf(table.elem));
  return d;
}

void LookupNode::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Lookup& t = e.pipeline.table<Lookup>(table);
  const size_t width = t.elementsPerRow();
  static thread_local std::vector<uint32_t> code;   // kept from row to row
  code.resize(e.operands());
  for (size_t at = 0; at < y.elements.size(); at += width) {  // once, but for a vector of codes
    bool missing = false;
    for (size_t k = 0; k < e.operands(); k++) {
      const Datum& key = e.operand(k).elements[e.operandType(k).isScalar() ? 0 : at];
      missing |= key.missing;
      code[k] = static_cast<uint32_t>(key.i32);  // a negative code is beyond every size
    }
    const uint32_t row = !missing ? t.row(code) : t.missingRow ? static_cast<uint32_t>(*t.missingRow) : kNone;
    for (size_t i = 0; i < width; i++) {
      if (row == kNone)
        y.elements[at + i].missing = true;
      else
        y.elements[at + i] = valueAt(t, row * width + i);
    }
  }
}

}  // namespace kiln::ir
