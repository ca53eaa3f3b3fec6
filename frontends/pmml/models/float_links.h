// Normalizations of x-mathContext="float" models.
#pragma once
#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// 1 / (1 + exp(-y)) of f32 values.
ir::ValueId floatLogistic(Importer& importer, ir::ValueId y);
/// exp(y - max) / sum of an f32 vector.
ir::ValueId floatSoftmax(Importer& importer, ir::ValueId y);

}  // namespace kiln::pmml
