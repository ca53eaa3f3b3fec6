// What every part of the PMML importer leans on: diagnostics with their place, attributes read strictly, names in
// scope.
#include "frontends/pmml/import.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/regex/regex.h"
#include "compiler/support/number.h"
#include "frontends/pmml/tree_stream.h"
#include "frontends/pmml/vocabulary.h"

namespace kiln::pmml {

ir::Elem elemOf(DataType type) {
  switch (type) {
    case DataType::string:
      return ir::Elem::str;
    case DataType::floating:
      return ir::Elem::f32;
    case DataType::real:
      return ir::Elem::f64;
    case DataType::boolean:
      return ir::Elem::boolean;
    case DataType::date:
      return ir::Elem::date;
    case DataType::time:
      return ir::Elem::time;
    case DataType::dateTime:
      return ir::Elem::datetime;
    case DataType::integer:
    case DataType::daysSince:
    case DataType::secondsSince:
    case DataType::timeSeconds:
      return ir::Elem::i64;
  }
  return ir::Elem::f64;
}

Field* Scope::find(const std::string& name) {
  for (Scope* scope = this; scope; scope = scope->outer_)
    if (auto found = scope->fields_.find(name); found != scope->fields_.end()) return &found->second;
  return nullptr;
}

Field* Scope::own(const std::string& name) {
  auto found = fields_.find(name);
  return found == fields_.end() ? nullptr : &found->second;
}

Field& Scope::declare(Field field) {
  std::string name = field.name;
  return fields_.insert_or_assign(std::move(name), std::move(field)).first->second;
}

Importer::Importer(const Source& source, const Document& doc, ir::Pipeline& pipeline, const ImportOptions& opts,
                   Diagnostics& diags)
    : document(doc), build(pipeline), options(opts), diagnostics(diags), source_(source) {}

void Importer::at(const Element* element) {
  Location where = document.location(element);
  build.at({where.line, where.column, document.path(element)});
}

// ---- diagnostics

bool Importer::refuse(Kind kind, Location at, const std::string& attribute, const std::string& message,
                      const std::string& path, const std::string& note) {
  const Span span = attribute.empty() ? Span{at} : attributeSpan(source_, at, attribute);
  diagnostics.error(kind, span.at.line, span.at.column, message, path, note).length = span.length;
  return false;
}
bool Importer::report(Kind kind, const Element* at, const std::string& attribute, const std::string& message,
                      const std::string& note) {
  return refuse(kind, document.location(at), attribute, message, at ? document.path(at) : "", note);
}

bool Importer::missing(const Element* at, const std::string& what) {
  bool isElement = !what.empty() && std::isupper(static_cast<unsigned char>(what[0]));
  return report(Kind::missing, at, "",
                "'" + std::string(at->Name()) + "' needs " + (isElement ? "an element '" : "an attribute '") + what + "'");
}
bool Importer::invalid(const Element* at, const std::string& attribute, const std::string& message,
                       const std::string& note) {
  const char* value = at->Attribute(attribute.c_str());
  std::string head = value ? "attribute " + attribute + "='" + value + "' of '" + at->Name() + "': "
                           : "'" + std::string(at->Name()) + "': ";
  return report(Kind::invalid, at, value ? attribute : "", head + message, note);
}
bool Importer::unsupported(const Element* at, const std::string& what, const std::string& note) {
  return report(Kind::unsupported, at, "", what + " is not supported", note);
}
bool Importer::refusePattern(const Element* at, const std::string& attribute, const std::string& pattern, bool ignoreCase, const std::string& why) {
  const auto regex = regex::compile(pattern, ignoreCase);
  if (regex->unsupported || regex->program.emptyLoop) return unsupported(at, "pattern '" + pattern + "'", why);
  return invalid(at, attribute, "pattern '" + pattern + "': " + why);
}
bool Importer::unknownAttribute(const Element* e, const char* name) {
  return report(Kind::unsupported, e, name, "attribute '" + std::string(name) + "' of '" + e->Name() + "' is not supported");
}
bool Importer::misplaced(const Element* at, const std::string& message) {
  return report(Kind::misplaced, at, "", message);
}
void Importer::warn(const Element* at, const std::string& message, const std::string& note) {
  Location where = document.location(at);
  diagnostics.warning(Kind::invalid, where.line, where.column, message, at ? document.path(at) : "", note);
}

// ---- attributes

std::optional<std::string> Importer::attribute(const Element* e, const char* name) {
  const char* value = e->Attribute(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::optional<std::string> Importer::required(const Element* e, const char* name) {
  auto value = attribute(e, name);
  if (!value) missing(e, name);
  return value;
}

std::optional<double> Importer::number(const Element* e, const char* name, std::optional<double> fallback) {
  auto text = fallback ? attribute(e, name) : required(e, name);
  if (!text) return fallback;
  auto value = parseNumber(collapsed(*text));
  if (!value) invalid(e, name, "not a number");
  return value;
}

std::optional<int64_t> Importer::integer(const Element* e, const char* name, std::optional<int64_t> fallback) {
  auto text = fallback ? attribute(e, name) : required(e, name);
  if (!text) return fallback;
  auto value = parseInteger(collapsed(*text));
  if (!value) invalid(e, name, "not an integer");
  return value;
}

std::optional<bool> Importer::boolean(const Element* e, const char* name, bool fallback) {
  auto text = attribute(e, name);
  if (!text) return fallback;
  const std::string_view value = collapsed(*text);
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  invalid(e, name, "neither true nor false");
  return std::nullopt;
}

std::optional<int> Importer::choice(const Element* e, const char* name, const std::vector<const char*>& names,
                                    int fallback) {
  auto text = attribute(e, name);
  if (!text) return fallback;
  for (size_t i = 0; i < names.size(); i++)
    if (*text == names[i]) return static_cast<int>(i);
  std::string all;
  for (const char* n : names) all += (all.empty() ? "" : ", ") + std::string(n);
  invalid(e, name, "not a value that Kiln knows here", "known are: " + all);
  return std::nullopt;
}

bool Importer::onlyAttributes(const Element* e, std::initializer_list<const char*> names) {
  bool ok = true;
  const ElementRow* row = findElement(e->Name());
  for (auto* a = e->FirstAttribute(); a; a = a->Next()) {
    // Attributes of foreign namespaces (xsi:schemaLocation) belong to other tools.
    if (std::strchr(a->Name(), ':')) continue;
    if (std::any_of(names.begin(), names.end(), [&](const char* n) { return std::strcmp(n, a->Name()) == 0; })) continue;
    if (row && row->fate == ElementRow::read && isForeignExtension(a->Name())) continue;   // knowsAttributes has warned
    ok = false;
    // What the table refuses has been reported by knowsAttributes.
    if (!row || row->fate != ElementRow::read || row->takes(a->Name()))
      unknownAttribute(e, a->Name());
  }
  return ok;
}

bool Importer::onlyChildren(const Element* e, std::initializer_list<const char*> names) {
  bool ok = true;
  for (auto* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) {
    if (std::strcmp(c->Name(), "Extension") == 0) continue;
    bool known = std::any_of(names.begin(), names.end(), [&](const char* n) { return std::strcmp(n, c->Name()) == 0; });
    if (!known) ok = unsupported(c, "element '" + std::string(c->Name()) + "' in '" + e->Name() + "'");
  }
  return ok;
}

std::optional<std::vector<std::string>> Importer::array(const Element* e) {
  if (!e) return std::nullopt;
  if (!onlyAttributes(e, {"n", "type"}) || !onlyChildren(e, {})) return std::nullopt;
  auto members = arrayMembers(document.text(e));
  if (e->Attribute("n")) {
    auto n = integer(e, "n", 0);
    if (!n) return std::nullopt;
    if (*n != static_cast<int64_t>(members.size()))
      return invalid(e, "n", "the array has " + std::to_string(members.size()) + " members"), std::nullopt;
  }
  return members;
}

// REAL-SparseArray and INT-SparseArray: Indices from 1, Entries, the rest is defaultValue.
static std::optional<std::vector<double>> sparseArray(Importer& importer, const Element* e, const char* entriesName) {
  if (!importer.onlyAttributes(e, {"n", "defaultValue"}) || !importer.onlyChildren(e, {"Indices", entriesName}))
    return std::nullopt;
  auto n = importer.integer(e, "n", 0);
  auto fallback = importer.number(e, "defaultValue", 0);
  if (!n || !fallback) return std::nullopt;
  if (*n < 0 || static_cast<uint64_t>(*n) > importer.options.limits.fields * 16)
    return importer.invalid(e, "n", "out of range"), std::nullopt;
  auto* indices = e->FirstChildElement("Indices");
  auto* entries = e->FirstChildElement(entriesName);
  auto at = arrayMembers(indices ? importer.document.text(indices) : ""),
       values = arrayMembers(entries ? importer.document.text(entries) : "");
  if (!e->Attribute("n")) {   // as long as its indices ask for
    for (const std::string& text : at) n = std::max(*n, parseInteger(text).value_or(0));
    if (static_cast<uint64_t>(*n) > importer.options.limits.fields * 16) return importer.invalid(indices, "", "out of range"), std::nullopt;
  }
  std::vector<double> all(static_cast<size_t>(*n), *fallback);
  if (at.size() != values.size()) return importer.invalid(e, "", "as many Indices as entries are needed"), std::nullopt;
  for (size_t i = 0; i < at.size(); i++) {
    auto index = parseInteger(at[i]);
    auto value = parseNumber(values[i]);
    if (!index || *index < 1 || *index > *n)
      return importer.invalid(indices, "", "'" + at[i] + "' is no index of the array"), std::nullopt;
    if (!value) return importer.invalid(entries, "", "'" + values[i] + "' is not a number"), std::nullopt;
    all[static_cast<size_t>(*index - 1)] = *value;
  }
  return all;
}

std::optional<std::vector<double>> Importer::numberArray(const Element* e) {
  if (!e) return std::nullopt;
  if (std::strcmp(e->Name(), "REAL-SparseArray") == 0) return sparseArray(*this, e, "REAL-Entries");
  if (std::strcmp(e->Name(), "INT-SparseArray") == 0) return sparseArray(*this, e, "INT-Entries");
  auto members = array(e);
  if (!members) return std::nullopt;
  std::vector<double> numbers;
  for (auto& m : *members) {
    auto value = parseNumber(m);
    if (!value) return invalid(e, "", "'" + m + "' is not a number"), std::nullopt;
    numbers.push_back(*value);
  }
  return numbers;
}

bool Importer::mayUnfold(const Element* at, uint64_t numbers) {
  unfolded_ += numbers;
  return unfolded_ <= 1u << 24 || invalid(at, "", "with what stands before it the document asks for more than 2^24 numbers that it does not write");
}

// ---- nesting and names

// A stack of 8 MiB carries this many, whatever the limit is raised to.
constexpr uint64_t kDeepest = 5000;

bool Importer::enter(const Element* e) {
  uint64_t limit = std::min(options.limits.expressionDepth, kDeepest), total = options.limits.expressionNodes;
  bool deep = depth_ >= limit;
  if (!deep && expanded_ < total) return depth_++, expanded_++, true;
  if (!overLimit_) {
    report(Kind::limit, e, "",
           deep ? "limit of " + std::to_string(limit) + " nested expressions, predicates and derived fields exceeded"
                : "limit of " + std::to_string(total) + " expressions after inlining exceeded",
           deep ? limit < kDeepest ? "raise it with --max-expression-depth" : "the stack carries no more"
                : "raise it with --max-expression-nodes");
  }
  overLimit_ = true;
  return false;
}

// The attribute that has this value, empty if none has.
static std::string naming(const Element* e, const std::string& value) {
  for (auto* a = e->FirstAttribute(); a; a = a->Next())
    if (value == a->Value()) return a->Name();
  return "";
}

Field* Importer::field(Scope& scope, const std::string& name, const Element* e) {
  Field* found = anyField(scope, name, e);
  if (!found || !found->list) return found;
  return unsupported(e, listAsOneValue(name), kListNote), nullptr;
}

std::string Importer::listAsOneValue(const std::string& name) {
  return "field '" + name + "' as a single value: in a model with a group field it has one for each row";
}

Field* Importer::anyField(Scope& scope, const std::string& name, const Element* e) {
  Field* found = scope.find(name);
  // A derived field may hide the field that it is made from.
  if (found && found->lowering && lowering_.back() == found)
    for (Scope* outer = &scope; outer; outer = outer->outer())
      if (Field* hidden = outer->own(name); hidden && !hidden->lowering) {
        found = hidden;
        break;
      }
  if (!found) {
    std::string note;
    if (dataFields.count(name)) note = "the DataDictionary has it, but the model's MiningSchema does not";
    return report(Kind::invalid, e, naming(e, name), "unknown field '" + name + "'", note), nullptr;
  }
  if (found->lowering) {
    std::string cycle;
    bool inside = false;
    for (Field* f : lowering_)
      if (inside |= f == found; inside) cycle += "'" + f->name + "' -> ";
    return report(Kind::invalid, e, naming(e, name),
                  "field '" + name + "' is defined by itself: " + cycle + "'" + name + "'"),
           nullptr;
  }
  if (found->value == kNone && found->lower) {
    if (!enter(e)) return nullptr;
    ir::Place place = build.place();
    found->lowering = true;
    lowering_.push_back(found);
    auto lower = std::move(found->lower);
    found->lower = nullptr;  // a field that failed is reported once
    found->value = lower();
    lowering_.pop_back();
    found->lowering = false;
    build.at(place);
    leave();
  }
  return found->value == kNone ? nullptr : found;
}

ValueId Importer::value(Scope& scope, const std::string& name, const Element* e) {
  Field* f = field(scope, name, e);
  return f ? f->value : kNone;
}

}  // namespace kiln::pmml
