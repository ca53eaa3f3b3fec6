// Confidence intervals about a prediction whose deviation is known.
#pragma once
#include <functional>
#include <optional>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// A bound of an interval by the quantile: that many standard deviations above or below. kNone if that was reported.
using Bound = std::function<ValueId(ValueId quantile, bool upper)>;

/// Adds the features confidenceIntervalLower and confidenceIntervalUpper of prediction.value. `bound` is asked when one of them is wanted.
/// The interval holds the share of attribute `value` in percent, 95 if it is absent, of a normal distribution, or with `degrees` of freedom
/// of Student's. Quantiles are of type `elem`.
void addIntervals(Importer& importer, Prediction& prediction, Bound bound, ir::Elem elem, std::optional<double> degrees = std::nullopt);
/// The same of a normal distribution about the prediction: prediction -+ quantile * deviation().
void addIntervals(Importer& importer, Prediction& prediction, std::function<ValueId()> deviation);

}  // namespace kiln::pmml
