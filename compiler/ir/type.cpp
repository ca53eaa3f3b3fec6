#include "compiler/ir/type.h"

namespace kiln::ir {

Storage storageOf(Elem elem) {
  switch (elem) {
    case Elem::f64:
      return Storage::f64;
    case Elem::f32:
      return Storage::f32;
    case Elem::i64:
    case Elem::date:
    case Elem::time:
    case Elem::datetime:
      return Storage::i64;
    case Elem::i32:
    case Elem::cat:
      return Storage::i32;
    case Elem::boolean:
      return Storage::boolean;
    case Elem::str:
      return Storage::str;
  }
  return Storage::f64;
}

static const char* const kNames[kElemCount] = {"f64", "f32",  "i64",  "i32",      "bool",
                                               "str", "date", "time", "datetime", "cat"};
const char* elemName(Elem elem) { return kNames[static_cast<int>(elem)]; }
bool parseElem(const std::string& name, Elem& elem) {
  for (int i = 0; i < kElemCount; i++)
    if (name == kNames[i]) return elem = static_cast<Elem>(i), true;
  return false;
}

uint32_t Type::size() const {
  uint32_t n = 1;
  for (uint32_t d : shape) n *= d;
  return n;
}
Type Type::scalar() const {
  Type t = *this;
  t.shape.clear(), t.domain = kNone, t.cap = 0, t.listNullable = false;
  return t;
}
Type Type::with(std::vector<uint32_t> s) const {
  Type t = *this;
  t.shape = std::move(s);
  return t;
}

}  // namespace kiln::ir
