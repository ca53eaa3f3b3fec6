// What the rules of many nodes share: checks of operand types, elements as numbers, broadcasting of shapes.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/evaluate.h"
#include "compiler/ir/node.h"
#include "compiler/ir/pipeline.h"
#include "compiler/ir/tables/dict.h"

namespace kiln::ir {

// ---- types

/// "f64?[3]!", for messages.
std::string describe(const Type& type);
/// Whether two types agree in element and labels (not in shape, `?` and `!`).
inline bool sameElement(const Type& a, const Type& b) { return a.elem == b.elem && a.dict == b.dict; }
/// Reports and returns false unless there are low .. high operands, none of them a list.
bool expectOperands(Inference& inference, size_t low, size_t high = SIZE_MAX);
/// Reports unless operand i is as `ok` says; `wanted` completes "operand 2 is str, expected ...".
bool expectOperand(Inference& inference, size_t i, bool ok, const char* wanted);
bool anyNullable(const std::vector<Type>& types);
bool anyFallible(const std::vector<Type>& types);
/// The numpy broadcast of all shapes; reports and returns false if they do not fit.
bool broadcastShapes(Inference& inference, std::vector<uint32_t>& shape);

// ---- elements

template <class T>
T get(const Datum& d);
template <>
inline double get<double>(const Datum& d) {
  return d.f64;
}
template <>
inline float get<float>(const Datum& d) {
  return d.f32;
}
template <>
inline int64_t get<int64_t>(const Datum& d) {
  return d.i64;
}
template <>
inline int32_t get<int32_t>(const Datum& d) {
  return d.i32;
}
template <>
inline bool get<bool>(const Datum& d) {
  return d.boolean;
}
inline void set(Datum& d, double v) { d.f64 = v; }
inline void set(Datum& d, float v) { d.f32 = v; }
inline void set(Datum& d, int64_t v) { d.i64 = v; }
inline void set(Datum& d, int32_t v) { d.i32 = v; }
inline void set(Datum& d, bool v) { d.boolean = v; }

/// f(T()) for the C++ type that holds an element of this storage; not for str.
template <class F>
decltype(auto) withStorage(Storage storage, F f) {
  switch (storage) {
    case Storage::f32: return f(float());
    case Storage::i64: return f(int64_t());
    case Storage::i32: return f(int32_t());
    case Storage::boolean: return f(bool());
    default: return f(double());
  }
}
/// The same for f64 and f32 only.
template <class F>
decltype(auto) withFloat(Elem elem, F f) {
  return elem == Elem::f32 ? f(float()) : f(double());
}

/// Any element but text as a double: numbers, bools as 0 and 1, dates, codes.
double toDouble(const Datum& datum, Storage storage);
/// The element of this storage next to a number: floats round, integers truncate and saturate, bools are value != 0.
Datum fromDouble(double value, Storage storage);
/// An integer as an element: floats round, narrower integers keep the low bits, bools are value != 0.
Datum fromInteger(int64_t value, Storage storage);
inline bool isNan(const Datum& d, Storage storage) {
  return (storage == Storage::f64 && std::isnan(d.f64)) || (storage == Storage::f32 && std::isnan(d.f32));
}
/// Truncates and saturates; NaN gives 0.
template <class Int>
Int saturate(double value);
/// Whether a value lies in an interval; bit 0 of `closed`: low belongs to it, bit 1: high does. NaN lies in none.
inline bool inInterval(double v, double low, double high, uint8_t closed) {
  return (closed & 1 ? v >= low : v > low) && (closed & 2 ? v <= high : v < high);
}
/// Codes of a dict, "some other value" included.
inline uint32_t codes(const Dict& dict) { return dict.size() + (dict.open ? 1 : 0); }
/// Label of a code as an element; text views the dict.
Datum labelOf(const Dict& dict, uint32_t code);
/// Code of a label, kNone if it has none. NaN has none.
uint32_t codeOf(const Dict& dict, const Datum& label);

// ---- values

/// Result i, cleared: not failed, elements of its shape, all zero and present.
RowValue& fresh(Evaluation& evaluation, size_t i = 0);
/// Makes every element missing.
void setMissing(RowValue& value);
bool anyMissing(const RowValue& value);

/// Which element of an operand meets element i of a broadcast result.
class Broadcast {
 public:
  Broadcast(const std::vector<uint32_t>& from, const std::vector<uint32_t>& to);
  size_t operator()(size_t i) const { return single_ ? 0 : same_ ? i : slow(i); }

 private:
  size_t slow(size_t i) const;
  const std::vector<uint32_t>&from_, &to_;
  bool single_, same_;
};

}  // namespace kiln::ir
