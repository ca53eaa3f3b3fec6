// Derived fields and user functions: declared when met, lowered where first needed.
#include "frontends/pmml/import.h"

namespace kiln::pmml {

bool Importer::declareTransformations(Scope& scope, const Element* dictionary) {
  if (!dictionary) return true;
  const bool ok = onlyAttributes(dictionary, {}) && onlyChildren(dictionary, {"DefineFunction", "DerivedField"});
  return declareDerivedFields(scope, dictionary) && ok;
}

bool Importer::declareDerivedFields(Scope& scope, const Element* dictionary) {
  bool ok = true;
  for (auto* e = dictionary->FirstChildElement("DerivedField"); e; e = e->NextSiblingElement("DerivedField")) {
    auto name = required(e, "name");
    if (!name || !onlyAttributes(e, {"name", "displayName", "optype", "dataType"})) {
      ok = false;
      continue;
    }
    if (scope.own(*name)) {
      ok = misplaced(e, "field '" + *name + "' is declared a second time");
      continue;
    }
    auto type = fieldType(e, FieldType());
    if (type)
      declareDerivedField(scope, e, *name, *type);
    else
      ok = false;
  }
  return ok;
}

void Importer::declareDerivedField(Scope& scope, const Element* e, const std::string& name, const FieldType& type) {
  Field field;
  field.name = name, field.type = type, field.element = e;
  field.lower = [this, &scope, e, name, type] {
    at(e);
    const Element* definition = expressionOf(e);
    if (!definition) return missing(e, "EXPRESSION"), kNone;
    if (!isAlone(definition) || !onlyChildren(e, {definition->Name(), "Value", "Interval"})) return kNone;
    Typed result = expression(scope, definition, e->Attribute("dataType") ? &type : nullptr);
    if (!result) return kNone;
    // Without a type of its own (before PMML 3.1) the field has its expression's.
    Field& field = *scope.own(name);
    if (!e->Attribute("dataType")) field.type = result.type;
    at(e);
    ValueId value = convert(result, field.type, e);
    if (value != kNone) build.suggestName(value, name);
    field.value = value;
    if (!options.jpmml) declareOrder(field, e);  // JPMML does not look at Values of a DerivedField
    return value;
  };
  scope.declare(std::move(field));
}

// The fields of the TransformationDictionary by the fields that they read.
void Importer::findReaders(const Element* dictionary) {
  for (auto* derived = dictionary ? dictionary->FirstChildElement("DerivedField") : nullptr; derived;
       derived = derived->NextSiblingElement("DerivedField")) {
    std::set<std::string> read;
    for (const Element* e = derived; e; e = nextInside(derived, e))
      for (const char* name : {"field", "textField", "groupField"})
        if (const char* field = e->Attribute(name)) read.insert(field);
    for (const std::string& field : read) readers_[field].push_back(derived);
  }
}

// Fields of the TransformationDictionary are computed of the fields as the model that reads them treats these. So what is
// derived of `treated` fields, directly or not, is the inner model's own, unless its MiningSchema takes it from outside.
void Importer::deriveAgain(Scope& scope, std::vector<std::string> treated, const std::set<std::string>& schema) {
  for (size_t i = 0; i < treated.size(); i++) {
    const auto found = readers_.find(treated[i]);
    if (found == readers_.end()) continue;
    for (const Element* derived : found->second) {
      const Field* outer = derived->Attribute("name") ? global.own(derived->Attribute("name")) : nullptr;
      if (!outer || outer->element != derived || schema.count(outer->name) || scope.own(outer->name)) continue;
      treated.push_back(outer->name);
      declareDerivedField(scope, derived, outer->name, outer->type);
    }
  }
}

bool Importer::defineFunctions(const Element* dictionary) {
  bool ok = true;
  for (auto* e = dictionary ? dictionary->FirstChildElement("DefineFunction") : nullptr; e;
       e = e->NextSiblingElement("DefineFunction")) {
    auto name = required(e, "name");
    if (!name || !onlyAttributes(e, {"name", "optype", "dataType"}))
      ok = false;
    else if (!functions.emplace(*name, e).second)
      ok = misplaced(e, "function '" + *name + "' is defined a second time");
  }
  return ok;
}

// The body with the arguments in the place of its parameters; only they are in its scope.
Importer::Typed Importer::callFunction(const Element* apply, const Element* function, std::vector<Typed> arguments) {
  std::string name = function->Attribute("name");
  for (size_t i = 0; i < calls_.size(); i++)
    if (calls_[i] == name) {
      std::string cycle;
      for (; i < calls_.size(); i++) cycle += "'" + calls_[i] + "' -> ";
      return invalid(apply, "function", "the function calls itself: " + cycle + "'" + name + "'"), Typed();
    }
  const Element* body = expressionOf(function);
  if (!body) return missing(function, "EXPRESSION"), Typed();
  if (!isAlone(body) || !onlyChildren(function, {"ParameterField", "DerivedField", body->Name()})) return {};

  Scope parameters;
  size_t count = 0;
  for (auto* p = function->FirstChildElement("ParameterField"); p;
       p = p->NextSiblingElement("ParameterField"), count++) {
    auto parameter = required(p, "name");
    if (!parameter || !onlyAttributes(p, {"name", "optype", "dataType", "displayName"})) return {};
    if (parameters.own(*parameter))
      return misplaced(p, "parameter '" + *parameter + "' is declared a second time"), Typed();
    if (count >= arguments.size()) continue;
    Typed& argument = arguments[count];
    Field field;
    field.name = *parameter, field.element = p;
    if (p->Attribute("dataType")) {
      auto type = fieldType(p, argument.type);
      if (!type) return {};
      argument.value = convert(argument, *type, apply);
      if (!argument) return {};
      argument.type = *type, argument.anyType = false;
    }
    field.value = argument.value, field.type = argument.type, field.literal = argument.literal,
    field.anyType = argument.anyType;
    field.valid = argument.valid;
    if (!p->Attribute("dataType")) field.order = argument.order;
    parameters.declare(std::move(field));
  }
  if (count != arguments.size())
    return invalid(apply, "function",
                   "takes " + std::to_string(count) + " arguments, not " + std::to_string(arguments.size())),
           Typed();

  // Fields of the function's own, of its parameters.
  if (!declareDerivedFields(parameters, function)) return {};

  std::optional<FieldType> type;
  if (function->Attribute("dataType") && !(type = fieldType(function, FieldType()))) return {};
  calls_.push_back(name);
  Typed result = expression(parameters, body, type ? &*type : nullptr);
  calls_.pop_back();
  if (!result || !type) return result;
  result.value = convert(result, *type, apply);
  result.type = *type, result.anyType = false, result.literal.reset();
  return result;
}

}  // namespace kiln::pmml
