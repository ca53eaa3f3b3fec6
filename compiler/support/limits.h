// Limits of one compilation. Each has a command line flag; an error names the limit, the value found and the flag.
#pragma once
#include <cstdint>

namespace kiln {

struct Limits {
#define LIMIT(member, flag, value, what) uint64_t member = value;
#include "compiler/support/limits.def"
#undef LIMIT
};

}  // namespace kiln
