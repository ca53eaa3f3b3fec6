// Elements as numbers, integers or text.
#include "compiler/passes/lookup_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kiln::passes {

using namespace ir;

Lookup tableOf(const Type& type, uint32_t size) {
  Lookup table;
  table.elem = type.elem, table.dict.id = type.elem == Elem::cat ? type.dict : kNone;
  table.width = type.size() == 1 ? 0 : type.size();
  table.sizes = {size}, table.defaultRow = 0;
  return table;
}

void appendElements(const RowValue& value, Storage storage, Lookup& table) {
  const auto number = [](double v) { return std::isnan(v) ? std::numeric_limits<double>::quiet_NaN() : v; };
  for (const Datum& d : value.elements) {
    table.missing.push_back(d.missing);
    switch (storage) {
      case Storage::f64: table.numbers.push_back(d.missing ? 0 : number(d.f64)); break;
      case Storage::f32: table.numbers.push_back(d.missing ? 0 : number(static_cast<double>(d.f32))); break;
      case Storage::i64: table.integers.push_back(d.missing ? 0 : d.i64); break;
      case Storage::i32: table.integers.push_back(d.missing ? 0 : d.i32); break;
      case Storage::boolean: table.integers.push_back(!d.missing && d.boolean); break;
      case Storage::str: table.text.emplace_back(d.missing ? "" : d.text); break;
    }
  }
}

void dropUnusedMarks(Lookup& table) {
  if (std::find(table.missing.begin(), table.missing.end(), 1) == table.missing.end()) table.missing.clear();
}

}  // namespace kiln::passes
