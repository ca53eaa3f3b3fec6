// The rows that came with a model (PMML ModelVerification): scored by the evaluator, compared with what the model says.
#pragma once
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"

namespace kiln::driver {

struct VerificationResult {
  uint64_t rows = 0, values = 0, differing = 0;
};

/// One diagnostic of `severity` for each verification block that differs: how many values, and the first with row, field,
/// both values and their distance in ulps.
VerificationResult verifyEmbedded(const ir::Pipeline& pipeline, Severity severity, Diagnostics& diagnostics);

/// PMML's rule: both within the zero threshold, or the actual number within precision times the expected one. Text is equal,
/// or equal as numbers; empty is missing.
bool acceptable(const std::string& expected, const std::string& actual, double precision, double zeroThreshold);
/// Distance in units of the last place, for messages; -1 where it has none.
int64_t ulps(double a, double b);

}  // namespace kiln::driver
