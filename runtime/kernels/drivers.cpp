// The entries of a tier, compiled to machine code once a tier when Kiln is built: they check what the caller gives, set the
// processor's floating point control, bring rows in and results out, and call the pipeline's instances. With them the tier's
// KILN_TIER_KERNELs. KILN_TIER is the tier.
#define KILN_NATIVE
#define KILN_TIER_CODE
#define OUTLINE [[maybe_unused]] static __attribute__((noinline))
#include "fpcontrol.h"
#include "matrix.h"
#include "forest/cursor.h"
#include "forest/sliced.h"
#include "forest/walk.h"

#define kiln_body_row KILN_OF_TIER(KILN_TIER, body_row)
#define kiln_body_block KILN_OF_TIER(KILN_TIER, body_block)
#define kiln_plan KILN_OF_TIER(KILN_TIER, plan)
#define kiln_score_row KILN_OF_TIER(KILN_TIER, score_row)
#define kiln_score_rows KILN_OF_TIER(KILN_TIER, score_rows)
#pragma clang diagnostic ignored "-Wunused-const-variable"

// Defined by the compiler: the stages of the pipeline over one row, and over Ctx::rows rows of a block; what they need.
extern "C" void kiln_body_row(kiln::kernel::Ctx*);
extern "C" void kiln_body_block(kiln::kernel::Ctx*);
extern "C" const kiln::kernel::ScorerPlan kiln_plan;
extern "C" const kiln::kernel::u8 kiln_blob[];

namespace kiln::kernel {

__attribute__((noinline)) static void run_row(const kiln_cell* in, kiln_cell* out, void* scratch, size_t size, kiln_status* status) {
  Ctx c;
  *status = {0, 0xffff, 0xffff};
  c.blob = kiln_blob, c.scratch = (u8*)scratch, c.cells = in, c.out = out, c.status = status;
  c.arena = c.scratch + kiln_plan.row_bytes, c.arena_end = c.scratch + size, c.at = 0, c.rows = 1;
  kiln_body_row(&c);
  if (status->bits & KILN_NO_RESULT)
    NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++) missing_cell(out[i]);
}

extern "C" i32 kiln_score_row(const kiln_cell* in, kiln_cell* out, void* scratch, size_t size, kiln_status* status) {
  if ((!in && kiln_plan.input_count) || (!out && kiln_plan.output_count) || !scratch) return KILN_NULL;
  if (size < kiln_plan.scratch_bytes || ((u64)scratch & 63) != 0) return KILN_SCRATCH;
  kiln_status unwanted;
  if (!status) status = &unwanted;
  const FpControl control = fp_control();
  if (__builtin_expect(fp_is_default(control), 1)) {
    run_row(in, out, scratch, size, status);
  } else {
    set_fp_control(fp_default(control));
    run_row(in, out, scratch, size, status);
    set_fp_control(control);
  }
  return KILN_OK;
}

template <class In>
__attribute__((noinline)) static void load_block(const Ctx& c, const Binding& binding, const kiln_matrix& in, u64 base, u64 padded) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.inputs);
  const u8* first = (const u8*)in.data + (i64)base * in.row_bytes;
  NOUNROLL for (u32 i = 0; i < kiln_plan.input_count; i++) {
    if (fields[i].slot.count == 0) continue;   // nothing reads it
    const i32 column = binding.column[i];
    load_column<In>(c, fields[i], i, {column < 0 ? nullptr : first + (u64)column * sizeof(In), in.row_bytes}, c.rows, padded);
  }
}
template <class Out> __attribute__((noinline)) static void store_block(const Ctx& c, const kiln_matrix& out, u64 base) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++)
    store_column<Out>(c, fields[i], i, kiln_plan.output_count, out, base, c.rows);
}
__attribute__((noinline)) static void run_rows(const Binding& binding, const kiln_matrix& in, const kiln_matrix& out, void* scratch, size_t size, kiln_status* status) {
  Ctx c;
  c.blob = kiln_blob, c.scratch = (u8*)scratch, c.cells = nullptr, c.out = nullptr, c.at = 0;
  c.status = (kiln_status*)(c.scratch + kiln_plan.status_at);
  const u64 rows = (u64)in.rows;
  NOUNROLL for (u64 base = 0; base < rows; base += kiln_plan.block_rows) {
    c.rows = rows - base < kiln_plan.block_rows ? rows - base : kiln_plan.block_rows;
    const u64 padded = (c.rows + KILN_LANES - 1) / KILN_LANES * KILN_LANES;
    c.arena = c.scratch + kiln_plan.block_bytes, c.arena_end = c.scratch + size;
    NOUNROLL for (u64 r = 0; r < padded; r++) c.status[r] = {0, 0xffff, 0xffff};
    if (binding.in_type == KILN_F64) load_block<f64>(c, binding, in, base, padded);
    else load_block<f32>(c, binding, in, base, padded);
    kiln_body_block(&c);
    if (binding.out_type == KILN_F64) store_block<f64>(c, out, base);
    else store_block<f32>(c, out, base);
    if (status) NOUNROLL for (u64 r = 0; r < c.rows; r++) status[base + r] = c.status[r];
  }
}

extern "C" i32 kiln_score_rows(const void* binding_, const kiln_matrix* in, const kiln_matrix* out, void* scratch, size_t size, kiln_status* status) {
  if (!binding_ || !in || !out || !scratch) return KILN_NULL;
  if (in->size < sizeof(kiln_matrix) || out->size < sizeof(kiln_matrix)) return KILN_SIZE;
  const Binding& binding = *(const Binding*)binding_;
  if (((u64)binding_ & 7) != 0 || binding.key != kiln_plan.binding_key) return KILN_BINDING;
  if (in->type != binding.in_type || out->type != binding.out_type || in->rows < 0) return KILN_BINDING;
  if (in->rows != 0 && ((!in->data && kiln_plan.input_count) || (!out->data && kiln_plan.output_count))) return KILN_NULL;
  if (size < kiln_plan.scratch_bytes || ((u64)scratch & 63) != 0) return KILN_SCRATCH;
  const FpControl control = fp_control();
  if (__builtin_expect(fp_is_default(control), 1)) {
    run_rows(binding, *in, *out, scratch, size, status);
  } else {
    set_fp_control(fp_default(control));
    run_rows(binding, *in, *out, scratch, size, status);
    set_fp_control(control);
  }
  return KILN_OK;
}

}  // namespace kiln::kernel
