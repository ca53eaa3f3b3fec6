// Values to text: the shortest decimal that reads back to the same value. Every function returns the length and writes at most
// 40 bytes.
#pragma once
#include "lanes.h"

namespace kiln::kernel {

u32 format_f64(f64 v, u8* out);        ///< the layout of formatNumber in compiler/support/number.h
u32 format_f32(f32 v, u8* out);
u32 format_i64(i64 v, u8* out);
u32 format_f64_java(f64 v, u8* out);   ///< the layout of Java's Double.toString: 2.0, 1.0E20, 1.0E-7, NaN, Infinity
u32 format_f32_java(f32 v, u8* out);
u32 format_date(i64 days, u8* out);    ///< since 1970-01-01: YYYY-MM-DD
u32 format_time(i64 us, u8* out);      ///< since midnight: hh:mm:ss, then the fraction if there is one
u32 format_datetime(i64 us, u8* out);

}  // namespace kiln::kernel
