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

}  // namespace kiln::kernel
