// The pipeline of one element, for pipelines that do the same to every element of their only input: its matrix need not be turned into
// columns and back. A constant vector, such as the means of a scaler, gives each element the number of its column.
#pragma once
#include <map>
#include <optional>
#include <set>

#include "compiler/codegen/recorder.h"
#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

struct OneElement {
  ir::Pipeline pipeline;
  ir::NodeId input = ir::kNone;               ///< the element
  std::map<ir::NodeId, ir::TableRef> ofColumns;   ///< other inputs: a Matrix with a value for each column
  std::set<ir::NodeId> anyOf;   ///< checks that stand for whether any element of a row is true
};

/// Nothing if elements are not all, and alike but for constants, or one may be missing. Where one fails, or any is true that a row asks for, the body says
/// that there is no result: its rows are then left to the whole pipeline.
std::optional<OneElement> oneElement(const ir::Pipeline& whole);
/// How many elements the body takes at a time: those of the tier's wide kernels where all have such a form.
int elementLanes(const Record& record, const Tier& tier);
/// What the matrix of an end of such a pipeline holds, f64, f32, i64 or i32: the values of that end; truth values are numbers of the other's size.
ir::Elem elementOf(const OneElement& element, bool input);
/// Lowers the node that emits if it is an input or an output (elements come from the caller's matrix, and go to one), or ends rows. Returns whether it is.
bool lowerOfElement(const OneElement& element, NodeEmitter& emit);

}  // namespace kiln::codegen
