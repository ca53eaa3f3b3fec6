// Confidence intervals about a prediction whose deviation is known.
#pragma once
#include <functional>
#include <optional>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// Adds the features confidenceIntervalLower and confidenceIntervalUpper of prediction.value. `deviation` is asked for the standard
/// deviation when one of them is wanted; kNone if that was reported. The interval holds the share of attribute `value` in percent, 95
/// if it is absent: prediction -+ q * deviation. q is the quantile of a normal distribution, or with `degrees` of freedom of Student's.
void addIntervals(Importer& importer, Prediction& prediction, std::function<ValueId()> deviation, std::optional<uint64_t> degrees = std::nullopt);

}  // namespace kiln::pmml
