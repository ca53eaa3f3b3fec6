// The entries of a tier, compiled to machine code once a tier when Kiln is built: they check what the caller gives, set the
// processor's floating point control, bring rows in and results out, and call the pipeline's instances. With them the tier's
// KILN_TIER_KERNELs. KILN_TIER is the tier.
#define KILN_NATIVE
#define KILN_TIER_CODE
#define OUTLINE extern inline __attribute__((gnu_inline, noinline))   // compiled once, in library.cpp
#include "fpcontrol.h"
#include "arrow.h"
#include "matrix.h"
#include "forest/cursor.h"
#include "forest/masks.h"
#include "forest/sliced.h"
#include "forest/walk.h"
#include "forest/keys.h"
#include "forest/rules.h"

#define kiln_body_row KILN_OF_TIER(KILN_TIER, body_row)
#define kiln_body_block KILN_OF_TIER(KILN_TIER, body_block)
#define kiln_body_elements KILN_OF_TIER(KILN_TIER, body_elements)
#define kiln_body_wide KILN_OF_TIER(KILN_TIER, body_wide)
#define kiln_plan KILN_OF_TIER(KILN_TIER, plan)
#define kiln_score_row KILN_OF_TIER(KILN_TIER, score_row)
#define kiln_score_rows KILN_OF_TIER(KILN_TIER, score_rows)
#define kiln_score_whole_moves KILN_OF_TIER(KILN_TIER, score_whole_moves)
#define kiln_score_whole_elements KILN_OF_TIER(KILN_TIER, score_whole_elements)
#define kiln_score_whole KILN_OF_TIER(KILN_TIER, score_whole)
#define kiln_score_moves KILN_OF_TIER(KILN_TIER, score_moves)
#define kiln_score_elements KILN_OF_TIER(KILN_TIER, score_elements)
#define kiln_score_tensors KILN_OF_TIER(KILN_TIER, score_tensors)
#define kiln_score_wide KILN_OF_TIER(KILN_TIER, score_wide)
#define kiln_score_arrow KILN_OF_TIER(KILN_TIER, score_arrow)
#pragma clang diagnostic ignored "-Wunused-const-variable"

// Defined by the compiler: the stages of the pipeline over one row, over Ctx::rows rows of a block and, where there is such a pipeline, over
// as many elements, in whole lanes, or over a wide row; what they need.
extern "C" void kiln_body_row(kiln::kernel::Ctx*);
extern "C" void kiln_body_block(kiln::kernel::Ctx*);
extern "C" void kiln_body_elements(kiln::kernel::Ctx*);
extern "C" void kiln_body_wide(kiln::kernel::Ctx*);
extern "C" const kiln::kernel::ScorerPlan kiln_plan;
extern "C" const kiln::kernel::u8 kiln_blob[];

namespace kiln::kernel {

INLINE void run_row(const kiln_cell* in, kiln_cell* out, void* scratch, size_t size, kiln_status* status) {
  Ctx c;
  *status = {0, 0xffff, 0xffff};
  c.blob = kiln_blob, c.scratch = (u8*)scratch, c.cells = in, c.out = out, c.status = status;
  c.arena = c.scratch + kiln_plan.row_bytes, c.arena_end = c.scratch + size, c.at = 0, c.rows = 1;
  kiln_body_row(&c);
  if (__builtin_expect(status->bits & KILN_NO_RESULT, 0))
    NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++) missing_cell(out[i]);
}

__attribute__((noinline, cold)) static void run_row_by_default_control(const kiln_cell* in, kiln_cell* out, void* scratch, size_t size, kiln_status* status) {
  const FpControl control = fp_control();
  set_fp_control(fp_default(control));
  run_row(in, out, scratch, size, status);
  set_fp_control(control);
}

extern "C" i32 kiln_score_row(const kiln_cell* in, kiln_cell* out, void* scratch, size_t size, kiln_status* status) {
  if ((!in && kiln_plan.input_count) || (!out && kiln_plan.output_count) || !scratch) return KILN_NULL;
  if (size < kiln_plan.scratch_bytes || ((u64)scratch & 63) != 0) return KILN_SCRATCH;
  kiln_status unwanted;
  if (!status) status = &unwanted;
  if (__builtin_expect(fp_acts_default(), 1)) run_row(in, out, scratch, size, status);
  else run_row_by_default_control(in, out, scratch, size, status);
  return KILN_OK;
}

/// The inputs' columns, in their order.
INLINE bool stand_side_by_side(const Binding& binding) {
  NOUNROLL for (u32 i = 0; i < kiln_plan.input_count; i++)
    if (binding.column[i] < 0 || binding.column[i] != binding.column[0] + (i32)i) return false;
  return true;
}
template <class In>
__attribute__((noinline)) static void load_block(const Ctx& c, const Binding& binding, const kiln_matrix& in, u64 base, u64 padded) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.inputs);
  const u8* first = (const u8*)in.data + (i64)base * in.row_bytes;
  if constexpr (kIsFloat<In>)
    if (kiln_plan.tensor == sizeof(In) && stand_side_by_side(binding))
      return load_tensor<In>(c, fields, kiln_plan.input_count, {first + (u64)binding.column[0] * sizeof(In), in.row_bytes}, c.rows, padded);
  u32 together = 1;
  NOUNROLL for (u32 i = 0; i < kiln_plan.input_count; i += together) {
    together = 1;
    if (fields[i].slot.count == 0) continue;   // nothing reads it
    const i32 column = binding.column[i];
    const StridedColumn from = {column < 0 ? nullptr : first + (u64)column * sizeof(In), in.row_bytes};
    together = beside<In>(fields, binding.column, i, kiln_plan.input_count);
    if (together > 1) load_columns_beside<In>(c, fields + i, i, together, from, c.rows, (u64)in.rows - base, padded);
    else load_column<In>(c, fields[i], i, from, 0, c.rows, padded);
  }
}
/// `kTensor`: the outputs are one (ScorerPlan::tensor_out).
template <class Out, bool kTensor> __attribute__((noinline)) static void store_block(const Ctx& c, const kiln_matrix& out, u64 base) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  const bool all = all_have_results(c, c.rows);
  const u32 count = kiln_plan.output_count;
  if constexpr (kTensor)
    if (kiln_plan.tensor_out == sizeof(Out) && all && !out.validity && c.rows % kMatrixRows == 0)
      return store_tensor(c, fields[0].slot, sizeof(Out), count, (u8*)out.data + (i64)base * out.row_bytes, out.row_bytes);
  NOUNROLL for (u32 i = 0; i < count; i += kBeside<Out>) {
    if (i != 0 && i + 2 <= count && i + kBeside<Out> > count) i = count - kBeside<Out>;   // some once more, which takes less time than a part of 16 bytes
    store_beside<Out>(c, fields + i, i, count - i < kBeside<Out> ? count - i : kBeside<Out>, count, out, base, all);
  }
}
/// Blocks of `rows` rows: load(c, base, padded) brings one in, store(c, base) its results out. A block that load does not take is done.
template <class Load, class Store> INLINE void run_blocks(u64 rows, void* scratch, size_t size, kiln_status* status, Load load, Store store) {
  Ctx c;
  c.blob = kiln_blob, c.scratch = (u8*)scratch, c.cells = nullptr, c.out = nullptr, c.at = 0;
  c.status = (kiln_status*)(c.scratch + kiln_plan.status_at);
  NOUNROLL for (u64 base = 0; base < rows; base += kiln_plan.block_rows) {
    c.rows = rows - base < kiln_plan.block_rows ? rows - base : kiln_plan.block_rows;
    const u64 padded = (c.rows + KILN_LANES - 1) / KILN_LANES * KILN_LANES;
    c.arena = c.scratch + kiln_plan.block_bytes, c.arena_end = c.scratch + size;
    open_statuses(c.status, c.rows);
    if (!load(c, base, padded)) continue;
    kiln_body_block(&c);
    store(c, base);
    if (status) NOUNROLL for (u64 r = 0; r < c.rows; r++) status[base + r] = c.status[r];
  }
}
/// `kWhole`: matrices may hold integers; most scorers do not need what reads and writes them, nor what stores tensors.
template <bool kWhole, bool kTensor = false>
__attribute__((noinline)) static void run_rows(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, void* scratch, size_t size, kiln_status* status) {
  run_blocks((u64)in.rows, scratch, size, status,
    [&](const Ctx& c, u64 base, u64 padded) {
      if (binding.in_type == KILN_F64) load_block<f64>(c, binding, in, base, padded);
      else if (kWhole && binding.in_type == KILN_I64) load_block<i64>(c, binding, in, base, padded);
      else if (kWhole && binding.in_type == KILN_I32) load_block<i32>(c, binding, in, base, padded);
      else load_block<f32>(c, binding, in, base, padded);
      return true;
    },
    [&](const Ctx& c, u64 base) {
      if (binding.out_type == KILN_F64) store_block<f64, kTensor>(c, out, base);
      else if (kWhole && binding.out_type == KILN_I64) store_block<i64, false>(c, out, base);
      else if (kWhole && binding.out_type == KILN_I32) store_block<i32, false>(c, out, base);
      else store_block<f32, kTensor>(c, out, base);
    });
}

typedef void RunRows(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, void* scratch, size_t size, kiln_status* status);
INLINE i32 score_matrix(const void* binding_, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status, RunRows* run) {
  if (!binding_ || !in || !out || !scratch) return KILN_NULL;
  if (in->size < sizeof(kiln_matrix) || out->size < sizeof(kiln_matrix)) return KILN_SIZE;
  const Binding& binding = *(const Binding*)binding_;
  if (((u64)binding_ & 7) != 0 || binding.key != kiln_plan.binding_key) return KILN_BINDING;
  if (in->type != binding.in_type || out->type != binding.out_type || in->rows < 0) return KILN_BINDING;
  if (in->rows != 0 && ((!in->data && kiln_plan.input_count) || (!out->data && kiln_plan.output_count))) return KILN_NULL;
  if (size < kiln_plan.scratch_bytes || ((u64)scratch & 63) != 0) return KILN_SCRATCH;
  const FpControl control = fp_control();
  if (__builtin_expect(fp_is_default(control), 1)) {
    run(binding, *in, *out, scratch, size, status);
  } else {
    set_fp_control(fp_default(control));
    run(binding, *in, *out, scratch, size, status);
    set_fp_control(control);
  }
  return KILN_OK;
}
extern "C" i32 kiln_score_rows(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_rows<false>);
}
extern "C" i32 kiln_score_tensors(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_rows<false, true>);
}
extern "C" i32 kiln_score_whole(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_rows<true, true>);
}

INLINE u64 size_of(u32 type) { return type == KILN_F64 || type == KILN_I64 ? 8 : 4; }
INLINE bool lie_apart(const kiln_matrix& in, u64 in_bytes, const kiln_matrix& out, u64 out_bytes) {
  const u64 from = (u64)in.data, to = (u64)out.data;
  return from >= to + out_bytes || to >= from + in_bytes;
}

// ---- outputs that are inputs
/// A column of one matrix to a column of the other; a Part may be several that stand side by side in both.
template <class Part> INLINE void move_column(const u8* from, i64 in_row, u8* to, i64 out_row, i64 rows) {
  _Pragma("clang loop unroll_count(4)") for (i64 r = 0; r < rows; r++, from += in_row, to += out_row) store(to, load<Part>(from));
}
INLINE void move_bytes(const u8* from, u8* to, u64 bytes) {
  typedef Lane<u64, 8> Part;
  u64 i = 0;
  NOUNROLL for (; i + sizeof(Part) <= bytes; i += sizeof(Part)) store(to + i, load<Part>(from + i));
  NOUNROLL for (; i < bytes; i += sizeof(u32)) store(to + i, load<u32>(from + i));
}
/// How many outputs from i on are inputs that stand side by side too.
INLINE u32 run_of_moves(const i32* columns, const u32* inputs, u32 i) {
  u32 n = 1;
  NOUNROLL while (i + n < kiln_plan.output_count && columns[inputs[i + n]] == columns[inputs[i]] + (i32)n) n++;
  return n;
}
template <class T> INLINE void move_rows(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out) {
  typedef Lane<u64, 2> Parts;
  const u32* inputs = (const u32*)(kiln_blob + kiln_plan.moves);
  const i64 in_row = in.row_bytes, out_row = out.row_bytes, width = kiln_plan.output_count * (i64)sizeof(T);
  if (in_row == width && out_row == width && run_of_moves(binding.column, inputs, 0) == kiln_plan.output_count)
    return move_bytes((const u8*)in.data + (i64)binding.column[inputs[0]] * (i64)sizeof(T), (u8*)out.data, (u64)(in.rows * width));
  NOUNROLL for (i64 base = 0; base < in.rows; base += kTurnedRows) {   // rows stay in the nearest cache
    const i64 rows = in.rows - base < (i64)kTurnedRows ? in.rows - base : (i64)kTurnedRows;
    NOUNROLL for (u32 i = 0, run = 0; i < kiln_plan.output_count;) {
      if (run == 0) run = run_of_moves(binding.column, inputs, i);
      const u8* from = (const u8*)in.data + base * in_row + (i64)binding.column[inputs[i]] * (i64)sizeof(T);
      u8* to = (u8*)out.data + base * out_row + i * sizeof(T);
      const u32 together = run * sizeof(T) >= sizeof(Parts) ? sizeof(Parts) / sizeof(T) : 1;
      if (together > 1) move_column<Parts>(from, in_row, to, out_row, rows);
      else move_column<T>(from, in_row, to, out_row, rows);
      i += together, run -= together;
    }
  }
}
/// Rows of integers cannot fail. Of floats it must be said whether they are finite. Columns are copied one after the other: rows of the
/// input may lie over each other, those of the output may not, nor both matrices.
INLINE bool can_move(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, const kiln_status* status) {
  const i64 size = (i64)size_of(in.type), out_width = kiln_plan.output_count * size;
  if (in.type != kiln_plan.moved_type || out.type != in.type || out.validity || status || in.row_bytes < 0 || out.row_bytes < out_width) return false;
  i64 in_width = 0;
  NOUNROLL for (u32 i = 0; i < kiln_plan.input_count; i++) {
    if (binding.column[i] < 0) return false;
    const i64 end = (binding.column[i] + 1) * size;
    in_width = end > in_width ? end : in_width;
  }
  const i64 steps = in.rows - 1;
  return steps < 0 || lie_apart(in, (u64)(steps * in.row_bytes + in_width), out, (u64)(steps * out.row_bytes + out_width));
}
template <bool kWhole>
__attribute__((noinline)) static void run_moves(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, void* scratch, size_t size, kiln_status* status) {
  if (!can_move(binding, in, out, status)) return run_rows<kWhole>(binding, in, out, scratch, size, status);
  if (size_of(in.type) == 8) move_rows<u64>(binding, in, out);
  else move_rows<u32>(binding, in, out);
}
extern "C" i32 kiln_score_moves(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_moves<false>);
}
extern "C" i32 kiln_score_whole_moves(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_moves<true>);
}

// ---- elements as they lie
enum : u64 { kElementRows = 512 };   // before it is seen whether one failed
/// Both matrices without gaps, of all columns in their order, apart from each other: a row that turns out to fail is read again.
INLINE bool lie_alike(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out) {
  const u64 columns = kiln_plan.element_columns, in_row = columns * size_of(in.type), out_row = columns * size_of(out.type);
  if (in.type != kiln_plan.element_in || out.type != kiln_plan.element_out || out.validity) return false;
  if ((u64)in.row_bytes != in_row || (u64)out.row_bytes != out_row || !lie_apart(in, in_row * (u64)in.rows, out, out_row * (u64)in.rows)) return false;
  NOUNROLL for (u64 i = 0; i < columns; i++)
    if (binding.column[i] != (i32)i) return false;
  return true;
}
template <class T> __attribute__((noinline)) static void one_nan(T* out, u64 count) {
  typedef Lane<T, 8> Some;
  static_assert(kElementGroup % 8 == 0);
  NOUNROLL for (u64 i = 0; i < count; i += 8) {
    const Some v = load<Some>(out + i);
    store(out + i, v == v ? v : splat<T, 8>((T)__builtin_nan("")));
  }
}
/// What is said of `count` elements, a multiple of kElementGroup, from this column on.
__attribute__((noinline)) static u32 pass_elements(const Ctx& whole, const void* in, void* out, u64 count, u64 column) {
  Ctx c = whole;
  ElementsSaid said;
  said.status = {0, 0xffff, 0xffff};
  store(said.odd, Lane<i32, kOddLanes>{});   // no call of memset, which a scorer lacks
  c.cells = (const kiln_cell*)in, c.out = (kiln_cell*)out, c.status = &said.status, c.rows = count, c.column = column;
  kiln_body_elements(&c);
  if (__builtin_expect(__builtin_reduce_or(load<Lane<i32, kOddLanes>>(said.odd)) != 0, 0)) {
    said.status.bits |= KILN_NON_FINITE;
    if (kiln_plan.element_out == KILN_F64) one_nan((f64*)out, count);
    else if (kiln_plan.element_out == KILN_F32) one_nan((f32*)out, count);
  }
  return said.status.bits;
}
INLINE u32 pass_rest(const Ctx& whole, const u8* in, u8* out, u64 count, u64 in_bytes, u64 out_bytes, u64 column) {
  alignas(64) u8 from[kElementGroup * 8], to[kElementGroup * 8];
  NOUNROLL for (u64 i = 0; i < kElementGroup; i++) {
    const u8* one = in + (i < count ? i : count - 1) * in_bytes;
    if (in_bytes == 8) store(from + i * 8, load<u64>(one));
    else store(from + i * 4, load<u32>(one));
  }
  const u32 said = pass_elements(whole, from, to, kElementGroup, column);
  NOUNROLL for (u64 b = 0; b < count * out_bytes; b++) out[b] = to[b];
  return said;
}
template <bool kWhole>
__attribute__((noinline)) static void run_elements(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, void* scratch, size_t size, kiln_status* status) {
  if (!lie_alike(binding, in, out)) return run_rows<kWhole>(binding, in, out, scratch, size, status);
  Ctx c;
  c.blob = kiln_blob, c.scratch = (u8*)scratch, c.at = 0, c.arena = c.scratch + kiln_plan.block_bytes, c.arena_end = c.scratch + size;
  const u64 in_bytes = size_of(in.type), out_bytes = size_of(out.type), rows = (u64)in.rows;
  NOUNROLL for (u64 base = 0; base < rows; base += kElementRows) {
    kiln_matrix some = in, results = out;
    some.rows = (i64)(rows - base < kElementRows ? rows - base : kElementRows);
    some.data = (u8*)in.data + (i64)base * in.row_bytes, results.data = (u8*)out.data + (i64)base * out.row_bytes;
    const u64 count = (u64)some.rows * kiln_plan.element_columns, whole = count & ~(kElementGroup - 1);
    u32 said = whole != 0 ? pass_elements(c, some.data, results.data, whole, 0) : 0;
    if (whole != count) said |= pass_rest(c, (u8*)some.data + whole * in_bytes, (u8*)results.data + whole * out_bytes, count - whole, in_bytes, out_bytes, whole % kiln_plan.element_columns);
    kiln_status* const of = status ? status + base : nullptr;
    if (said & KILN_NO_RESULT || (of && said != 0)) run_rows<kWhole>(binding, some, results, scratch, size, of);   // which rows, and why
    else if (of) NOUNROLL for (u64 r = 0; r < (u64)some.rows; r++) of[r] = {0, 0xffff, 0xffff};
  }
}
extern "C" i32 kiln_score_elements(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_elements<false>);
}
extern "C" i32 kiln_score_whole_elements(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_elements<true>);
}

// ---- wide rows as they lie
INLINE u32 number_type(const FieldPlan& f) { return f.elem == kElemF64 ? (u32)KILN_F64 : (u32)KILN_F32; }
/// Rows of both matrices without gaps between elements, apart from each other.
INLINE bool lie_row_by_row(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out) {
  const FieldPlan *input = (const FieldPlan*)(kiln_blob + kiln_plan.inputs), *output = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  const u64 size = size_of(in.type), in_width = ((u64)binding.column[0] + kiln_plan.input_count) * size, out_width = kiln_plan.output_count * size_of(out.type);
  if (in.type != number_type(*input) || out.type != number_type(*output) || out.validity || !stand_side_by_side(binding)) return false;
  if (in.row_bytes < (i64)in_width || out.row_bytes < (i64)out_width) return false;
  const u64 rows = (u64)in.rows;
  return rows == 0 || lie_apart(in, (rows - 1) * (u64)in.row_bytes + in_width, out, (rows - 1) * (u64)out.row_bytes + out_width);
}
__attribute__((noinline)) static void run_wide(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, void* scratch, size_t size, kiln_status* status) {
  if (!lie_row_by_row(binding, in, out)) return run_rows<false>(binding, in, out, scratch, size, status);
  Ctx c;
  c.blob = kiln_blob, c.scratch = (u8*)scratch, c.at = 0, c.rows = 1, c.column = 0;
  c.arena = c.scratch + kiln_plan.row_bytes, c.arena_end = c.scratch + size;
  const u8* from = (const u8*)in.data + (u64)binding.column[0] * size_of(in.type);
  u8* to = (u8*)out.data;
  kiln_status unwanted;
  NOUNROLL for (i64 r = 0; r < in.rows; r++, from += in.row_bytes, to += out.row_bytes) {
    c.cells = (const kiln_cell*)from, c.out = (kiln_cell*)to, c.status = status ? status + r : &unwanted;
    *c.status = {0, 0xffff, 0xffff};
    kiln_body_wide(&c);
  }
}
extern "C" i32 kiln_score_wide(const void* binding, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  return score_matrix(binding, in, out, scratch, size, status, run_wide);
}

// ---- Arrow
/// Numbers without nulls are a strided column; where NaN would be missing in a matrix but not in a cell, they are not.
INLINE bool is_plain(const FieldPlan& f, const ArrowColumn& column, const ArrowArray& in, const ArrowArray& a) {
  return (column.storage == kArrowF64 || column.storage == kArrowF32) && column.index == kArrowNone && !a.buffers[0] &&
         !(in.n_buffers > 0 && in.buffers && in.buffers[0]) && (!f.nullable || f.nan == kNanMissing) && !f.is_cat &&
         (f.elem == kElemF64 || f.elem == kElemF32);
}
__attribute__((noinline)) static bool load_arrow(const Ctx& c, const ArrowBinding& binding, const ArrowArray& in, u64 base, u64 padded) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.inputs);
  bool good = true;
  NOUNROLL for (u32 i = 0; i < kiln_plan.input_count; i++) {
    const FieldPlan& f = fields[i];
    const ArrowColumn& column = binding.column[i];
    if (f.slot.count == 0) continue;   // nothing reads it
    const ArrowArray* a = column.child < 0 ? nullptr : in.children[column.child];
    const u64 size = column.storage == kArrowF64 ? 8 : 4;
    if (!a) {
      load_column<f64>(c, f, i, {nullptr, 0}, 0, c.rows, padded);
    } else if (is_plain(f, column, in, *a)) {
      const StridedColumn numbers = {(const u8*)a->buffers[1] + ((u64)(in.offset + a->offset) + base) * size, (i64)size};
      if (size == 8) load_column<f64>(c, f, i, numbers, 0, c.rows, padded);
      else load_column<f32>(c, f, i, numbers, 0, c.rows, padded);
    } else {
      good = kiln_arrow_load(&c, &f, i, &column, &in, base, padded) && good;
    }
  }
  return good;
}
/// One row at a time through cells, which stand behind the row's scratch.
__attribute__((noinline)) static void run_arrow_rows(const ArrowBinding& binding, const ArrowArray& in, ArrowArray& out, void* scratch, size_t size, kiln_status* status, u64 from, u64 to) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  const u32 inputs = kiln_plan.input_count, outputs = kiln_plan.output_count;
  kiln_cell* cells = (kiln_cell*)((u8*)scratch + size / 16 * 16) - (inputs + outputs);
  NOUNROLL for (u64 r = from; r < to; r++) {
    kiln_status here;
    NOUNROLL for (u32 i = 0; i < inputs; i++) kiln_arrow_cell(&binding.column[i], &in, (i64)r, &cells[i]);
    run_row(cells, cells + inputs, scratch, (u64)((u8*)cells - (u8*)scratch), &here);
    if (status) status[r] = here;
    NOUNROLL for (u32 i = 0; i < outputs; i++) {
      const ArrowColumn& column = binding.column[inputs + i];
      if (column.child >= 0) kiln_arrow_put(kiln_blob, &fields[i], &column, &out, r, &cells[inputs + i]);
    }
  }
}
__attribute__((noinline)) static void run_arrow_blocks(const ArrowBinding& binding, const ArrowArray& in, ArrowArray& out, void* scratch, size_t size, kiln_status* status) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  run_blocks((u64)in.length, scratch, size, status,
    [&](const Ctx& c, u64 base, u64 padded) {
      const bool good = load_arrow(c, binding, in, base, padded);
      if (!good) run_arrow_rows(binding, in, out, scratch, size, status, base, base + c.rows);   // rare: let its rows fail by themselves
      return good;
    },
    [&](const Ctx& c, u64 base) {
      NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++) {
        const ArrowColumn& column = binding.column[kiln_plan.input_count + i];
        if (column.child >= 0) kiln_arrow_store(&c, &fields[i], &column, &out, base);
      }
    });
}
__attribute__((noinline)) static void run_arrow(const ArrowBinding& binding, const ArrowArray& in, ArrowArray& out, void* scratch, size_t size, kiln_status* status) {
  const ArrowColumn* outputs = binding.column + kiln_plan.input_count;
  NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++)
    if (outputs[i].child >= 0) out.children[outputs[i].child]->null_count = 0;
  if (kiln_plan.rowwise) run_arrow_rows(binding, in, out, scratch, size, status, 0, (u64)in.length);
  else run_arrow_blocks(binding, in, out, scratch, size, status);
  NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++) {
    if (outputs[i].child < 0) continue;
    ArrowArray& a = *out.children[outputs[i].child];
    if (a.length != in.length) a.null_count = -1;   // others hold rows that this call does not know
  }
}

extern "C" i32 kiln_score_arrow(const void* binding_, const ArrowArray* in, ArrowArray* out, void* scratch, size_t size, kiln_status* status) {
  if (!binding_ || !in || !out || !scratch) return KILN_NULL;
  const ArrowBinding& binding = *(const ArrowBinding*)binding_;
  if (((u64)binding_ & 7) != 0 || binding.key != (kiln_plan.binding_key ^ kArrowKey)) return KILN_BINDING;
  if (size < kiln_plan.scratch_bytes || ((u64)scratch & 63) != 0) return KILN_SCRATCH;
  if (const i32 code = kiln_arrow_check(&binding, in, out)) return code;
  const FpControl control = fp_control();
  if (!fp_is_default(control)) set_fp_control(fp_default(control));
  run_arrow(binding, *in, *out, scratch, size, status);
  if (!fp_is_default(control)) set_fp_control(control);
  return KILN_OK;
}

}  // namespace kiln::kernel
