// The type of a value: what one row holds at one point of a pipeline. docs/ir.md section 1 is the reference.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace kiln::ir {

using ValueId = uint32_t;
using NodeId = uint32_t;
using TableId = uint32_t;
inline constexpr uint32_t kNone = 0xffffffffu;

/// The type of one element. `cat` is an index into a table of labels (a Dict). Dates count days since 1970-01-01, times
/// microseconds since midnight, datetimes microseconds since 1970-01-01; all three are held as 64-bit integers.
enum class Elem : uint8_t { f64, f32, i64, i32, boolean, str, date, time, datetime, cat };
inline constexpr int kElemCount = 10;

/// How an element is held, here and in generated code: several element types share one.
enum class Storage : uint8_t { f64, f32, i64, i32, boolean, str };
Storage storageOf(Elem elem);
const char* elemName(Elem elem);                  ///< as in the text form: "f64", "bool", "cat" ...
bool parseElem(const std::string& name, Elem& elem);
inline bool isFloat(Elem e) { return e == Elem::f64 || e == Elem::f32; }
inline bool isInteger(Elem e) { return e == Elem::i64 || e == Elem::i32; }
inline bool isNumber(Elem e) { return isFloat(e) || isInteger(e); }

/// elem, then what can occur: `nullable` an element may be missing (printed `?`), `fallible` the value may have failed
/// (printed `!`; one flag a value, never an element). `shape` is empty for a scalar. A list has a `domain`: values of one
/// domain have the same length in a row, at most `cap` elements (0: bounded by the text that it came from); the list
/// dimension comes before `shape`.
struct Type {
  Elem elem = Elem::f64;
  bool nullable = false;
  bool fallible = false;
  std::vector<uint32_t> shape;
  TableId dict = kNone;      ///< the labels of a `cat`
  uint32_t domain = kNone;   ///< kNone: not a list
  uint32_t cap = 0;
  bool listNullable = false; ///< the list itself may be missing, which is not the empty list

  bool isScalar() const { return shape.empty() && domain == kNone; }
  bool isList() const { return domain != kNone; }
  /// Elements of the shape, 1 for a scalar.
  uint32_t size() const;
  Storage storage() const { return storageOf(elem); }
  Type scalar() const;                          ///< this type without shape and list
  Type with(std::vector<uint32_t> shape) const; ///< this type with another shape
  friend bool operator==(const Type&, const Type&) = default;
};

inline Type scalarType(Elem elem, bool nullable = false, bool fallible = false) {
  Type type;
  type.elem = elem, type.nullable = nullable, type.fallible = fallible;
  return type;
}
inline Type catType(TableId dict, bool nullable = false, bool fallible = false) {
  Type type = scalarType(Elem::cat, nullable, fallible);
  type.dict = dict;
  return type;
}

}  // namespace kiln::ir
