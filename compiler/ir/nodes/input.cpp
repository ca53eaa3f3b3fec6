// input: a value that the caller gives. How a cell becomes an element, for the evaluator and the scorers alike:
//   MISSING  missing if the input is nullable, NaN or empty text if it is blank, else fails MISSING_REQUIRED.
//   TEXT     str: the bytes as they are, empty text too. Any other: blanks trimmed, then parsed by
//            runtime/kernels/parse.h; text that is no value of the type fails TYPE_MISMATCH. Numbers: sign, decimal or
//            exponent, inf, infinity, nan, true and false (1 and 0) in any case; f32 rounded once from the decimal;
//            integers also as 4.0 or 4e0, in range. bool: true, false in any case, and numbers that are 1 or 0. Dates:
//            ISO.
//   NUMBER   f64 as it is, f32 rounded; i64, i32, bool and dates must be exact (integral, in range, 0 or 1), else
//            TYPE_MISMATCH.
//   INTEGER  f64 and f32 rounded once from the integer; others as a NUMBER that is exact.
//   BOOLEAN  f64, f32, i64, i32, bool: 0 or 1.
//   CODE     cat only: the code, if it is that of a label, else an unknown label.
//   LIST     an input with `list` only, item by item, by the rules above; anything else but MISSING fails such an input.
//   anything else (NUMBER, INTEGER or BOOLEAN for str, BOOLEAN for dates, CODE for no cat, LIST) fails TYPE_MISMATCH.
// NaN, as NUMBER for any type but str, or as text for f64 and f32: by the attribute `nan`: `missing` as a MISSING cell,
// `invalid` fails INVALID_VALUE, `value` goes on (integers, bools and dates: TYPE_MISMATCH).
// cat: the cell becomes a label by the rules above for the dict's element type (text labels are compared as bytes,
// untrimmed), then a code. No label: the code "some other value" if the dict is open, else INVALID_VALUE. NaN has no
// label. Failures name this input as their field.
#include "compiler/ir/nodes/input.h"

#include <limits>

#include "compiler/ir/cells.h"
#include "compiler/ir/elements.h"

namespace kiln::ir {

Input::Input() : low(-std::numeric_limits<double>::infinity()), high(std::numeric_limits<double>::infinity()) {}

std::vector<Type> Input::infer(Inference& inference) const {
  expectOperands(inference, 0, 0);
  Type type = scalarType(elem, nullable || list != 0, true);  // any cell can be of the wrong kind
  if (elem == Elem::cat)
    inference.table<Dict>(dict), type.dict = dict.id;
  else
    inference.expect(dict.id == kNone, "only a cat has a dict");
  inference.expect(list <= 1u << 20, "a list of more than 2^20 items");
  inference.expect((role == lag) == (roleOf != kNone) && (role == lag || same.empty()),
                   "role_of and same belong to role lag");
  inference.expect(!blank || (!nullable && nan == value && (isFloat(elem) || elem == Elem::str)),
                   "blank is for floats and text that are not nullable, with nan value");
  inference.expect((shape.empty() && columns.empty()) || (!list && role == plain), "a tensor is no list and has no role");
  type.shape = list ? std::vector<uint32_t>{list} : shape;
  inference.expect(columns.empty() || type.size() == type.with(columns).size(), "columns has another size than the tensor");
  return {type};
}

// A cell that is neither missing nor a code, as an element that is no cat; false: TYPE_MISMATCH.
static bool toElement(const kiln_cell& cell, Elem elem, Datum& datum) {
  switch (cell.kind) {
    case KILN_TEXT: return (cell.as.text || !cell.length) && parseElement(std::string_view(cell.as.text, cell.length), elem, datum);
    case KILN_NUMBER:
      if (elem == Elem::str) return false;
      if (!isFloat(elem)) return exactElement(cell.as.number, elem, datum);
      datum = fromDouble(cell.as.number, storageOf(elem));
      return true;
    case KILN_INTEGER: return elem != Elem::str && exactElement(cell.as.integer, elem, datum);
    case KILN_BOOLEAN:
      return (isNumber(elem) || elem == Elem::boolean) && exactElement(int64_t{cell.as.integer != 0}, elem, datum);
    default: return false;
  }
}

// One cell, of the row or of a list, as an element; a cause if it is none.
static uint32_t readCell(const Input& input, const Dict* labels, const kiln_cell& cell, Datum& result) {
  const Elem type = labels ? labels->elem : input.elem;
  const auto missingCell = [&]() -> uint32_t {
    result = Datum();
    if (input.blank && isFloat(input.elem)) result = fromDouble(std::numeric_limits<double>::quiet_NaN(), storageOf(input.elem));
    result.missing = !input.blank;
    return input.nullable || input.blank || input.list ? 0 : KILN_MISSING_REQUIRED;
  };
  if (cell.kind == KILN_MISSING) return missingCell();

  uint32_t code = kNone;
  if (labels && cell.kind == KILN_CODE) {
    if (cell.as.integer >= 0 && cell.as.integer < labels->size()) code = static_cast<uint32_t>(cell.as.integer);
  } else {
    const bool converted = toElement(cell, type, result);
    const bool isNaN = (cell.kind == KILN_NUMBER && type != Elem::str && std::isnan(cell.as.number)) ||
                       (converted && isNan(result, storageOf(type)));
    if (isNaN && input.nan == Input::missing) return missingCell();
    if (isNaN && input.nan == Input::invalid) return KILN_INVALID_VALUE;
    if (!converted) return KILN_TYPE_MISMATCH;
    if (!labels) return 0;
    code = codeOf(*labels, result);
  }
  result = Datum();
  if (code == kNone && labels->open) code = labels->size();
  if (code == kNone) return KILN_INVALID_VALUE;
  result.i32 = static_cast<int32_t>(code);
  return 0;
}

static uint32_t readList(const Input& input, const Dict* labels, const kiln_cell& cell, RowValue& y) {
  const uint32_t length = cell.kind == KILN_LIST ? cell.length : 0;
  if (cell.kind != KILN_LIST && cell.kind != KILN_MISSING) return KILN_TYPE_MISMATCH;
  if (length && !cell.as.items) return KILN_TYPE_MISMATCH;
  if (length > input.list) return KILN_LIST_TOO_LONG;
  setMissing(y);
  for (uint32_t i = 0; i < length; i++) {
    y.elements[i] = Datum();
    const uint32_t cause = readCell(input, labels, cell.as.items[i], y.elements[i]);
    if (cause && !input.dropInvalid) return cause;
    if (cause) y.elements[i] = Datum(), y.elements[i].missing = true;
  }
  return 0;
}

void Input::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  const kiln_cell* cells = e.cells + e.inputIndex;
  const Dict* labels = elem == Elem::cat ? &e.pipeline.table<Dict>(dict) : nullptr;
  if (list) {
    if (const uint32_t cause = readList(*this, labels, *cells, y)) fresh(e).failure = e.failure(cause, e.inputIndex);
    return;
  }
  for (uint32_t i = 0; i < y.elements.size(); i++)
    if (const uint32_t cause = readCell(*this, labels, cells[i], y.elements[i])) {
      fresh(e).failure = e.failure(cause, e.inputIndex + i);
      return;
    }
}

}  // namespace kiln::ir
