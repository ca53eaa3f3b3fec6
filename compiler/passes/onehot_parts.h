// What a vector that holds one-hot vectors is made of: the codes themselves, and the other parts.
#pragma once
#include "compiler/ir/pipeline.h"

namespace kiln::passes {

/// `size` elements of a value, each spread over `spread` columns if it is a code (else 0).
struct Part {
  ir::ValueId value;
  uint32_t size, spread;
  ir::ValueId vector;   ///< the columns, as a value
  uint32_t columns() const { return size * (spread ? spread : 1); }
};

/// The parts of a value, end to end. One-hot vectors that may fail stay whole.
std::vector<Part> partsOf(const ir::Pipeline& pipeline, ir::ValueId value);

}  // namespace kiln::passes
