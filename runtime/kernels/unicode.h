// Text by code points: case mapping (simple, one fixed Unicode version, no locale), length, substring, trimming. Bytes that
// are not UTF-8 pass unchanged and count as one code point each.
#pragma once
#include "lanes.h"

namespace kiln::kernel {

/// Bytes written; kNone if they do not fit.
u32 upper(const u8* p, u32 n, u8* out, u32 capacity);
u32 lower(const u8* p, u32 n, u8* out, u32 capacity);
/// Code points.
u32 length_utf8(const u8* p, u32 n);
/// `count` code points from the first-th (from 0): where they begin, and bytes. What is beyond the end is left out.
u32 substring_utf8(const u8* p, u32 n, u64 first, u64 count, u32* length);
/// Where the text without blanks (<= 0x20) at both ends begins, and bytes.
u32 trim(const u8* p, u32 n, u32* length);

}  // namespace kiln::kernel
