// Text and numbers to elements and back.
#include "compiler/ir/cells.h"

#include "compiler/ir/elements.h"
#include "runtime/kernels/format.h"
#include "runtime/kernels/parse.h"

namespace kiln::ir {

bool exactElement(int64_t value, Elem elem, Datum& datum) {
  if (storageOf(elem) == Storage::boolean && value != 0 && value != 1) return false;
  if (storageOf(elem) == Storage::i32 && value != static_cast<int32_t>(value)) return false;
  datum = fromInteger(value, storageOf(elem));
  return true;
}

bool exactElement(double value, Elem elem, Datum& datum) {
  if (!(value >= -0x1p63 && value < 0x1p63) || value != std::trunc(value)) return false;  // NaN is refused here, too
  return exactElement(static_cast<int64_t>(value), elem, datum);
}

bool parseElement(std::string_view text, Elem elem, Datum& datum) {
  const auto* p = reinterpret_cast<const kernel::u8*>(text.data());
  const auto n = static_cast<kernel::u32>(text.size());
  kernel::i64 integer = 0;
  switch (elem) {
    case Elem::f64: return kernel::parse_f64(p, n, &datum.f64);
    case Elem::f32: return kernel::parse_f32(p, n, &datum.f32);
    case Elem::boolean: return kernel::parse_bool(p, n, &datum.boolean);
    case Elem::i64:
    case Elem::i32:
      return kernel::parse_i64(p, n, &integer) && exactElement(static_cast<int64_t>(integer), elem, datum);
    case Elem::date:
      return kernel::parse_date(p, n, &integer) && exactElement(static_cast<int64_t>(integer), elem, datum);
    case Elem::time:
      return kernel::parse_time(p, n, &integer) && exactElement(static_cast<int64_t>(integer), elem, datum);
    case Elem::datetime:
      return kernel::parse_datetime(p, n, &integer) && exactElement(static_cast<int64_t>(integer), elem, datum);
    case Elem::str: datum.text = text; return true;
    case Elem::cat: break;
  }
  return false;
}

std::string formatElement(const Datum& datum, Elem elem, bool java) {
  kernel::u8 out[64];
  kernel::u32 n = 0;
  switch (elem) {
    case Elem::f64: n = java ? kernel::format_f64_java(datum.f64, out) : kernel::format_f64(datum.f64, out); break;
    case Elem::f32: n = java ? kernel::format_f32_java(datum.f32, out) : kernel::format_f32(datum.f32, out); break;
    case Elem::i32: n = kernel::format_i64(datum.i32, out); break;
    case Elem::date: n = kernel::format_date(datum.i64, out); break;
    case Elem::time: n = kernel::format_time(datum.i64, out); break;
    case Elem::datetime: n = kernel::format_datetime(datum.i64, out); break;
    case Elem::boolean: return datum.boolean ? "true" : "false";
    default: n = kernel::format_i64(datum.i64, out);
  }
  return std::string(reinterpret_cast<const char*>(out), n);
}

}  // namespace kiln::ir
