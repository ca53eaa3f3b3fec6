// The neurons of a NeuralNetwork while it is lowered, and its outputs.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

struct NeuronPlace {
  uint32_t vector, position;
  bool operator==(const NeuronPlace&) const = default;
};

/// Values of the inputs and neurons so far: a vector a layer.
class Neurons {
 public:
  explicit Neurons(Importer& importer) : importer_(importer) {}

  /// Names an element of the vector that is added next; false, reported, if there is one of this id.
  bool name(const std::string& id, uint32_t position, const Element* at);
  void add(ValueId vector, uint32_t size) { vectors_.push_back({vector, size}); }
  /// Null if there is none of this id in the vectors so far.
  const NeuronPlace* find(const std::string& id) const;
  /// These elements as one vector.
  ValueId gather(const std::vector<NeuronPlace>& wanted) const;
  ValueId value(const NeuronPlace& place) const;

 private:
  struct Vector {
    ValueId value;
    uint32_t size;
  };
  Importer& importer_;
  std::vector<Vector> vectors_;
  std::unordered_map<std::string, NeuronPlace> places_;
};

/// The results of NeuralOutputs: numbers de-normalized, classes with their probabilities. Nothing if it reported.
std::optional<Prediction> neuralOutputs(Importer& importer, const Element* model, const Neurons& neurons);
/// Makes the classes known that the network's outputs name; false if it reported.
bool collectNeuralClasses(Importer& importer, const Element* model);

}  // namespace kiln::pmml
