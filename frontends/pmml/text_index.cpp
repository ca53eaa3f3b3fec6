// TextIndex: how often a term occurs in a text. All TextIndexes of a document that count in the same way share one pool
// of terms, so that a text is read once for all of them; terms that the row has are counted one by one.
#include <cstring>
#include <tuple>

#include "compiler/ir/letters.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/count_terms.h"
#include "compiler/ir/nodes/rewrite.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/pool.h"
#include "compiler/ir/tables/rules.h"
#include "frontends/pmml/constants.h"
#include "frontends/pmml/import.h"
#include "frontends/pmml/tables.h"

namespace kiln::pmml {

using ir::Elem;
using Typed = Importer::Typed;

namespace {

// How words are told and compared: attributes of TextIndex, which a TextIndexNormalization may override.
struct Settings {
  bool caseSensitive = false;
  int64_t maxDistance = 0;
};

std::optional<Settings> settingsOf(Importer& in, const Element* e, const Settings& outer) {
  auto sensitive = in.boolean(e, "isCaseSensitive", outer.caseSensitive);
  auto distance = in.integer(e, "maxLevenshteinDistance", outer.maxDistance);
  auto tokenize = in.boolean(e, "tokenize", true);
  if (!sensitive || !distance || !tokenize) return std::nullopt;
  if (*distance < 0 || *distance > 100)
    return in.invalid(e, "maxLevenshteinDistance", "not a number from 0 to 100"), std::nullopt;
  return Settings{*sensitive, *distance};
}

// Where the separators are not applied, the text does not say what a hit is, and engines differ: PMML4S compares the text as a whole,
// Drools its words between blanks, JPMML refuses it.
bool countsWords(Importer& in, const Element* e) {
  const auto tokenize = in.boolean(e, "tokenize", true);
  return tokenize && (*tokenize || in.unsupported(e, "tokenize=\"false\" of a TextIndex",
                                                  "the standard does not say what a hit is, if not words; to search a whole text, use Apply with the functions equal or matches"));
}

// The rows of a normalization as replacements, from top to bottom: wherever they stand in the text, whatever tokenize says.
ValueId normalized(Importer& in, ValueId text, const Element* e, const Settings& outer) {
  if (!in.onlyAttributes(e, {"inField", "outField", "regexField", "recursive", "isCaseSensitive",
                             "maxLevenshteinDistance", "wordSeparatorCharacterRE", "tokenize"}) ||
      !in.onlyChildren(e, {"InlineTable", "TableLocator"}))
    return kNone;
  auto settings = settingsOf(in, e, outer);
  auto recursive = in.boolean(e, "recursive", false);
  if (!settings || !recursive) return kNone;
  std::string inField = in.attribute(e, "inField").value_or("string"),
              outField = in.attribute(e, "outField").value_or("stem"),
              regexField = in.attribute(e, "regexField").value_or("regex");
  ir::Rules rules;
  rules.ignoreCase = !settings->caseSensitive;
  bool words = false;   // a row that is no regular expression
  const bool sound = readTable(in, e, {inField, outField, regexField}, [&](const Element* row, std::vector<std::optional<std::string>> cells) {
    const auto& [from, to, flag] = std::tie(cells[0], cells[1], cells[2]);
    if (!from || !to) return in.invalid(row, "", "the row has no cell '" + (from ? outField : inField) + "'");
    const std::string isRegex = flag.value_or("");
    bool regex = isRegex == "true" || isRegex == "TRUE" || isRegex == "True" || isRegex == "1";
    words = words || !regex;
    std::string pattern = *from, replacement = *to;
    if (!regex) pattern = regex::quoted(pattern), replacement = regex::quotedReplacement(replacement);
    std::string why = ir::Rules::refusal(pattern, replacement, rules.ignoreCase);
    if (!why.empty()) return in.refusePattern(row, "", pattern, rules.ignoreCase, why);
    rules.patterns.push_back(pattern), rules.replacements.push_back(replacement);
    return true;
  });
  if (!sound) return kNone;
  if (words && settings->maxDistance > 0)
    in.warn(e, "its rows replace exactly what they say, whatever maxLevenshteinDistance is", "as in JPMML and PMML4S");
  if (rules.patterns.empty()) return text;
  ir::Rewrite node;
  node.recursive = *recursive;
  auto [known, isNew] = in.normalizations.emplace(e, ir::TableRef());
  if (isNew) known->second = in.build.table(std::move(rules), "normalization");
  node.table = known->second;
  return in.build.add(std::move(node), {text}, "normalized");
}

// The pool that counts words in this way; `words` or `separators` is a pattern.
std::optional<ir::Pool> poolOf(Importer& in, const Element* e) {
  ir::Pool pool;
  auto hits = in.choice(e, "countHits", {"allHits", "bestHits"}, 0);
  auto settings = settingsOf(in, e, {});
  if (!hits || !settings) return std::nullopt;
  pool.best = *hits == 1;
  pool.maxDistance = static_cast<uint32_t>(settings->maxDistance);
  auto words = in.attribute(e, "x-wordRE");
  if (words && e->Attribute("wordSeparatorCharacterRE"))
    return in.invalid(e, "x-wordRE", "words and what separates them are both given"), std::nullopt;
  if (words)
    pool.words = *words;
  else
    pool.separators = in.attribute(e, "wordSeparatorCharacterRE").value_or(in.version >= 44 ? "\\s+" : "\\s");
  std::string why = pool.pattern().empty() ? "is empty" : ir::Pool::refusal(pool.pattern());
  if (!why.empty())
    return in.refusePattern(e, words ? "x-wordRE" : "wordSeparatorCharacterRE", pool.pattern(), false, why), std::nullopt;
  return pool;
}

ValueId asText(Importer& in, const Typed& value, const Element* at) {
  FieldType string;
  string.dataType = DataType::string, string.opType = OpType::categorical;
  const ValueId text = in.convert(value, string, at);
  return text == kNone ? kNone : in.text(text);
}

// Element i of counts, as an integer.
ValueId countAt(Importer& in, ValueId counts, uint32_t i) {
  ir::Take take;
  take.at = {i};
  return in.build.add(ir::Cast(Elem::i64), {in.build.add(std::move(take), {counts})});
}

// The counts of a term that the row has.
Importer::TermCount countTermOfRow(Importer& in, ir::Pool pool, ValueId text, ValueId term, bool most) {
  ir::CountTerms node;
  node.table = in.build.table(std::move(pool), "words");
  node.most = most;
  const ValueId counts = in.build.add(node, {text, term}, "counts");
  Importer::TermCount result;
  result.count = countAt(in, counts, 0);
  if (most) result.most = countAt(in, counts, 1);
  return result;
}

enum Weights { termFrequency, binary, logarithmic, augmentedNormalizedTermFrequency };

Typed weighted(Importer& in, const Importer::TermCount& n, int weights) {
  ir::Builder& build = in.build;
  Typed result;
  result.type.dataType = weights <= binary ? DataType::integer : DataType::real;
  if (n.count == kNone) return result.value = build.missing(ir::scalarType(elemOf(result.type.dataType))), result;
  const auto real = [&](ValueId v) { return build.add(ir::Cast(Elem::f64), {v}); };
  switch (weights) {
    case termFrequency:
      result.value = n.count;
      break;
    case binary:
      result.value = build.call("min", {n.count, build.integer(1)});
      break;
    case logarithmic:
      result.value = build.call("log10", {build.call("add", {build.number(1), real(n.count)})});
      break;
    default: {
      // 0.5 (x > 0) + 0.5 x / (the count of the most frequent word); no words: 0.
      const ValueId most = real(build.call("max", {build.call("max", {n.most, n.count}), build.integer(1)}));
      const ValueId share = build.call("div", {real(n.count), most});
      const ValueId occurs = real(build.call("min", {n.count, build.integer(1)}));
      result.value = build.call("mul", {build.number(0.5), build.call("add", {occurs, share})});
    }
  }
  return result;
}

}  // namespace

// Element of the counts of `text` for a term, and the count of its most frequent word where it is asked for.
Importer::TermCount Importer::countTerm(ir::Pool pool, ValueId text, const std::string& term, bool most) {
  std::string key =
      pool.separators + '\n' + pool.words + '\n' + std::to_string(pool.maxDistance) + (pool.best ? " best" : " all");
  // A term stands for all that have its words.
  std::string words;
  for (std::string_view word : pool.wordsOf(term)) words += (words.empty() ? "" : "\n") + std::string(word);
  termsWanted[key].emplace(words, term);
  auto known = termPools.find(key);
  if (known == termPools.end() || !known->second.contains(words)) return {};
  auto [here, isNew] = pools.emplace(key, PoolOfRun());
  PoolOfRun& run = here->second;
  if (isNew) {
    for (auto& [inWords, example] : known->second) {
      run.index.emplace(inWords, static_cast<uint32_t>(pool.terms.size()));
      pool.terms.push_back(example);
    }
    run.table = build.table(std::move(pool), "terms");
  }
  ir::CountTerms node;
  node.table = run.table;
  node.most = most;
  ValueId counts = build.add(node, {text}, "counts");
  TermCount result;
  result.count = countAt(*this, counts, run.index.at(words));
  if (most) result.most = countAt(*this, counts, static_cast<uint32_t>(run.index.size()));
  return result;
}

Typed Importer::textIndex(Scope& scope, const Element* e) {
  if (!onlyAttributes(e, {"textField", "localTermWeights", "isCaseSensitive", "maxLevenshteinDistance", "countHits",
                          "wordSeparatorCharacterRE", "tokenize", "x-wordRE"}))
    return {};
  auto name = required(e, "textField");
  auto weights =
      choice(e, "localTermWeights", {"termFrequency", "binary", "logarithmic", "augmentedNormalizedTermFrequency"}, termFrequency);
  auto settings = settingsOf(*this, e, {});
  auto* termElement = expressionOf(e);
  if (!termElement) return missing(e, "EXPRESSION"), Typed();
  auto pool = poolOf(*this, e);
  if (!name || !weights || !settings || !pool || !countsWords(*this, e)) return {};
  Typed term = expression(scope, termElement);
  Typed field = reference(scope, *name, e);
  if (!term || !field) return {};
  at(e);
  ValueId text = asText(*this, field, e);
  for (auto* c = e->FirstChildElement(); text != kNone && c; c = c->NextSiblingElement()) {
    if (std::strcmp(c->Name(), "TextIndexNormalization") == 0)
      text = normalized(*this, text, c, *settings);
    else if (c != termElement && std::strcmp(c->Name(), "Extension") != 0)
      return unsupported(c, std::string("element '") + c->Name() + "' in 'TextIndex'"), Typed();
  }
  if (text == kNone) return {};
  if (!settings->caseSensitive) text = build.call("lower", {text});
  TermCount n;
  if (const auto literal = foldedText(*this, term, termElement)) {
    n = countTerm(std::move(*pool), text, settings->caseSensitive ? *literal : ir::inCase(*literal, ir::Case::lower), *weights == augmentedNormalizedTermFrequency);
  } else {
    ValueId own = asText(*this, term, termElement);
    if (own == kNone) return {};
    if (!settings->caseSensitive) own = build.call("lower", {own});
    n = countTermOfRow(*this, std::move(*pool), text, own, *weights == augmentedNormalizedTermFrequency);
  }
  return weighted(*this, n, *weights);
}

}  // namespace kiln::pmml
