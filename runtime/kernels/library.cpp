// What every scorer shares and no tier changes, compiled to machine code once a target when Kiln is built: the entries of
// dispatch.h, and each OUTLINE function of the kernels. Unused parts are dropped when a scorer is linked.
#define KILN_NATIVE
#define OUTLINE inline __attribute__((noinline, used))
#include "instances.h"
#include "kernels.def"
#include "dispatch.h"
#include "arrow_entries.h"

/// In the place of what a scorer never calls (compiler/codegen/needs.cpp).
extern "C" void kiln_unneeded() { __builtin_trap(); }
