// bayes_net: variable elimination by a program that was made with the model. The rules stand in compiler/ir/nodes/bayes_net.h.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// What a row's eliminations work on: factors of the network, of the row (likelihoods) and made on the way, all by offset.
struct Elimination {
  const BayesParams& p;
  const f64* numbers;
  f64* made;
  u32 *digits, *at;   // the combination at hand; where each factor stands in it
  const Slot* likelihoods;
};
/// One step of the program: u32 head, then sizes[dims], query[dims] of the last step, then factors, each {kind, offset, stride of the
/// variable, strides[dims]}.
struct EliminationStep {
  u32 dims, values, variable, states, factors, into;
  const u32 *sizes, *query, *list;
  MEMBER const u32* factor(u32 f) const { return list + (u64)f * (3 + dims); }
};
INLINE EliminationStep read_step(const u32*& program) {
  EliminationStep s{program[0], program[1], program[2], program[3], program[4], program[5], program + 6, program + 6, program + 6};
  s.query = s.sizes + s.dims;
  s.list = s.query + (s.variable == kNone ? s.dims : 0);
  program = s.factor(s.factors);
  return s;
}
INLINE f64 factor_value(const Ctx& c, const Elimination& e, u32 kind, u32 at) {
  return kind == 0 ? e.numbers[at] : kind == 1 ? e.made[at] : element<f64, 1>(c, *e.likelihoods, at);
}
INLINE f64 product_at(const Ctx& c, const Elimination& e, const EliminationStep& s, u32 state) {
  f64 value = 1;
  NOUNROLL for (u32 f = 0; f < s.factors; f++) {
    const u32* factor = s.factor(f);
    const f64 v = factor_value(c, e, factor[0], e.at[f] + state * factor[2]);
    value = f == 0 ? v : value * v;
  }
  return value;
}
INLINE void first_combination(const Elimination& e, const EliminationStep& s) {
  NOUNROLL for (u32 d = 0; d < s.dims; d++) e.digits[d] = 0;
  NOUNROLL for (u32 f = 0; f < s.factors; f++) e.at[f] = s.factor(f)[1];
}
INLINE void next_combination(const Elimination& e, const EliminationStep& s) {
  NOUNROLL for (u32 d = s.dims; d-- > 0;) {
    const bool wraps = ++e.digits[d] == s.sizes[d];
    NOUNROLL for (u32 f = 0; f < s.factors; f++) {
      const u32 stride = s.factor(f)[3 + d];
      e.at[f] = wraps ? e.at[f] - stride * (s.sizes[d] - 1) : e.at[f] + stride;
    }
    if (!wraps) return;
    e.digits[d] = 0;
  }
}
INLINE void scale_values(f64* values, u32 count) {
  f64 largest = 0;
  NOUNROLL for (u32 i = 0; i < count; i++) largest = values[i] > largest ? values[i] : largest;
  const u64 exponent = __builtin_bit_cast(u64, largest) >> 52;
  if (exponent < 1 || exponent > 2045) return;
  const f64 power = __builtin_bit_cast(f64, (2046 - exponent) << 52);
  NOUNROLL for (u32 i = 0; i < count; i++) values[i] = values[i] * power;
}
/// -1: not known.
INLINE i32 known_state(const Ctx& c, const Slot& evidence, u32 variable, bool& known) {
  known = !slot_missing<1>(c, evidence, variable).on;
  return element<i32, 1>(c, evidence, variable);
}
INLINE void eliminate(const Ctx& c, const Elimination& e, const EliminationStep& s, const Slot& evidence) {
  bool known;
  const i32 state = known_state(c, evidence, s.variable, known);
  f64* values = e.made + s.into;
  first_combination(e, s);
  NOUNROLL for (u32 i = 0; i < s.values; i++) {
    f64 sum = 0;
    NOUNROLL for (u32 v = 0; v < s.states; v++)
      if (!known || state == (i32)v) sum = sum + product_at(c, e, s, v);
    values[i] = sum;
    next_combination(e, s);
  }
  scale_values(values, s.values);
}
INLINE bool is_possible(const Ctx& c, const Elimination& e, const EliminationStep& s, const Slot& evidence) {
  NOUNROLL for (u32 d = 0; d < s.dims; d++) {
    bool known;
    const i32 state = known_state(c, evidence, s.query[d], known);
    if (known && state != (i32)e.digits[d]) return false;
  }
  return true;
}
INLINE Status<1> answer(const Ctx& c, const Elimination& e, const EliminationStep& s, const Slot& evidence, const Slot& y) {
  f64 total = 0;
  first_combination(e, s);
  NOUNROLL for (u32 i = 0; i < s.values; i++) {
    const f64 value = is_possible(c, e, s, evidence) ? product_at(c, e, s, 0) : 0.0;
    set_element<f64, 1>(c, y, i, value);
    total = total + value;
    next_combination(e, s);
  }
  const bool ok = total > 0 && total <= 0x1.fffffffffffffp+1023;
  NOUNROLL for (u32 i = 0; i < s.values; i++) set_element<f64, 1>(c, y, i, ok ? element<f64, 1>(c, y, i) / total : 0.0);
  return ok ? Status<1>{} : (Status<1>)e.p.status;
}
OUTLINE void bayes_net_rows(const Ctx* ctx, const BayesParams* params, const Slot* x, const Slot* y, u64 rows) {
  const BayesParams& p = *params;
  Ctx c = *ctx;
  const Elimination e{p, (const f64*)(c.blob + p.numbers), (f64*)(c.scratch + p.made), (u32*)(c.scratch + p.digits), (u32*)(c.scratch + p.at), x + 1};
  NOUNROLL for (c.at = 0; c.at < rows; c.at++) {
    const u32* program = (const u32*)(c.blob + p.program);
    NOUNROLL for (u32 step = 0; step < p.eliminations; step++) eliminate(c, e, read_step(program), x[0]);
    const Status<1> failed = slot_status<1>(c, x[0]), other = p.has_likelihoods ? slot_status<1>(c, x[1]) : Status<1>{};
    const Status<1> own = answer(c, e, read_step(program), x[0], *y);
    set_slot_status<1>(c, *y, first<1>(first<1>(failed, other), own));
  }
}
INLINE void bayes_net(const Ctx& c, const BayesParams& p, const Slot* x, const Slot* y, u64 rows) { bayes_net_rows(&c, &p, x, y, rows); }
KILN_BLOCK_KERNEL(bayes_net, bayes_net, bayes_net, BayesParams)

}  // namespace kiln::kernel
