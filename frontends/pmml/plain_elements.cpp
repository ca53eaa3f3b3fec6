// Elements that the standard gives nothing inside: whatever a document puts there is no PMML, and who wrote it expects an effect.
// Attributes are held to vocabulary.def.
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

const std::unordered_set<std::string_view> kNothingInside = {
    "BaselineCell",   "Category",        "Coefficient",          "Con",          "Decision",           "FieldColumnPair",
    "FieldRef",       "GaussianDistribution", "InstanceField",   "Interval",     "Item",               "ItemRef",
    "KNNInput",       "LinearKernelType", "LinearNorm",          "MiningField",  "NormDiscrete",       "NumericPredictor",
    "PCell",          "PCovCell",        "PPCell",               "Parameter",    "ParameterField",     "PoissonDistribution",
    "PolynomialKernelType", "RadialBasisKernelType", "RuleSelectionMethod", "ScoreDistribution", "SigmoidKernelType",
    "SimplePredicate", "SupportVector",  "TargetValueCount",     "Value",        "VariableWeight",     "VerificationField",
    "chebychev",      "cityBlock",       "euclidean",            "jaccard",      "simpleMatching",     "squaredEuclidean",
    "tanimoto"};

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
