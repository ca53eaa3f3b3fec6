// The parts that strategies with cursors share: which forests they take, leaf tables and their adding.
#pragma once
#include "compiler/codegen/forest/trees.h"

namespace kiln::codegen {

bool acceptsCursors(const ForestTask& task, uint32_t mostLeaves, std::string& why);
/// Elements of a leaf table: 32, 64, 128 or 256.
uint32_t tableStride(uint32_t mostLeaves);
/// Whether leaf values are looked up by permutes of registers.
bool usesPlanes(const ir::ForestNode& node, const Tier& tier, uint32_t stride);
bool isSum(const ir::ForestNode& node);
/// A strategy's kernel for what it makes of leaves, and the element type: forest_cursor_each_i32.
std::string forestKernel(const std::string& strategy, const std::string& results, const ir::ForestNode& node);

/// Puts the leaf tables; fills result, trees, targets, stride, planes, gone, leaves.
LeafTables putLeaves(const ForestTask& task, bool planes, NodeEmitter& emit, kernel::ForestCursor& p);
/// Puts which tables are added to which target after each chunk of trees; fills adds, runs, chunks.
void putChunks(const LeafTables& leaves, kernel::ForestCursor& p, NodeEmitter& emit);

/// The tables that a block needs, and the scratch of a pass of up to `rows` rows.
kernel::ForestCursor cursorBlock(const ForestTask& task, uint32_t rows, NodeEmitter& emit);

}  // namespace kiln::codegen
