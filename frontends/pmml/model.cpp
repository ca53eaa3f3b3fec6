// A model with all that belongs to it, in the order in which a row meets them: fields, transformations, the model,
// Targets, Output.
#include "frontends/pmml/classes.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

// The target that the prediction is of, unless the model has said so itself.
bool nameTarget(Importer& importer, const Element* model, Prediction& prediction) {
  const std::vector<std::string> names = importer.targetNames(model);
  if (prediction.target.empty() && !names.empty()) prediction.target = names[0];
  if (!prediction.classification) {
    if (const auto field = importer.targetField(model)) prediction.targetType = field->type;
  }
  if (names.size() > 1 && prediction.others.size() + 1 != names.size()) {
    return importer.unsupported(model, "a model with " + std::to_string(names.size()) + " target fields",
                                "several targets are read from a MiningModel with x-multiModelChain");
  }
  return true;
}

}  // namespace

std::optional<Prediction> Importer::model(Scope& outer, const Element* element, bool topLevel, Scope* outputs) {
  const ModelLowering* lowering = findModel(element->Name());
  if (!lowering) {
    unsupported(element, std::string("model element '") + element->Name() + "'");
    return std::nullopt;
  }
  const auto isScorable = boolean(element, "isScorable", true);
  if (!isScorable) return std::nullopt;
  if (!*isScorable) {
    invalid(element, "isScorable", "the document says that this model is not to be scored");
    return std::nullopt;
  }
  if (!choice(element, "functionName", {"associationRules", "sequences", "classification", "regression", "clustering", "timeSeries", "mixed"}, 0)) return std::nullopt;
  const auto mathContext = choice(element, "x-mathContext", {"double", "float"}, 0);
  if (!mathContext) return std::nullopt;
  const bool outerFloat = floatMath;
  floatMath = *mathContext == 1;
  segments.clear();

  Scope scope(&outer);
  at(element);
  bool ok = (!topLevel || findGroups(element)) && declareMiningSchema(scope, element, topLevel);
  if (const Element* local = element->FirstChildElement("LocalTransformations"))
    ok = declareTransformations(scope, local) && ok;
  if (topLevel) ok = collectClasses(*this, element) && ok;
  std::optional<Prediction> prediction;
  if (ok) prediction = (*lowering)(*this, scope, element);
  if (prediction && !nameTarget(*this, element, *prediction)) prediction.reset();
  if (prediction) {
    at(element);
    prediction = applyTargets(scope, element, std::move(*prediction));
  }
  if (prediction && !declareOutputs(scope, element, *prediction, outputs, topLevel)) prediction.reset();
  if (prediction && topLevel && !verification(element)) prediction.reset();
  floatMath = outerFloat;
  return prediction;
}

}  // namespace kiln::pmml
