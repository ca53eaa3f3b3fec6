// Struct arrays of the Arrow C data interface, as far as a scorer reads and writes them. An element becomes a cell and is read
// as score_row would read it, so that both give the same bits. Nothing is copied, kept or released.
#pragma once
#include "scorer_plan.h"

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
struct ArrowSchema {
  const char *format, *name, *metadata;
  int64_t flags, n_children;
  ArrowSchema **children, *dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void** buffers;
  ArrowArray **children, *dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
#endif

namespace kiln::kernel {

/// How the elements of an array lie in memory. Text has 32 or 64 bit offsets.
enum ArrowStorage : u8 { kArrowNone, kArrowNull, kArrowBit, kArrowI8, kArrowU8, kArrowI16, kArrowU16, kArrowI32, kArrowU32, kArrowI64, kArrowU64,
                         kArrowF32, kArrowF64, kArrowText, kArrowLongText };

/// A field of the schema and the child of the struct that it is bound to.
struct ArrowColumn {
  i32 child;                ///< -1: none
  u8 storage, index;        ///< of the values; of a dictionary's indices, kArrowNone without dictionary
  u8 moment, reserved;      ///< element type that a date, time or timestamp stands for; 0 (kElemF64): none of these
  i32 times, per;           ///< a moment's value is times / per of what is stored: days or microseconds
};

/// What bind_arrow makes.
struct ArrowBinding {
  u64 key;
  i64 in_children, out_children;
  ArrowColumn column[];     ///< of each input, then of each output
};
/// A kind that no field takes.
static constexpr u8 kNoCell = 0xff;
static constexpr u64 kArrowKey = 0x776f727241;   // tells an ArrowBinding from a Binding of the same scorer

}  // namespace kiln::kernel

// Of the library (arrow_entries.h), for the drivers.
extern "C" {
/// Whether the arrays are what was bound: KILN_OK, KILN_NULL or KILN_BINDING.
kiln::kernel::i32 kiln_arrow_check(const kiln::kernel::ArrowBinding* binding, const ArrowArray* in, const ArrowArray* out);
/// Row `row` of an input as a cell: kNoCell if the element is none that a cell can hold.
void kiln_arrow_cell(const kiln::kernel::ArrowColumn* column, const ArrowArray* in, kiln::kernel::i64 row, kiln_cell* cell);
/// Rows from `base` on into the column of input `index`; those beyond c->rows repeat the last, up to `padded`. False if an element
/// fails where the column cannot say so.
bool kiln_arrow_load(const kiln::kernel::Ctx* c, const kiln::kernel::FieldPlan* field, kiln::kernel::u32 index, const kiln::kernel::ArrowColumn* column, const ArrowArray* in,
                     kiln::kernel::u64 base, kiln::kernel::u64 padded);
/// Row `row` of an output, from the column of a block. Counts nulls.
void kiln_arrow_store(const kiln::kernel::Ctx* c, const kiln::kernel::FieldPlan* field, const kiln::kernel::ArrowColumn* column, ArrowArray* out,
                      kiln::kernel::u64 base);
/// The same from a cell of score_row.
void kiln_arrow_put(const kiln::kernel::u8* blob, const kiln::kernel::FieldPlan* field, const kiln::kernel::ArrowColumn* column, ArrowArray* out,
                    kiln::kernel::u64 row, const kiln_cell* cell);
}
