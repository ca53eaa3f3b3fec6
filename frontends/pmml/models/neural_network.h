// What others ask of a NeuralNetwork before it is lowered.
#pragma once
#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// Makes the classes known that the network's outputs name; false if it reported.
bool collectNeuralClasses(Importer& importer, const Element* model);

}  // namespace kiln::pmml
