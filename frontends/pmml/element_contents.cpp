// What stands inside elements, where the standard has nothing there, or one of a kind: whatever a document puts there beside is no
// PMML, and who wrote it expects an effect; of two either could be meant. Attributes are held to vocabulary.def.
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

const std::unordered_set<std::string_view> kNothingInside = {
    "AnyDistribution", "BaselineCell", "Category", "Coefficient", "Con", "Decision", "FieldColumnPair", "FieldRef", "FieldValueCount",
    "GaussianDistribution", "InstanceField", "Interval", "Item", "ItemRef", "KNNInput", "Level", "LinearKernelType", "LinearNorm", "MiningField",
    "NormDiscrete", "NumericPredictor", "OutlierEffect", "PCell", "PCovCell", "PPCell", "Parameter", "ParameterField", "ParentValue",
    "PoissonDistribution", "PolynomialKernelType", "RadialBasisKernel", "RadialBasisKernelType", "RuleSelectionMethod", "ScoreDistribution",
    "SequenceReference", "SetReference", "SigmoidKernelType", "SimplePredicate", "SupportVector", "TargetValueCount", "TextDocument",
    "TextModelSimilarity", "TextModelSimiliarity", "UniformDistribution", "Value", "ValueProbability", "VariableWeight", "VerificationField",
    "chebychev", "cityBlock", "euclidean", "jaccard", "simpleMatching", "squaredEuclidean", "tanimoto"};

// Of a second one either could be meant.
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

// What others read, nobody, or in another way: its content is free, as are the cells of a table.
bool isFree(std::string_view name) {
  for (const char* free : {"Extension", "Header", "KohonenMap", "MiningBuildTask", "ModelExplanation", "ModelStats", "Partition", "TimeAnchor", "row"})
    if (name == free) return true;
  return name.find(':') != name.npos;
}

}  // namespace

bool Importer::checkElementContents(const Element* root) {
  bool ok = true;
  for (const Element* e = root; e; e = isFree(e->Name()) ? nextBehind(root, e) : nextInside(root, e)) {
    if (kNothingInside.contains(e->Name())) ok = onlyChildren(e, {}) && ok;
    if (e != root && occursOnce(e) && e->PreviousSiblingElement(e->Name()))
      ok = misplaced(e, std::string("a second ") + e->Name() + " in one " + (findModel(e->Parent()->Value()) ? "model" : e->Parent()->Value()));
  }
  return ok;
}

}  // namespace kiln::pmml
