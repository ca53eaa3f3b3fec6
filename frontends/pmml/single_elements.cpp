// Elements that the standard has once in the element around them: of a second one either could be meant.
#include <string_view>
#include <unordered_set>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

const std::unordered_set<std::string_view> kOnce = {
    // of every model
    "LocalTransformations", "MiningSchema", "ModelExplanation", "ModelStats", "ModelVerification", "Output", "Targets",
    // of one kind of model
    "BaseCumHazardTables", "BayesInputs", "BayesOutput", "BayesianNetworkNodes", "Characteristics", "ClassLabels", "ComparisonMeasure", "Constraints",
    "CovariateList", "DocumentTermMatrix", "FactorList", "KNNInputs", "MeanClusterDistances", "MissingValueWeights", "NeuralInputs", "NeuralOutputs",
    "PCovMatrix", "PPMatrix", "ParamMatrix", "ParameterList", "RuleSet", "Segmentation", "TestDistributions", "TextCorpus", "TextDictionary",
    "TextModelNormalization", "TextModelSimiliarity", "TextModelSimilarity", "TrainingInstances", "VectorDictionary",
    // inside them
    "Alternate", "AntecedentSequence", "Baseline", "Comparisons", "ConsequentSequence", "Covariances", "Lower", "Matrix", "Mean", "SequenceReference",
    "Upper", "Variance",
    // of time series
    "AR", "ARIMA", "ARMAPart", "Denominator", "ExponentialSmoothing", "GARCH", "GARCHPart", "Level", "MA", "MACoefficients", "MaximumLikelihoodStat",
    "MeasurementMatrix", "NonseasonalComponent", "NonseasonalFactor", "Numerator", "ObservationVarianceMatrix", "PastVariances",
    "PredictedStateCovarianceMatrix", "PsiVector", "RegressorValues", "ResidualSquareCoefficients", "Residuals", "SeasonalComponent",
    "Seasonality", "Seasonality_ExpoSmooth", "SelectedStateCovarianceMatrix", "StateSpaceModel", "StateVector", "TransitionMatrix", "Trend",
    "Trend_ExpoSmooth", "VarianceCoefficients"};

bool occursOnce(const Element* e) {
  const std::string_view name = e->Name(), parent = e->Parent()->Value();
  if (name == "Array" || name == "REAL-SparseArray" || name == "INT-SparseArray") return parent != "Matrix";
  if (name == "Delimiter") return parent == "SequenceRule";
  return kOnce.contains(name);
}

// What nothing reads, or another way: its content is free.
bool isFree(std::string_view name) {
  for (const char* free : {"Extension", "Header", "KohonenMap", "MiningBuildTask", "ModelExplanation", "ModelStats", "Partition", "TimeAnchor", "row"})
    if (name == free) return true;
  return name.find(':') != name.npos;
}

}  // namespace

bool Importer::checkSingleElements(const Element* root) {
  bool ok = true;
  const Element* e = root;
  while (e) {
    if (e != root && occursOnce(e) && e->PreviousSiblingElement(e->Name()))
      ok = misplaced(e, std::string("a second ") + e->Name() + " in one " + (findModel(e->Parent()->Value()) ? "model" : e->Parent()->Value()));
    // The next element of the document: walks over input are iterative.
    const Element* next = isFree(e->Name()) ? nullptr : e->FirstChildElement();
    while (e && !next) {
      if (e == root) return ok;
      next = e->NextSiblingElement();
      if (!next) e = e->Parent()->ToElement();
    }
    e = next;
  }
  return ok;
}

}  // namespace kiln::pmml
