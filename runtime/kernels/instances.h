// How a kernel header registers what generated code may call. A header under nodes/ holds the template of one node, over the
// number of rows N, and ends with one line an instance:
//
//   struct ScaleParams { f64 offset, factor; };
//   template <int N> INLINE void scale(const Ctx& c, const ScaleParams& p, const F64<N>& x, F64<N>& y) { ... }
//   KILN_LANE_KERNEL(scale_f64, scale, ScaleParams, F64, F64)
//
// makes kiln_scale_f64_1 and kiln_scale_f64_<lanes>, which a lowering reaches by emit.call("scale_f64", params, {x, y}).
// Without parameters the type is None. Types are F64 F32 I64 I32 Bool Str (lanes of scalars) and Vector (the Slot of a vector).
//
//   KILN_BLOCK_KERNEL(forest_walk, walk_row, walk_block, WalkParams)
//
// makes kiln_forest_walk_row and kiln_forest_walk_block from functions of (const Ctx&, const P&, const Slot* operands,
// const Slot* results, u64 rows), reached by emit.callBlock("forest_walk", params).
//
//   KILN_WIDE_KERNEL(mlas_exp_f32, mlas_exp, FailParams, F32, F32)
//
// makes an instance of four times the lanes, too, for bodies of single elements all of whose kernels have one: where each vector's multiply-adds wait
// for one another, four vectors keep the units busy.
//
// KILN_TIER_ROW and KILN_TIER_BLOCK make one form each of large kernels that gain little from constant parameters: machine code of
// the tier (drivers.cpp), called, not compiled, with a model. What a model decides for the whole kernel is part of its name, so that
// a scorer holds only what it runs.
//
// A function marked OUTLINE (large, scalar by nature, no vectors among its arguments) is called, not compiled, with a model.
#pragma once
#include "lanes.h"

#ifndef KILN_LANES
#error "KILN_LANES, the rows of the N-row instance, comes from tiers.def"
#endif

namespace kiln::kernel {
/// The parameters of a kernel without any.
struct None {};
template <int N> using Vector = const Slot;
}  // namespace kiln::kernel

#ifdef KILN_NATIVE   // drivers.cpp and library.cpp: no instances
#define KILN_KERNEL [[maybe_unused]] static
#else
#define KILN_KERNEL extern "C" __attribute__((always_inline))
#endif
// Of one row, for the instance of plain rows: returns whether the row is none.
#ifdef KILN_NATIVE
#define KILN_LEAVING_KERNEL [[maybe_unused]] static bool
#else
#define KILN_LEAVING_KERNEL extern "C" __attribute__((always_inline)) bool
#endif
#define KILN_JOIN_(a, b, c) a##b##_##c
#define KILN_NAME(symbol, n) KILN_JOIN_(kiln_, symbol, n)

#define KILN_OF_TIER_(tier, name) kiln_##tier##_##name
#define KILN_OF_TIER(tier, name) KILN_OF_TIER_(tier, name)
#define KILN_BLOCK_ARGUMENTS_(P) (Ctx * ctx, const P* params, const Slot* operands, const Slot* results, u64 rows)

#if KILN_LANES == 8
#define KILN_WIDE_LANES 32
#else
#define KILN_WIDE_LANES 16
#endif
#ifdef KILN_NATIVE
#define KILN_LANE_KERNEL(...) static_assert(true);
#define KILN_WIDE_KERNEL(...) static_assert(true);
#define KILN_BLOCK_KERNEL(...) static_assert(true);
#ifdef KILN_TIER_CODE
// The copies of context and parameters do not change with what the kernel stores.
#define KILN_TIER_FORM_(name, function, P)                                        \
  extern "C" void KILN_OF_TIER(KILN_TIER, name) KILN_BLOCK_ARGUMENTS_(P) {        \
    const Ctx c = *ctx;                                                           \
    const P p = *params;                                                          \
    function(c, p, operands, results, rows);                                      \
  }
#define KILN_TIER_ROW(symbol, function, P) KILN_TIER_FORM_(symbol##_row, function, P)
#define KILN_TIER_BLOCK(symbol, function, P) KILN_TIER_FORM_(symbol##_block, function, P)
#else
#define KILN_TIER_ROW(...) static_assert(true);
#define KILN_TIER_BLOCK(...) static_assert(true);
#endif
#else
#define KILN_TIER_FORM_(name, P)                                                                               \
  extern "C" __attribute__((visibility("hidden"))) void KILN_OF_TIER(KILN_TIER, name) KILN_BLOCK_ARGUMENTS_(P); \
  KILN_KERNEL void kiln_##name KILN_BLOCK_ARGUMENTS_(P) { KILN_OF_TIER(KILN_TIER, name)(ctx, params, operands, results, rows); }
#define KILN_TIER_ROW(symbol, function, P) KILN_TIER_FORM_(symbol##_row, P)
#define KILN_TIER_BLOCK(symbol, function, P) KILN_TIER_FORM_(symbol##_block, P)

#define KILN_LANE_KERNEL(symbol, function, P, ...) \
  KILN_INSTANCE_(1, symbol, function, P, __VA_ARGS__) KILN_INSTANCE_(KILN_LANES, symbol, function, P, __VA_ARGS__)
#define KILN_WIDE_KERNEL(symbol, function, P, ...) \
  KILN_LANE_KERNEL(symbol, function, P, __VA_ARGS__) KILN_INSTANCE_(KILN_WIDE_LANES, symbol, function, P, __VA_ARGS__)
#define KILN_INSTANCE_(N, symbol, function, P, ...)                                              \
  KILN_KERNEL void KILN_NAME(symbol, N)(Ctx * ctx, const P* params KILN_EACH_(KILN_ARG_, N, __VA_ARGS__)) { \
    function<N>(*ctx, *params KILN_EACH_(KILN_USE_, N, __VA_ARGS__));                            \
  }
#define KILN_ARG_(i, N, T) , T<N>* a##i
#define KILN_USE_(i, N, T) , *a##i

#define KILN_BLOCK_KERNEL(symbol, row_function, block_function, P)                                                          \
  KILN_KERNEL void kiln_##symbol##_row(Ctx* ctx, const P* params, const Slot* operands, const Slot* results, u64 rows) {   \
    row_function(*ctx, *params, operands, results, rows);                                                                   \
  }                                                                                                                         \
  KILN_KERNEL void kiln_##symbol##_block(Ctx* ctx, const P* params, const Slot* operands, const Slot* results, u64 rows) { \
    block_function(*ctx, *params, operands, results, rows);                                                                 \
  }
#endif

// KILN_EACH_(M, N, t1, t2, ...): M(1, N, t1) M(2, N, t2) ..., up to twelve.
#define KILN_EACH_(M, N, ...) KILN_PICK_(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)(M, N, __VA_ARGS__)
#define KILN_PICK_(a, b, c, d, e, f, g, h, i, j, k, l, n, ...) KILN_EACH_##n
#define KILN_EACH_1(M, N, a) M(1, N, a)
#define KILN_EACH_2(M, N, a, ...) M(2, N, a) KILN_EACH_1(M, N, __VA_ARGS__)
#define KILN_EACH_3(M, N, a, ...) M(3, N, a) KILN_EACH_2(M, N, __VA_ARGS__)
#define KILN_EACH_4(M, N, a, ...) M(4, N, a) KILN_EACH_3(M, N, __VA_ARGS__)
#define KILN_EACH_5(M, N, a, ...) M(5, N, a) KILN_EACH_4(M, N, __VA_ARGS__)
#define KILN_EACH_6(M, N, a, ...) M(6, N, a) KILN_EACH_5(M, N, __VA_ARGS__)
#define KILN_EACH_7(M, N, a, ...) M(7, N, a) KILN_EACH_6(M, N, __VA_ARGS__)
#define KILN_EACH_8(M, N, a, ...) M(8, N, a) KILN_EACH_7(M, N, __VA_ARGS__)
#define KILN_EACH_9(M, N, a, ...) M(9, N, a) KILN_EACH_8(M, N, __VA_ARGS__)
#define KILN_EACH_10(M, N, a, ...) M(10, N, a) KILN_EACH_9(M, N, __VA_ARGS__)
#define KILN_EACH_11(M, N, a, ...) M(11, N, a) KILN_EACH_10(M, N, __VA_ARGS__)
#define KILN_EACH_12(M, N, a, ...) M(12, N, a) KILN_EACH_11(M, N, __VA_ARGS__)
