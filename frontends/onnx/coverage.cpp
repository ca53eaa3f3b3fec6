// What the ONNX frontend reads, from its tables.
#include <map>
#include <stdexcept>

#include "frontends/onnx/onnx.h"
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

namespace {

constexpr const char* ai_onnx = "ai.onnx";
constexpr const char* ai_onnx_ml = "ai.onnx.ml";
constexpr const char* com_microsoft = "com.microsoft";

using Notes = std::map<std::pair<std::string, std::string>, std::string>;

std::string versionsOf(const Operator& op) {
  std::string all;
  for (int version : op.versions) all += (all.empty() ? "" : ", ") + std::to_string(version);
  return all;
}

std::string operatorsOf(const std::string& domain, Notes& notes) {
  std::map<std::string, const Operator*> byName;
  for (const Operator& op : allOperators())
    if ((*op.domain ? op.domain : ai_onnx) == domain) byName.emplace(op.name, &op);
  std::string text = "\n## " + domain + "\n\n| operator | since versions | |\n|---|---|---|\n";
  for (auto& [name, op] : byName) {
    auto note = notes.find({domain, name});
    text += "| " + name + " | " + versionsOf(*op) + " | " + (note == notes.end() ? "" : note->second) + " |\n";
    if (note != notes.end()) notes.erase(note);
  }
  return text;
}

}  // namespace

std::string coverage() {
  Notes notes = {
#define NOTE(domain, name, text) {{domain, #name}, text},
#include "frontends/onnx/notes.def"
#undef NOTE
  };
  std::string text = "The operators, from `frontends/onnx/operators.def`, with the versions that are read (each holds up to the next); any other is refused by name.\n";
  for (const char* domain : {ai_onnx_ml, ai_onnx, com_microsoft}) text += operatorsOf(domain, notes);
  if (!notes.empty()) throw std::logic_error("notes.def: no operator " + notes.begin()->first.second);
  text += "\n## Faults of exporters\n\nWhat `kiln check` warns of, where the model shows it (`frontends/onnx/faults.def`):\n\n| exporter | in the model | |\n|---|---|---|\n";
#define FAULT(function, producer, message, note) text += std::string("| ") + (*producer ? producer : "any") + " | " message " | " note " |\n";
#include "frontends/onnx/faults.def"
#undef FAULT
  // Found by scoring exports beside their libraries: OnnxMLTools 1.16, ebm2onnx 3.3, CatBoost 1.2.
  text += R"(
Nothing in the model shows these, so that none is warned of; compare such an export with its library:

| exporter | what is lost |
|---|---|
| OnnxMLTools, of Spark | `min` and `max` of MinMaxScaler; `inverse` of DCT; the link of a GeneralizedLinearRegression; `threshold` of LogisticRegression; NaiveBayes of `gaussian` and `complement`, exported as multinomial; the number that `handleInvalid="keep"` gives an unknown text |
| OnnxMLTools, of LightGBM | `sigmoid`; the logistic function of `multiclassova` (softmax is exported); the square of `reg_sqrt`; `linear_tree`; `zero_as_missing`; the average of `boosting=rf`, which is a sum |
| OnnxMLTools, of XGBoost | the logistic function of `reg:logistic`; the exponential of `survival:cox`; softmax of `multi:softmax`; classes of a random forest of three and more |
| ebm2onnx | the link of Poisson, gamma, Tweedie and `rmse_log` objectives |
)";
  return text;
}

}  // namespace kiln::onnx
