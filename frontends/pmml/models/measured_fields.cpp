// ComparisonMeasure and the fields that it compares.
#include "compiler/support/number.h"
#include "frontends/pmml/models/measured_fields.h"

#include <cstring>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/matrices.h"

namespace kiln::pmml {

using namespace ir;

namespace {

const std::vector<const char*> kCompareFunctions = {"absDiff", "gaussSim", "delta", "equal", "table"};

double rounded(double value, Elem elem) { return elem == Elem::f32 ? static_cast<double>(static_cast<float>(value)) : value; }

}  // namespace

bool MeasuredFields::readMeasure(const Element* model) {
  const Element* e = model->FirstChildElement("ComparisonMeasure");
  if (!e) return importer_.missing(model, "ComparisonMeasure");
  if (!importer_.onlyAttributes(e, {"kind", "compareFunction", "minimum", "maximum"})) return false;
  const auto kind = importer_.choice(e, "kind", {"distance", "similarity"}, 0);
  const auto compare = importer_.choice(e, "compareFunction", kCompareFunctions, 0);
  if (!kind || !compare) return false;
  similarity_ = *kind == 1;
  compare_ = kCompareFunctions[static_cast<size_t>(*compare)];
  const Element* metric = e->FirstChildElement();
  while (metric && !std::strcmp(metric->Name(), "Extension")) metric = metric->NextSiblingElement();
  if (!metric) return importer_.missing(e, "a measure such as euclidean");
  static constexpr std::pair<const char*, Measure::Metric> kMetrics[] = {
      {"euclidean", Measure::euclidean},           {"squaredEuclidean", Measure::squaredEuclidean},
      {"cityBlock", Measure::cityBlock},           {"chebychev", Measure::chebychev},
      {"minkowski", Measure::minkowski},           {"simpleMatching", Measure::simpleMatching},
      {"jaccard", Measure::jaccard},               {"tanimoto", Measure::tanimoto},
      {"binarySimilarity", Measure::binarySimilarity}};
  bool known = false;
  for (const auto& [name, value] : kMetrics) {
    if (!std::strcmp(metric->Name(), name)) measure_.metric = value, known = true;
  }
  if (!known) return importer_.unsupported(metric, std::string("measure '") + metric->Name() + "'");
  measure_.skip = true;
  if (measure_.metric == Measure::minkowski) {
    const auto p = importer_.number(metric, "p-parameter", std::nullopt);
    if (!p) return false;
    if (!(*p > 0)) return importer_.invalid(metric, "p-parameter", "must be above 0");
    measure_.p = *p;
    return importer_.onlyAttributes(metric, {"p-parameter"});
  }
  if (measure_.metric != Measure::binarySimilarity) return importer_.onlyAttributes(metric, {});
  for (const char* name : {"c00-parameter", "c01-parameter", "c10-parameter", "c11-parameter", "d00-parameter", "d01-parameter",
                           "d10-parameter", "d11-parameter"}) {
    const auto value = importer_.number(metric, name, std::nullopt);
    if (!value) return false;
    measure_.binary.push_back(*value);
  }
  return true;
}

bool MeasuredFields::add(const Element* element, const std::string& name) {
  MeasuredField f;
  f.element = element;
  const auto compare = importer_.choice(element, "compareFunction", kCompareFunctions, -1);
  const auto weight = importer_.number(element, "fieldWeight", 1.0), scale = importer_.number(element, "similarityScale", 1.0);
  if (!compare || !weight || !scale) return false;
  f.compare = *compare < 0 ? compare_ : kCompareFunctions[static_cast<size_t>(*compare)];
  f.weight = *weight, f.scale = *scale;
  const Field* field = importer_.field(scope_, name, element);
  if (!field) return false;
  f.field = *field;
  f.field.value = importer_.value(scope_, name, element);
  if (f.field.value == kNone) return false;
  importer_.at(element);
  f.isCode = f.compare == "table" || asNumber(importer_, f.field.value, elem_) == kNone;
  if (f.isCode && importer_.codes(f.field) == kNone) return false;
  f.isBit = f.isCode && measure_.isBinary() && f.field.type.dataType == DataType::string;
  // Both labels have codes, whatever the document declares.
  if (f.isBit && (importer_.label(f.field, "0", element) == kNone || importer_.label(f.field, "1", element) == kNone)) return false;
  if (f.isCode && !f.isBit && (f.compare == "absDiff" || f.compare == "gaussSim"))
    return importer_.invalid(element, "compareFunction", "'" + f.compare + "' of field '" + name + "', which is not a number");
  if (!f.isCode && (f.compare == "absDiff" || f.compare == "gaussSim") && !isNotCyclic(f)) return false;
  if (f.compare == "table") {
    const Element* comparisons = element->FirstChildElement("Comparisons");
    const Element* matrix = comparisons ? comparisons->FirstChildElement("Matrix") : nullptr;
    if (!matrix) return importer_.missing(element, "Comparisons");
    auto rows = readMatrix(importer_, matrix);
    if (!rows) return false;
    if (rows->empty() || rows->size() != rows->front().size()) return importer_.invalid(matrix, "", "is not square");
    f.comparisons = std::move(*rows);
  }
  fields_.push_back(std::move(f));
  return true;
}

// Of a cyclic field the text says that its ends are close together, and not how close.
bool MeasuredFields::isNotCyclic(const MeasuredField& f) {
  const Element* declared = f.field.element;
  if (!declared || std::strcmp(declared->Name(), "DataField") || measure_.isBinary()) return true;
  const auto cyclic = importer_.boolean(declared, "isCyclic", false);
  if (!cyclic) return false;
  if (!*cyclic) return true;
  if (!importer_.options.jpmml)
    return importer_.unsupported(f.element, "the distance of cyclic field '" + f.field.name + "'", "--semantics=jpmml measures it as that of any other field");
  importer_.warn(f.element, "field '" + f.field.name + "' is cyclic, which has no effect: its ends are far apart");
  return true;
}

std::optional<double> MeasuredFields::cell(size_t column, const std::string& text, const Element* at, bool isCentre) {
  MeasuredField& f = fields_[column];
  if (f.isBit) {
    if (text == "0" || text == "1") return text == "1" ? 1 : 0;
    importer_.invalid(at, "", "'" + text + "' of field '" + f.field.name + "' is neither 0 nor 1");
    return std::nullopt;
  }
  if (f.isCode) {
    const uint32_t code = importer_.label(f.field, text, at);
    if (code == kNone) return std::nullopt;
    if (f.comparisons.empty() || code < f.comparisons.size()) return code;
    importer_.invalid(at, "", "the Comparisons of field '" + f.field.name + "' have no row for '" + text + "'");
    return std::nullopt;
  }
  // What is compared for equality is a value of the field; a distance is of numbers, and the mean of floats is none.
  FieldType type = f.field.type;
  if (isCentre && type.dataType == DataType::floating && (f.compare == "absDiff" || f.compare == "gaussSim")) type.dataType = DataType::real;
  if (const auto value = Importer::parseValue(text, type)) return rounded(*value, elem_);
  // The centre of a cluster of integers is a mean.
  if (const auto mean = f.field.type.dataType == DataType::integer ? parseNumber(text) : std::nullopt)
    return rounded(*mean, elem_);
  importer_.invalid(at, "", "'" + text + "' is not a value of field '" + f.field.name + "'");
  return std::nullopt;
}

// A code as a number: other categories are -1, which is equal to none, or missing where a table has no row for them. The labels 0 and 1 of a
// binary measure are these numbers, and any other is -1, which is neither (`checked`).
ValueId MeasuredFields::number(const MeasuredField& f) {
  if (!f.isCode) return asNumber(importer_, f.field.value, elem_);
  Field field = f.field;
  const ValueId code = importer_.codes(field);
  Lookup table;
  table.elem = elem_;
  const auto size = static_cast<uint32_t>(f.comparisons.empty() ? importer_.build.get<Dict>(field.dict).size() : f.comparisons.size());
  const auto numberOf = [&](uint32_t i) -> double {
    if (!f.isBit) return i;
    const std::string& label = importer_.build.get<Dict>(field.dict).text[i];
    return label == "0" ? 0 : label == "1" ? 1 : -1;
  };
  for (uint32_t i = 0; i < size; ++i) table.numbers.push_back(numberOf(i));
  table.sizes = {size};
  if (f.comparisons.empty()) table.numbers.push_back(-1), table.defaultRow = size;
  LookupNode lookup;
  lookup.table = importer_.build.table(std::move(table), f.field.name);
  return importer_.build.add(std::move(lookup), {code}, f.field.name);
}

ValueId MeasuredFields::vector() {
  values_.clear();
  for (const MeasuredField& f : fields_) {
    importer_.at(f.element);
    values_.push_back(number(f));
  }
  return importer_.build.add(Concat(), values_, "x");
}

TableRef MeasuredFields::table(const std::vector<double>& adjust) {
  Measure m = measure_;
  const bool plain = m.isBinary();
  const auto any = [&](auto test) { return std::any_of(fields_.begin(), fields_.end(), test); };
  if (!plain && any([](const MeasuredField& f) { return f.compare != "absDiff"; })) {
    for (const MeasuredField& f : fields_) m.compare.push_back(f.compare);
  }
  if (!plain && any([](const MeasuredField& f) { return f.compare == "gaussSim"; })) {
    for (const MeasuredField& f : fields_) m.scale.push_back(f.scale);
  }
  if (!plain && any([](const MeasuredField& f) { return f.weight != 1; })) {
    for (const MeasuredField& f : fields_) m.weight.push_back(f.weight);
  }
  for (const MeasuredField& f : fields_) {
    if (plain || f.compare != "table") continue;
    m.sizes.push_back(static_cast<uint32_t>(f.comparisons.size()));
    for (const auto& row : f.comparisons) m.tables.insert(m.tables.end(), row.begin(), row.end());
  }
  m.adjust = adjust;
  return importer_.build.table(std::move(m), "measure");
}

ValueId MeasuredFields::checked(ValueId value, ValueId best) {
  Builder& build = importer_.build;
  if (measure_.isBinary()) {
    const auto constant = [&](double v) { return elem_ == Elem::f32 ? build.number32(v) : build.number(v); };
    ValueId bad = kNone;
    for (ValueId x : values_) {
      const ValueId neither = build.call("and", {build.call("ne", {x, constant(0)}), build.call("ne", {x, constant(1)})});
      bad = bad == kNone ? neither : build.call("or", {bad, neither});
    }
    value = build.add(RaiseIf(), {value, bad});
  }
  return definedOrFailed(importer_, value, best);
}

ValueId definedOrFailed(Importer& importer, ValueId value, ValueId decisive) {
  Builder& build = importer.build;
  return build.type(decisive).nullable ? build.add(RaiseIf(), {value, build.call("is_missing", {decisive})}) : value;
}

ValueId elementAt(Importer& importer, ValueId vector, uint32_t i) {
  Take take;
  take.at = {i};
  return importer.build.add(std::move(take), {vector});
}

TableRef matrixTable(Importer& importer, const std::vector<std::vector<double>>& rows, Elem elem, const std::string& name) {
  Matrix matrix;
  matrix.elem = elem;
  matrix.shape = {static_cast<uint32_t>(rows.size()), static_cast<uint32_t>(rows.front().size())};
  for (const auto& row : rows) {
    for (double v : row) matrix.numbers.push_back(rounded(v, elem));
  }
  return importer.build.table(std::move(matrix), name);
}

ValueId textAt(Importer& importer, ValueId index, const std::vector<std::string>& texts, const std::string& name) {
  Dict dict;
  Lookup table;
  for (const std::string& text : texts) table.integers.push_back(dict.add(text));
  table.elem = Elem::cat;
  table.sizes = {static_cast<uint32_t>(texts.size())};
  table.dict = importer.build.table(std::move(dict), name);
  LookupNode lookup;
  lookup.table = importer.build.table(std::move(table), name);
  return importer.build.add(std::move(lookup), {index}, name);
}

}  // namespace kiln::pmml
