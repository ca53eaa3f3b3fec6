// const: a literal, a missing value, or a constant matrix.
#include "compiler/ir/nodes/const.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::ir {

static bool fits(Elem elem, int64_t v, const Dict* dict) {
  if (elem == Elem::boolean) return v == 0 || v == 1;
  if (elem == Elem::i32) return v == static_cast<int32_t>(v);
  if (elem == Elem::cat) return dict && v >= 0 && v < codes(*dict);
  return true;
}

std::vector<Type> Const::infer(Inference& inference) const {
  expectOperands(inference, 0, 0);
  const int given = (matrix.id != kNone) + isMissing + number.has_value() + integer.has_value() + text.has_value();
  inference.expect(given == 1, "needs exactly one of matrix, missing, number, integer and text");
  Type type = scalarType(elem, isMissing);
  if (matrix.id != kNone) {
    if (const Matrix* m = inference.table<Matrix>(matrix)) {
      inference.expect(m->elem == elem,
                       std::string("elem is ") + elemName(elem) + ", the matrix has " + elemName(m->elem));
      type.shape = m->shape;
    }
    return {type};
  }
  const Dict* labels = nullptr;
  if (elem == Elem::cat)
    labels = inference.table<Dict>(dict), type.dict = dict.id;
  else
    inference.expect(dict.id == kNone, "only a cat has a dict");
  if (number) {
    inference.expect(isFloat(elem), std::string("a number is no ") + elemName(elem));
    inference.expect(elem != Elem::f32 || std::isnan(*number) || *number == static_cast<float>(*number),
                     "the number is no f32");
  }
  if (integer) {
    inference.expect(!isFloat(elem) && elem != Elem::str, std::string("an integer is no ") + elemName(elem));
    inference.expect(fits(elem, *integer, labels), std::to_string(*integer) + " is no " + elemName(elem));
  }
  if (text) inference.expect(elem == Elem::str, std::string("text is no ") + elemName(elem));
  return {type};
}

void Const::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if (matrix.id != kNone) {
    const Matrix& m = e.pipeline.table<Matrix>(matrix);
    for (size_t i = 0; i < y.elements.size() && elem == Elem::str; i++) y.elements[i].text = m.text[i];
    for (size_t i = 0; i < y.elements.size() && elem != Elem::str; i++)
      y.elements[i] =
          isFloat(elem) ? fromDouble(m.numbers[i], storageOf(elem)) : fromInteger(m.integers[i], storageOf(elem));
    return;
  }
  Datum& d = y.elements[0];
  if (isMissing)
    d.missing = true;
  else if (number)
    d = fromDouble(*number, storageOf(elem));
  else if (integer)
    d = fromInteger(*integer, storageOf(elem));
  else
    d.text = *text;
}

}  // namespace kiln::ir
