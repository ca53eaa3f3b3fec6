// Random pipelines: graphs of random nodes over random typed inputs, with missing, failing and extreme values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "tests/differential/harness.h"

namespace kiln::test {

/// The same pipeline for the same seed. `focus`: the node (a name of nodes.def) that every second step tries, empty for
/// any.
ir::Pipeline randomPipeline(uint64_t seed, const std::string& focus = "");
/// Rows for its inputs.
std::vector<Row> randomRows(const ir::Pipeline& pipeline, uint64_t seed, size_t count);

/// Few nodes over tensors whose lengths lie around those of lanes, and that meet in several shapes.
ir::Pipeline randomTensors(uint64_t seed);
/// One tensor in and one out, of operations that have forms of their own for one element and for wide rows.
ir::Pipeline randomElements(uint64_t seed);
/// The same few steps over many parts of a row.
ir::Pipeline randomUnits(uint64_t seed);
/// Rows for their inputs, most of them of small numbers.
std::vector<Row> rowsOfTensors(const ir::Pipeline& pipeline, uint64_t seed, size_t count);

}  // namespace kiln::test
