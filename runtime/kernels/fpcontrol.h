// Rounding and denormal control of the processor: scores are defined for the default alone.
#pragma once
#include "instances.h"

namespace kiln::kernel {

#if defined(__x86_64__)
typedef u32 FpControl;
enum : u32 { kControlBits = 0xffc0, kControlDefault = 0x1f80 };
INLINE FpControl fp_control() {
  u32 v;
  __asm__ volatile("stmxcsr %0" : "=m"(v));
  return v;
}
INLINE void set_fp_control(FpControl v) { __asm__ volatile("ldmxcsr %0" : : "m"(v)); }

/// Whether arithmetic rounds to nearest and keeps denormals, told by what it does: stmxcsr waits for all arithmetic before it, some
/// 5 ns of every row. Traps that fenv.h unmasks are unmasked in the x87 control word too, which is read without waiting.
INLINE bool fp_acts_default() {
  u16 x87;
  __asm__ volatile("fnstcw %0" : "=m"(x87));
  if (__builtin_expect((x87 & 0x3f) != 0x3f, 0)) return false;
  f64 one = 1, small = 0x1.8p-1022;
  __asm__ volatile("" : "+x"(one), "+x"(small));   // nothing of this is computed before traps are known to be masked, nor by the compiler
  const f64 above = one + 0x1.8p-53, below = one + 0x0.8p-53;   // to nearest: one and a place, one
  const f64 denormal = small - 0x1p-1022;                        // 0 where it is flushed, equal to 0 where operands are
  return above - below == 0x1p-52 && denormal != 0;
}
#elif defined(__aarch64__)
typedef u64 FpControl;
enum : u64 { kControlBits = 0x7ff9f07, kControlDefault = 0 };   // rounding, flushing, default NaN, traps
INLINE FpControl fp_control() {
  u64 v;
  __asm__ volatile("mrs %0, fpcr" : "=r"(v));
  return v;
}
INLINE void set_fp_control(FpControl v) { __asm__ volatile("msr fpcr, %0" : : "r"(v)); }
#endif
INLINE bool fp_is_default(FpControl v) { return (v & kControlBits) == kControlDefault; }
INLINE FpControl fp_default(FpControl v) { return (v & ~(FpControl)kControlBits) | kControlDefault; }
#if defined(__aarch64__)
INLINE bool fp_acts_default() { return fp_is_default(fp_control()); }
#endif

}  // namespace kiln::kernel
