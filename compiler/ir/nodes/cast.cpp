// cast: from one element type to another, elementwise.
#include "compiler/ir/nodes/cast.h"

#include <cstdio>

#include "compiler/ir/cells.h"
#include "compiler/ir/elements.h"

namespace kiln::ir {

static bool isPlain(Elem e) { return isNumber(e) || e == Elem::boolean; }

// Why this cast is none, or null.
static const char* refusal(const Cast& cast, const Type& x, Inference& inference) {
  switch (cast.mode) {
    case Cast::saturate: return isPlain(x.elem) && isPlain(cast.elem) ? nullptr : "saturate casts numbers and bools";
    case Cast::lowest: return isFloat(x.elem) && isInteger(cast.elem) ? nullptr : "lowest casts floats to integers";
    case Cast::onnx: return isPlain(x.elem) && cast.elem == Elem::str ? nullptr : "formats numbers and bools as str";
    case Cast::wrap: return isInteger(x.elem) && isInteger(cast.elem) ? nullptr : "wrap casts integers";
    case Cast::checked:
      if (x.elem == Elem::str)
        return cast.elem != Elem::str && cast.elem != Elem::cat ? nullptr
                                                                : "checked casts text to numbers, bools and dates";
      return isPlain(x.elem) && (isInteger(cast.elem) || cast.elem == Elem::boolean)
                 ? nullptr
                 : "checked casts numbers to integers and bools, and text";
    case Cast::label:
      if (x.elem != Elem::cat) return "label casts a cat";
      if (const Dict* dict = inference.table<Dict>(TableRef{x.dict})) {
        if (dict->open) return "an open dict has a value without label";
        if (dict->elem != cast.elem) return "the labels are of another element type";
      }
      return nullptr;
    case Cast::shortest:
    case Cast::java:
      return x.elem != Elem::str && x.elem != Elem::cat && cast.elem == Elem::str
                 ? nullptr
                 : "formats numbers, bools and dates as str";
  }
  return "unknown mode";
}

std::vector<Type> Cast::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  Type type = scalarType(elem, x.nullable, x.fallible || mode == checked);
  type.shape = x.shape;
  inference.expect(elem != Elem::cat, "a cat comes from `encode`");
  if (const char* why = refusal(*this, x, inference)) expectOperand(inference, 0, false, why);
  return {type};
}

// Number or bool to number or bool: floats round, integers saturate.
static Datum saturated(const Datum& x, Storage from, Storage to) {
  if (from == Storage::f64 || from == Storage::f32) return fromDouble(toDouble(x, from), to);
  const int64_t v = from == Storage::boolean ? x.boolean : from == Storage::i32 ? x.i32 : x.i64;
  if (to == Storage::i32) return fromInteger(std::clamp<int64_t>(v, INT32_MIN, INT32_MAX), to);
  return fromInteger(v, to);
}

static Datum truncated(double v, Storage to) {
  const double low = to == Storage::i32 ? -0x1p31 : -0x1p63;
  return fromDouble(v > low && v < -low ? v : low, to);
}

// As C++ streams of eight digits write it.
static std::string onnxText(const Datum& x, Storage storage) {
  if (storage == Storage::boolean) return x.boolean ? "1" : "0";
  if (storage == Storage::i64 || storage == Storage::i32) return std::to_string(storage == Storage::i64 ? x.i64 : x.i32);
  const double v = toDouble(x, storage);
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "INF" : "-INF";
  char text[32];
  std::snprintf(text, sizeof text, "%.8g", v);
  return text;
}

void Cast::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Type& type = e.operandType(0);
  const Storage from = type.storage(), to = storageOf(elem);
  for (size_t i = 0; i < y.elements.size(); i++) {
    const Datum& x = e.operand(0).elements[i];
    Datum& result = y.elements[i];
    if ((result.missing = x.missing)) continue;
    bool ok = true;
    switch (mode) {
      case saturate: result = saturated(x, from, to); break;
      case wrap: result = fromInteger(from == Storage::i32 ? x.i32 : x.i64, to); break;
      case checked:
        if (type.elem == Elem::str)
          ok = parseElement(x.text, elem, result);
        else if (isFloat(type.elem))
          ok = exactElement(toDouble(x, from), elem, result);
        else
          ok = exactElement(saturated(x, from, Storage::i64).i64, elem, result);
        break;
      case label: result = labelOf(e.pipeline.table<Dict>(TableRef{type.dict}), static_cast<uint32_t>(x.i32)); break;
      case lowest: result = truncated(toDouble(x, from), to); break;
      case onnx: result.text = e.keep(onnxText(x, from)); break;
      case shortest:
      case java: result.text = e.keep(formatElement(x, type.elem, mode == java)); break;
    }
    if (!ok && !y.failure) y.failure = e.failure(KILN_TYPE_MISMATCH);
  }
}

}  // namespace kiln::ir
