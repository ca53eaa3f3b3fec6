// What the rules of many nodes share: checks of operand types, elements as numbers, broadcasting of shapes.
#include "compiler/ir/elements.h"

#include <limits>

namespace kiln::ir {

std::string describe(const Type& type) {
  std::string text = elemName(type.elem);
  if (type.nullable) text += '?';
  if (type.isList()) text += "[#]";
  if (!type.shape.empty()) {
    text += '[';
    for (size_t i = 0; i < type.shape.size(); i++) text += (i ? "," : "") + std::to_string(type.shape[i]);
    text += ']';
  }
  return type.fallible ? text + '!' : text;
}

bool expectOperands(Inference& inference, size_t low, size_t high) {
  const size_t n = inference.operands.size();
  if (n < low || n > high) {
    inference.problems.push_back("takes " + std::to_string(low) +
                                 (high == low        ? ""
                                  : high == SIZE_MAX ? " or more"
                                                     : " to " + std::to_string(high)) +
                                 (high == 1 ? " operand" : " operands") + ", has " + std::to_string(n));
    return false;
  }
  for (size_t i = 0; i < n; i++)
    if (!expectOperand(inference, i, !inference.operands[i].isList(), "no list")) return false;
  return true;
}

bool expectOperand(Inference& inference, size_t i, bool ok, const char* wanted) {
  if (!ok)
    inference.problems.push_back("operand " + std::to_string(i + 1) + " is " + describe(inference.operands[i]) +
                                 ", expected " + wanted);
  return ok;
}

bool anyNullable(const std::vector<Type>& types) {
  return std::any_of(types.begin(), types.end(), [](const Type& t) { return t.nullable; });
}
bool anyFallible(const std::vector<Type>& types) {
  return std::any_of(types.begin(), types.end(), [](const Type& t) { return t.fallible; });
}

bool broadcastShapes(Inference& inference, std::vector<uint32_t>& shape) {
  shape.clear();
  for (size_t k = 0; k < inference.operands.size(); k++) {
    const auto& other = inference.operands[k].shape;
    if (other.size() > shape.size()) shape.insert(shape.begin(), other.size() - shape.size(), 1);
    for (size_t i = 0; i < other.size(); i++) {
      uint32_t& d = shape[shape.size() - other.size() + i];
      if (d == 1)
        d = other[i];
      else if (other[i] != 1 && other[i] != d)
        return expectOperand(inference, k, false, "a shape that fits the operands before it");
    }
  }
  return true;
}

double toDouble(const Datum& datum, Storage storage) {
  return withStorage(storage, [&](auto zero) { return static_cast<double>(get<decltype(zero)>(datum)); });
}

template <class Int>
Int saturate(double value) {
  constexpr double kLow = static_cast<double>(std::numeric_limits<Int>::min());
  if (std::isnan(value)) return 0;
  if (value <= kLow) return std::numeric_limits<Int>::min();
  if (value >= -kLow) return std::numeric_limits<Int>::max();  // -low is a power of two, the first value beyond
  return static_cast<Int>(value);
}
template int64_t saturate<int64_t>(double);
template int32_t saturate<int32_t>(double);

Datum fromDouble(double value, Storage storage) {
  Datum d;
  switch (storage) {
    case Storage::f32: d.f32 = static_cast<float>(value); break;
    case Storage::i64: d.i64 = saturate<int64_t>(value); break;
    case Storage::i32: d.i32 = saturate<int32_t>(value); break;
    case Storage::boolean: d.boolean = value != 0; break;
    default: d.f64 = value;
  }
  return d;
}

Datum fromInteger(int64_t value, Storage storage) {
  Datum d;
  switch (storage) {
    case Storage::f64: d.f64 = static_cast<double>(value); break;
    case Storage::f32: d.f32 = static_cast<float>(value); break;
    case Storage::i32: d.i32 = static_cast<int32_t>(value); break;
    case Storage::boolean: d.boolean = value != 0; break;
    default: d.i64 = value;
  }
  return d;
}

Datum labelOf(const Dict& dict, uint32_t code) {
  if (dict.elem == Elem::str) {
    Datum d;
    d.text = dict.text[code];
    return d;
  }
  return isFloat(dict.elem) ? fromDouble(dict.numbers[code], storageOf(dict.elem))
                            : fromInteger(dict.integers[code], storageOf(dict.elem));
}

uint32_t codeOf(const Dict& dict, const Datum& label) {
  switch (storageOf(dict.elem)) {
    case Storage::f64: return std::isnan(label.f64) ? kNone : dict.find(label.f64);
    case Storage::f32: return std::isnan(label.f32) ? kNone : dict.find(static_cast<double>(label.f32));
    case Storage::i64: return dict.find(label.i64);
    case Storage::i32: return dict.find(static_cast<int64_t>(label.i32));
    case Storage::boolean: return dict.find(static_cast<int64_t>(label.boolean));
    case Storage::str: return dict.find(std::string(label.text));
  }
  return kNone;
}

RowValue& fresh(Evaluation& evaluation, size_t i) {
  RowValue& value = evaluation.result(i);
  value.failure = {};
  value.listMissing = false;
  value.elements.assign(evaluation.resultType(i).size(), Datum());
  return value;
}

void setMissing(RowValue& value) {
  for (Datum& d : value.elements) d = Datum(), d.missing = true;
}

bool anyMissing(const RowValue& value) {
  return std::any_of(value.elements.begin(), value.elements.end(), [](const Datum& d) { return d.missing; });
}

Broadcast::Broadcast(const std::vector<uint32_t>& from, const std::vector<uint32_t>& to)
    : from_(from),
      to_(to),
      single_(std::all_of(from.begin(), from.end(), [](uint32_t d) { return d == 1; })),
      same_(from == to) {}

size_t Broadcast::slow(size_t i) const {
  size_t at = 0, stride = 1;
  for (size_t k = 0; k < to_.size(); k++) {  // from the last axis to the first
    const uint32_t d = to_[to_.size() - 1 - k];
    if (k < from_.size()) {
      const uint32_t own = from_[from_.size() - 1 - k];
      if (own != 1) at += i % d * stride;
      stride *= own;
    }
    i /= d;
  }
  return at;
}

}  // namespace kiln::ir
