// Wide rows: pipelines that reduce, normalise or move in runs the only input, a long vector of floats, to one number or to a vector. Their rows are
// scored one by one as they lie in the caller's matrix, elements in lanes: turning the matrix into columns and back takes longer than that.
#pragma once
#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

/// Whether a batch goes row by row. Where sums go from the first element to the last, or functions of one number take long, eight rows at a time are faster.
bool hasWideRows(const ir::Pipeline& pipeline);
/// Whether elements of such an input are read where they lie: whole vectors of them, by what has kernels that do.
bool readsInRow(const ir::Pipeline& pipeline);
/// Lowers the node that emits if it is the input or the output, or reduces or normalises what is read where it lies: elements come from the caller's matrix, and go
/// to one. Returns whether it is.
bool lowerOfWideRow(NodeEmitter& emit);

}  // namespace kiln::codegen
