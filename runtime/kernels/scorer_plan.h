// What the entries of a scorer need to know of the pipeline: emitted by the compiler, read by drivers.h.
#pragma once
#include "plan.h"

namespace kiln::kernel {

/// An input or output. Arrays of these stand in the blob.
struct FieldPlan {
  Slot slot;                  ///< block instance: where its column is; count 0: it has none
  u32 elem;                   ///< enum Elem of compiler/ir/type.h; of a cat, that of its labels
  u32 is_cat, open;           ///< a cat is held as codes; open: code label_count is "some other value"
  u32 nan, nullable, required;
  u32 blank;                  ///< a missing cell is NaN or the empty text
  u32 joins;                  ///< of a tensor, not its first column: its slot's status is that of the columns before, too
  u32 list, drop_invalid;     ///< most items of a list, 0: no list; items that are invalid are missing
  u32 labels;                 ///< cat of text: blob offset of its perfect hash (inputs); of numbers: of its labels, 8 bytes each
  u32 label_count;
  u32 label_offsets;          ///< cat of text: blob: u32[label_count + 1], from label_text
  u32 label_text;
  u32 name, name_length;      ///< blob
};
enum : u32 { kElemF64, kElemF32, kElemI64, kElemI32, kElemBool, kElemStr, kElemDate, kElemTime, kElemDatetime };
enum : u32 { kNanValue, kNanMissing, kNanInvalid };

constexpr bool is_number(const FieldPlan& f) { return !f.is_cat && (f.elem == kElemF64 || f.elem == kElemF32); }
/// Whether every number goes into the column as it is, NaN as well: none is missing there or fails.
constexpr bool takes_all(const FieldPlan& f) { return f.slot.missing == kNone && (f.slot.status == kNone || f.nan == kNanValue); }

/// What the kernels of an input get: its field, and which it is.
struct InputParams {
  FieldPlan field;
  u32 index;
};
/// A HashTable (strings.h) of few labels, up to 16 bytes each, as constants of the code.
struct FewLabels {
  u64 seed[2];
  u32 entries, shift, longest, reserved;   ///< entries: blob offset; shift 0: the table is none of these
};
struct PlainLabelParams {
  InputParams input;
  u32 reserved;   ///< no byte is left open: they are part of the scorer
  FewLabels few;
};
static_assert(sizeof(PlainLabelParams) == sizeof(InputParams) + sizeof(u32) + sizeof(FewLabels));

struct ScorerPlan {
  u32 input_count, output_count;
  u32 inputs, outputs;        ///< blob: FieldPlan[]
  u32 by_name;                ///< blob: u32[input_count], inputs in the order of their names
  u32 block_rows, status_at;  ///< block: kiln_status[block_rows] in scratch
  u32 rowwise;                ///< score_arrow goes row by row: an input is free text, and room for what is made of it is a row's
  u32 tensor;                 ///< inputs are floats of one type, of so many bytes, that need no check, and stand one after the other in a block's scratch; 0: not
  u32 in_types, out_types;    ///< bit enum kiln_type: what matrices may hold
  u32 element_columns, element_in, element_out;   ///< score_elements: columns of both matrices, and what they hold (enum kiln_type); 0: there is no body of elements
  u32 moves, moved_type;      ///< score_moves: blob: u32[output_count], the input that each output is, and what all hold (enum kiln_type)
  u32 tensor_out;             ///< the same of outputs, of which none is ever missing
  u32 wide_rows;              ///< score_wide: rows of floats, elements in lanes; inputs and outputs each hold numbers of one type
  u64 row_bytes, block_bytes; ///< scratch of the instances, without text
  u64 scratch_bytes, binding_key;
};

/// What bind makes.
struct Binding {
  u64 key;
  u32 in_type, out_type;
  i32 column[];               ///< of each input; -1: not bound
};

}  // namespace kiln::kernel
