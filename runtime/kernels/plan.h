// The contract between the compiler and the kernels: plain structs, offsets instead of pointers. Both sides include this
// file. Parameters of a kernel are emitted as one constant, which folds away once the kernel is inlined.
#pragma once
#include "kiln/scorer.h"

namespace kiln::kernel {

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
typedef float f32;
typedef double f64;

enum : u32 { kNone = 0xffffffffu };

/// A value that lives in scratch: one column of `pitch` rows for each element of its shape. Offsets are from Ctx::scratch.
/// Element e of row r: values + (e * pitch + r) * size of the storage (bool: one byte, str: 16 bytes, pointer then length).
/// missing: bit r of the bytes from missing + e * ((pitch + 7) / 8); kNone: never missing. status: i32 of row r, 0: the value did
/// not fail; kNone: it cannot. room: elements that may be read and written, count or more: a row's vectors are padded to eight.
struct Slot {
  u32 values, missing, status, count, pitch, room;
};

/// Single elements come in groups of so many: whole lanes of any tier, also of its wide kernels.
enum : u64 { kElementGroup = 32 };

/// Why a value failed, in a lane of i32: 0, or cause (8 bits, a cause bit of kiln_status) | index << 8, of an input
/// (below kNodeBase; kNoField: of none) or, minus kNodeBase, of a node.
enum : i32 { kNoField = 0xffff, kNodeBase = 0x10000 };

/// What a pass over single elements says of them all; Ctx::status is that of the first member. A body says it of a copy, which stands in registers.
enum : int { kOddLanes = 8 };
struct ElementsSaid {
  kiln_status status;
  alignas(32) u8 odd[kOddLanes * 4];   ///< by lanes, a bit of each result that is not finite
};

/// What one call works on. The drivers fill it; kernels read it.
struct Ctx {
  const u8* blob;           ///< the model's tables
  u8* scratch;              ///< this call's columns
  const kiln_cell* cells;   ///< one-row entry: the inputs
  kiln_cell* out;           ///< one-row entry: the outputs
  kiln_status* status;      ///< of row 0 of the block; never null in kernels
  u8 *arena, *arena_end;    ///< free room for text that kernels make; kernels move `arena` forward
  u64 at;                   ///< first row of the current lanes, inside the block
  u64 rows;                 ///< real rows of the block; lanes beyond them repeat the last row
  u64 column;               ///< of single elements: the column of the first
};

}  // namespace kiln::kernel
