// Segmentation: what the files of MiningModel share.
#pragma once
#include "frontends/pmml/classes.h"

namespace kiln::pmml {

/// multipleModelMethod, in the order of the attribute's values in segmentation.cpp.
enum class MultipleModelMethod : uint8_t {
  majorityVote,
  weightedMajorityVote,
  average,
  weightedAverage,
  median,
  weightedMedian,
  max,
  sum,
  weightedSum,
  selectFirst,
  selectAll,
  modelChain,
  multiModelChain
};
enum class MissingPrediction : uint8_t { continueMissing, skipSegment, returnMissing };

struct Segment {
  const Element* element = nullptr;
  const Element* model = nullptr;
  const Element* predicate = nullptr;
  std::string id;  ///< its id, else its number from 1
  double weight = 1;
  std::string weightField;  ///< VariableWeight
};

struct Segmentation {
  const Element* element = nullptr;
  const Element* model = nullptr;  ///< the MiningModel
  MultipleModelMethod method = MultipleModelMethod::average;
  MissingPrediction missing = MissingPrediction::continueMissing;
  double threshold = 1;
  bool classification = false;
  std::vector<Segment> segments;

  bool weighted() const {
    return method == MultipleModelMethod::weightedMajorityVote || method == MultipleModelMethod::weightedAverage ||
           method == MultipleModelMethod::weightedMedian || method == MultipleModelMethod::weightedSum;
  }
  bool votes() const {
    return method == MultipleModelMethod::majorityVote || method == MultipleModelMethod::weightedMajorityVote;
  }
};

std::optional<Segmentation> readSegmentation(Importer& importer, const Element* miningModel);

/// Segments that are trees and nothing else, as one forest. Sets `merged` to false where that is not exact or not
/// possible; then nothing was built.
std::optional<Prediction> mergeTrees(Importer& importer, Scope& scope, const Segmentation& segmentation, bool& merged);

/// Whether an OutputField of the MiningModel asks for the result of a single segment.
bool readsSegments(const Element* miningModel);

}  // namespace kiln::pmml
