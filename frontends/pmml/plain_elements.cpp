// Elements that the standard gives nothing inside: whatever a document puts there is no PMML, and who wrote it expects an effect.
// Attributes are held to vocabulary.def.
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

// What others read, or nobody; the cells of a table are free.
bool isFree(std::string_view name) {
  for (const char* free : {"Extension", "Header", "MiningBuildTask", "ModelExplanation", "ModelStats", "row"})
    if (name == free) return true;
  return name.find(':') != name.npos;
}

}  // namespace

bool Importer::checkPlainElements(const Element* root) {
  bool ok = true;
  const Element* e = root;
  while (e) {
    if (kNothingInside.contains(e->Name())) ok = onlyChildren(e, {}) && ok;
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
