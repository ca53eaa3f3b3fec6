// The table of model elements.
#include "frontends/pmml/import.h"

namespace kiln::pmml {

#define MODEL(element, function) std::optional<Prediction> function(Importer&, Scope&, const Element*);
#include "frontends/pmml/elements.def"
#undef MODEL

const ModelLowering* findModel(const std::string& elementName) {
  static const std::map<std::string, ModelLowering> table = {
#define MODEL(element, function) {#element, function},
#include "frontends/pmml/elements.def"
#undef MODEL
  };
  const auto found = table.find(elementName);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace kiln::pmml
