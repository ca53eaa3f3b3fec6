// Text to values, for every type a cell can have. Blanks at both ends are ignored; the rest must be one value.
#pragma once
#include "lanes.h"

namespace kiln::kernel {

bool parse_f64(const u8* p, u32 n, f64* out);
bool parse_f32(const u8* p, u32 n, f32* out);        ///< rounded once, from the decimal
bool parse_i64(const u8* p, u32 n, i64* out);        ///< also 4.0 and 4e0; exact over the whole range
bool parse_bool(const u8* p, u32 n, bool* out);      ///< true, false, 1, 0
bool parse_date(const u8* p, u32 n, i64* out);       ///< YYYY-MM-DD: days since 1970-01-01
bool parse_time(const u8* p, u32 n, i64* out);       ///< hh:mm:ss[.ffffff]: microseconds since midnight
bool parse_datetime(const u8* p, u32 n, i64* out);   ///< dateTtime: microseconds since 1970-01-01

}  // namespace kiln::kernel
