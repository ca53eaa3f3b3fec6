// TextModel (deprecated since 4.2): the document of a corpus that a text is most like. Counts of the dictionary's terms, in the text
// as in the DocumentTermMatrix, are weighed by TextModelNormalization and compared by TextModelSimiliarity. f is the count of a term
// in a document, n the number of documents, of which m have the term:
//   local    termFrequency f; binary 1 if f > 0; logarithmic log10(1 + f); augmentedNormalizedTermFrequency (1 + f / largest f) / 2 if f > 0
//   global   none 1; inverseDocumentFrequency log10(n / m); probabilisticInverse log10((n - m) / m); GFIDF sum f / m; normal 1 / sqrt(sum f^2);
//            a term that no document has does not count
// The text is split into words as TextIndex does by default.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <set>

#include "compiler/ir/letters.h"
#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/count_terms.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/topk.h"
#include "compiler/ir/tables/pool.h"
#include "frontends/pmml/matrices.h"
#include "frontends/pmml/models/measured_fields.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Local { termFrequency, binary, logarithmic, augmented };
enum Global { inverseDocumentFrequency, none, gfidf, normal, probabilisticInverse };

using Rows = std::vector<std::vector<double>>;

struct TextCorpus {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  std::vector<std::string> terms = {}, ids = {}, labels = {};   // labels: the class of each document
  Rows counts = {};                     // documents by terms
  Local local = termFrequency;
  Global global = none;
  bool normalizes = false, cosine = true;
  std::vector<double> weights = {};     // global, of each term
  ValueId similarities = kNone;         // one a document: of cosine the largest, else the smallest is the best

  // ---- the document

  bool readTerms() {
    const Element* dictionary = model->FirstChildElement("TextDictionary");
    if (!dictionary) return importer.missing(model, "TextDictionary");
    if (!importer.onlyChildren(dictionary, {"Taxonomy", "Array"})) return false;
    const Element* array = dictionary->FirstChildElement("Array");
    if (!array) return importer.missing(dictionary, "Array");
    const auto list = importer.array(array);
    if (!list) return false;
    terms = *list;
    if (terms.empty()) return importer.invalid(array, "", "has no term");
    for (std::string& term : terms) term = ir::inCase(term, ir::Case::lower);   // as the text will be
    if (std::set<std::string>(terms.begin(), terms.end()).size() != terms.size()) return importer.invalid(array, "", "has a term twice");
    return isCount("numberOfTerms", terms.size());
  }
  bool isCount(const char* attribute, size_t count) {
    const auto number = importer.integer(model, attribute, std::nullopt);
    if (!number) return false;
    return *number == static_cast<int64_t>(count) || importer.invalid(model, attribute, "there are " + std::to_string(count));
  }

  bool readDocuments() {
    const Element* corpus = model->FirstChildElement("TextCorpus");
    if (!corpus) return importer.missing(model, "TextCorpus");
    if (!importer.onlyChildren(corpus, {"TextDocument"})) return false;
    std::set<std::string> seen;
    for (const Element* d = corpus->FirstChildElement("TextDocument"); d; d = d->NextSiblingElement("TextDocument")) {
      const auto id = importer.required(d, "id");
      if (!id || !importer.onlyAttributes(d, {"id", "name", "length", "file"})) return false;
      if (!seen.insert(*id).second) return importer.misplaced(d, "a second document of this id");
      ids.push_back(*id);
    }
    return (!ids.empty() || importer.missing(corpus, "TextDocument")) && isCount("numberOfDocuments", ids.size()) && readLabels();
  }
  // By the standard a document's id is its class; a vendor's ClassLabels lists the classes in the order of the documents.
  bool readLabels() {
    labels = ids;
    const Element* holder = model->FirstChildElement("ClassLabels");
    if (!holder) return true;
    const Element* array = holder->FirstChildElement("Array");
    if (!array) return importer.missing(holder, "Array");
    const auto list = importer.onlyChildren(holder, {"Array"}) ? importer.array(array) : std::nullopt;
    if (!list) return false;
    labels = *list;
    return labels.size() == ids.size() || importer.invalid(array, "", "names " + std::to_string(labels.size()) + " classes for " + std::to_string(ids.size()) + " documents");
  }

  bool readMatrixOfCounts() {
    const Element* holder = model->FirstChildElement("DocumentTermMatrix");
    const Element* matrix = holder ? holder->FirstChildElement("Matrix") : nullptr;
    if (!matrix) return importer.missing(holder ? holder : model, holder ? "Matrix" : "DocumentTermMatrix");
    auto rows = importer.onlyChildren(holder, {"Matrix"}) ? readMatrix(importer, matrix) : std::nullopt;
    if (!rows) return false;
    counts = std::move(*rows);
    if (counts.size() != ids.size() || counts.front().size() != terms.size())
      return importer.invalid(matrix, "", "is no matrix of " + std::to_string(ids.size()) + " documents by " + std::to_string(terms.size()) + " terms");
    for (const auto& row : counts) {
      for (double f : row) {
        if (!(f >= 0) || !std::isfinite(f)) return importer.invalid(matrix, "", "a count is not negative");
      }
    }
    return true;
  }

  bool readNormalization() {
    const Element* e = model->FirstChildElement("TextModelNormalization");
    if (!e) return true;
    if (!importer.onlyAttributes(e, {"localTermWeights", "globalTermWeights", "documentNormalization"}) || !importer.onlyChildren(e, {})) return false;
    const auto l = importer.choice(e, "localTermWeights", {"termFrequency", "binary", "logarithmic", "augmentedNormalizedTermFrequency"}, 0);
    const auto g = importer.choice(e, "globalTermWeights", {"inverseDocumentFrequency", "none", "GFIDF", "normal", "probabilisticInverse"}, 0);
    const auto d = importer.choice(e, "documentNormalization", {"none", "cosine"}, 0);
    if (!l || !g || !d) return false;
    local = static_cast<Local>(*l), global = static_cast<Global>(*g), normalizes = *d == 1;
    return true;
  }

  bool readSimilarity() {
    const Element* e = model->FirstChildElement("TextModelSimiliarity");   // the schema's own spelling
    if (!e) e = model->FirstChildElement("TextModelSimilarity");
    if (!e) return true;
    const auto type = importer.choice(e, "similarityType", {"cosine", "euclidean", "cosineSimilarity"}, 0);
    if (!type || !importer.onlyAttributes(e, {"similarityType"}) || !importer.onlyChildren(e, {})) return false;
    cosine = *type != 1;
    return true;
  }

  // ---- weights

  bool weigh() {
    const double n = static_cast<double>(ids.size());
    for (size_t t = 0; t < terms.size(); ++t) {
      double m = 0, total = 0, squares = 0;
      for (const auto& row : counts) m += row[t] > 0, total += row[t], squares += row[t] * row[t];
      if (global == probabilisticInverse && m == n)
        return importer.invalid(model->FirstChildElement("TextModelNormalization"), "globalTermWeights",
                                "probabilisticInverse is not finite for term '" + terms[t] + "', which every document has");
      weights.push_back(m == 0                                 ? 0
                        : global == inverseDocumentFrequency   ? std::log10(n / m)
                        : global == probabilisticInverse       ? std::log10((n - m) / m)
                        : global == gfidf                      ? total / m
                        : global == normal                     ? 1 / std::sqrt(squares)
                                                               : 1);
    }
    return true;
  }

  std::vector<double> weighed(const std::vector<double>& f) const {
    const double largest = *std::max_element(f.begin(), f.end());
    std::vector<double> w;
    double squares = 0;
    for (size_t t = 0; t < f.size(); ++t) {
      const double l = f[t] == 0             ? 0
                       : local == binary     ? 1
                       : local == logarithmic ? std::log10(1 + f[t])
                       : local == augmented  ? (1 + f[t] / largest) / 2
                                             : f[t];
      w.push_back(l * weights[t]), squares += w.back() * w.back();
    }
    // A document of no length is like no text under cosine: NaN is never the best.
    if (normalizes || cosine) {
      for (double& v : w) v = squares > 0 ? v / std::sqrt(squares) : cosine ? std::nan("") : 0;
    }
    return w;
  }

  // ---- the text

  ValueId call(const char* function, ValueId a, ValueId b) { return build.call(function, {a, b}); }
  ValueId reduced(Reduce::Kind kind, ValueId x) {
    Reduce reduce;
    reduce.op = kind;
    return build.add(reduce, {x});
  }

  ValueId textOf() {
    const Element* schema = model->FirstChildElement("MiningSchema");
    const Element* active = nullptr;
    for (const Element* f = schema->FirstChildElement("MiningField"); f; f = f->NextSiblingElement("MiningField")) {
      if (importer.attribute(f, "usageType").value_or("active") != "active") continue;
      if (active) return importer.unsupported(f, "a TextModel with two active fields", "which one has the text is open"), kNone;
      active = f;
    }
    const auto name = active ? importer.attribute(active, "name") : std::nullopt;
    Field* field = name ? importer.field(scope, *name, active) : nullptr;
    if (!field) return active ? kNone : (importer.missing(schema, "MiningField"), kNone);
    if (field->type.dataType != DataType::string) return importer.invalid(active, "name", "is no text"), kNone;
    return build.call("lower", {importer.text(field->value)});
  }

  ValueId localOf(ValueId f) {
    const ValueId has = call("min", f, build.number(1));
    if (local == binary) return has;
    if (local == logarithmic) return build.call("log10", {call("add", build.number(1), f)});
    if (local != augmented) return f;
    const ValueId largest = call("max", reduced(Reduce::max, f), build.number(1));
    return call("div", call("add", has, call("div", f, largest)), build.number(2));
  }

  bool compare() {
    const ValueId text = textOf();
    if (text == kNone) return false;
    importer.at(model);
    Pool pool;
    pool.separators = "\\s+", pool.terms = terms;
    CountTerms count;
    count.table = build.table(std::move(pool), "terms");
    const ValueId f = build.add(Cast(Elem::f64), {build.add(count, {text}, "counts")});
    ValueId w = call("mul", localOf(f), constantVector(importer, weights, Elem::f64, "weights"));
    Rows documents;
    for (const auto& row : counts) documents.push_back(weighed(row));
    const ValueId length = build.call("sqrt", {reduced(Reduce::sumsq, w)});
    const ValueId empty = call("eq", length, build.number(0));
    if (cosine) {
      Dense products;
      products.weights = matrixTable(importer, documents, Elem::f64, "documents");
      w = build.add(RaiseIf(), {call("div", w, length), empty});
      similarities = build.add(products, {w}, "similarity");
      return true;
    }
    if (normalizes) w = build.add(Select(), {empty, w, call("div", w, length)});
    Pairwise distances;
    distances.rows = matrixTable(importer, documents, Elem::f64, "documents"), distances.measure = build.table(Measure(), "euclidean");
    similarities = build.add(distances, {w}, "distance");
    return true;
  }

  // ---- results

  std::optional<uint32_t> rankOf(const Element* field) {
    const auto rank = importer.integer(field, "rank", 1);
    if (!rank) return std::nullopt;
    if (*rank >= 1 && *rank <= static_cast<int64_t>(ids.size())) return static_cast<uint32_t>(*rank);
    return importer.invalid(field, "rank", "the model has " + std::to_string(ids.size()) + " documents"), std::nullopt;
  }
  // The rank-th best similarity (0) or its document (1).
  ValueId ranked(const Element* field, size_t which) {
    const auto rank = rankOf(field);
    if (!rank) return kNone;
    TopK top;
    top.k = *rank, top.smallest = !cosine;
    const ValueId found = elementAt(importer, build.addAll(top, {similarities}, "ranked")[which], *rank - 1);
    return which == 0 ? found : textAt(importer, found, ids, "document");
  }
  ValueId affinity(const Element* field) {
    const auto id = importer.attribute(field, "value");
    if (!id) return ranked(field, 0);
    const auto at = std::find(ids.begin(), ids.end(), *id);
    if (at == ids.end()) return importer.invalid(field, "value", "there is no such document"), kNone;
    return elementAt(importer, similarities, static_cast<uint32_t>(at - ids.begin()));
  }

  std::optional<Prediction> labelled(ValueId index, bool isClass) {
    Prediction prediction;
    prediction.classification = true;
    if (!isClass || importer.targetNames(model).empty()) {
      prediction.targetType = {DataType::string, OpType::categorical};
      prediction.value = textAt(importer, index, ids, "document");
      prediction.labels = {build.type(prediction.value).dict};
      return prediction;
    }
    const Classes classes = classesOf(importer, model);
    std::vector<uint32_t> codes;
    for (const std::string& label : labels) {
      const auto code = classCode(importer, classes, label, model->FirstChildElement("TextCorpus"));
      if (!code) return std::nullopt;
      codes.push_back(*code);
    }
    prediction.targetType = classes.type, prediction.labels = classes.dict;
    prediction.value = classAt(importer, index, classes, codes);
    return prediction;
  }

  std::optional<Prediction> run(bool isClass) {
    if (!readTerms() || !readDocuments() || !readMatrixOfCounts() || !readNormalization() || !readSimilarity() || !weigh() || !compare())
      return std::nullopt;
    importer.at(model);
    ArgMax best;
    best.smallest = !cosine;
    auto prediction = labelled(build.add(best, {similarities}, "best"), isClass);
    if (!prediction) return std::nullopt;
    const auto self = std::make_shared<TextCorpus>(*this);
    for (const char* name : {"entityId", "clusterId"})
      prediction->features[name] = [self](const Element* field) { return self->ranked(field, 1); };
    for (const char* name : {"affinity", "entityAffinity", "clusterAffinity"})
      prediction->features[name] = [self](const Element* field) { return self->affinity(field); };
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> textModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "numberOfTerms", "numberOfDocuments", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "TextDictionary", "TextCorpus", "DocumentTermMatrix", "TextModelNormalization", "TextModelSimiliarity",
                                     "TextModelSimilarity", "ClassLabels"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "classification" && *function != "clustering") {
    importer.unsupported(model, "functionName '" + *function + "' of a TextModel");
    return std::nullopt;
  }
  return TextCorpus{importer, scope, model}.run(*function == "classification");
}

}  // namespace kiln::pmml
