// The value of a row of a column, whatever the column is held in.
#pragma once
#include "../lanes.h"
#include "tables.h"

namespace kiln::kernel {

INLINE f64 column_value(const u8* p, u32 storage, u64 row) {
  switch (storage) {
    case kColumnF64: return load<f64>(p + row * 8);
    case kColumnI32: return load<i32>(p + row * 4);
    case kColumnF32: return load<f32>(p + row * 4);
    case kColumnI64: return (f64)load<i64>(p + row * 8);
    default: return p[row] != 0;
  }
}

}  // namespace kiln::kernel
