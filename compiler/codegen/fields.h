// The schema of a pipeline as the scorer sees it: labels, hashes and names into the blob, a FieldPlan for each field.
#pragma once
#include "compiler/codegen/blob.h"
#include "compiler/ir/pipeline.h"
#include "runtime/kernels/scorer_plan.h"

namespace kiln::codegen {

struct Schema {
  std::vector<kernel::FieldPlan> inputs, outputs;   ///< without their Slots
  uint32_t byName = 0;         ///< blob
  uint64_t bindingKey = 0;
};
/// Adds what the fields need to the blob.
Schema schemaOf(const ir::Pipeline& pipeline, Blob& blob);

/// kiln_type of a field.
uint8_t abiType(const kernel::FieldPlan& field);
uint8_t abiType(ir::Elem elem);
/// What matrices of these inputs, or outputs, may hold: bits of kiln_type. Integers where all that can stand in a matrix are whole numbers, of 32
/// bits where outputs fit.
uint32_t matrixTypes(const std::vector<kernel::FieldPlan>& fields, bool inputs);

}  // namespace kiln::codegen
