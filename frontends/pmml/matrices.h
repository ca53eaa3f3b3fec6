// The Matrix element.
#pragma once
#include <optional>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// Rows of a Matrix element, completed as its kind (diagonal, symmetric, any) and defaults say. Nothing if it reported.
std::optional<std::vector<std::vector<double>>> readMatrix(Importer& importer, const Element* matrix);

}  // namespace kiln::pmml
