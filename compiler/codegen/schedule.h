// From a record of kernel calls to a plan: which pieces form a stage, which values cross stages, and where in scratch each
// Slot lies. Lane pieces between two block kernels are fused into stages of at most kStagePieces, each a function of its own (what is shared counts as one),
// so that compile time stays linear; everything else is kept in registers.
#pragma once
#include <vector>

#include "compiler/codegen/units.h"

namespace kiln::codegen {

inline constexpr size_t kStagePieces = 64;
/// Vectors of one row have room for a multiple of so many elements: the lanes of any tier.
inline constexpr uint32_t kRowLanes = 8;

struct Stage {
  bool block = false;               ///< one block kernel, else lanes
  std::vector<Unit> units;          ///< in an order that respects uses; of one piece where it is a block kernel
};

struct Schedule {
  std::vector<Stage> stages;
  std::vector<kernel::Slot> slots;  ///< of each local; count 0: it has none
  uint64_t scratchBytes = 0;        ///< all of it, 64-aligned
  uint32_t statusAt = 0;            ///< kiln_status of each row of the block
};

/// All that an instance is made of.
struct InstancePlan {
  const ir::Pipeline& pipeline;
  const Record& record;
  const Schedule& schedule;
};

size_t storageBytes(ir::Storage storage);
/// `count` elements of a vector's Slot, from `first` on.
kernel::Slot elementsOf(const kernel::Slot& slot, uint32_t first, uint32_t count, ir::Storage storage);

/// `lanes`: rows of a group; columns are padded to it. `tierLanes`: elements of one row that may stand in lanes.
Schedule schedule(const Record& record, const ir::Pipeline& pipeline, int lanes, int tierLanes);

}  // namespace kiln::codegen
