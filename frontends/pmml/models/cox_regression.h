// The base cumulative hazard of a CoxRegression.
#pragma once
#include "frontends/pmml/import.h"

namespace kiln::pmml {

struct BaseHazard {
  ValueId hazard = ir::kNone;      ///< kNone if it reported
  ValueId beforeFirst = ir::kNone; ///< bool: the time is before that of the first cell
};

/// The cumulative hazard of BaseCumHazardTables at the row's time, in its stratum: 0 before the first cell; missing
/// after maxTime, in an unknown stratum and where time or stratum is missing.
BaseHazard baseCumHazard(Importer& importer, Scope& scope, const Element* model, ir::Elem elem);

}  // namespace kiln::pmml
