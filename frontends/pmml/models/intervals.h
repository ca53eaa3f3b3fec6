// Results that are normally distributed about their prediction: the features that tell how far.
#pragma once
#include <functional>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// Adds the features standardDeviation, confidenceIntervalLower and confidenceIntervalUpper of prediction.value. `deviation` is
/// asked for the standard deviation when one of them is wanted; kNone if that was reported. The interval holds the share of
/// attribute `value` in percent, 95 if it is absent: mean -+ q(1/2 + value/200) * deviation with the normal quantile q.
void addIntervals(Importer& importer, Prediction& prediction, std::function<ValueId()> deviation);

}  // namespace kiln::pmml
