// TfIdfVectorizer: how often the n-grams of a pool occur in the elements of a row, or among the tokens of its text. The pool is
// written by length of n-gram; ngram_indexes says the column of each, weights its weight: by place in the pool, as in ONNX
// Runtime (the standard is read by column).
#include <algorithm>
#include <optional>
#include <set>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/count_ngrams.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/ngrams.h"
#include "compiler/ir/tables/tokenizer.h"
#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/tokens.h"

namespace kiln::onnx {

namespace {

enum Mode { TF, IDF, TFIDF };
constexpr uint32_t kMostColumns = 1 << 24;

struct Vocabulary {
  ir::Dict dict;
  ir::Ngrams ngrams;              // one a column
  std::vector<double> weights;    // by column, 0 where a column has no n-gram
};

// Where the n-grams of each length begin in the pool: lengths, and first and last item.
struct Run {
  size_t length, first, last;
};
std::vector<Run> runsOf(OperatorImport& n, size_t pool) {
  const std::vector<int64_t> counts = n.integers("ngram_counts");
  if (counts.empty()) n.invalid("needs an attribute 'ngram_counts'");
  std::vector<Run> runs;
  for (size_t i = 0; i < counts.size(); i++) {
    const int64_t end = i + 1 < counts.size() ? counts[i + 1] : static_cast<int64_t>(pool);
    if (counts[i] < 0 || end < counts[i] || end > static_cast<int64_t>(pool) || (end - counts[i]) % static_cast<int64_t>(i + 1))
      n.invalid("'ngram_counts' does not divide the pool of " + std::to_string(pool) + " items into n-grams");
    runs.push_back({i + 1, static_cast<size_t>(counts[i]), static_cast<size_t>(end)});
  }
  return runs;
}

// `coded`: the elements are tokens that became integers.
Vocabulary vocabularyOf(OperatorImport& n, bool isText, const TokenCodes* coded) {
  const std::vector<std::string> texts = n.texts("pool_strings");
  const std::vector<int64_t> integers = n.integers("pool_int64s");
  if (texts.empty() == integers.empty()) n.invalid("needs one of the attributes 'pool_strings' and 'pool_int64s'");
  if (texts.empty() == isText) n.invalid(std::string("the pool has ") + (isText ? "integers" : "strings") + ", the input has not");
  const int64_t shortest = n.integer("min_gram_length"), longest = n.integer("max_gram_length"), skips = n.integer("max_skip_count");
  if (shortest < 1 || longest < shortest || skips < 0 || skips > 1000) n.invalid("lengths of n-grams or a number of skips that are none");
  const std::vector<int64_t> columns = n.integers("ngram_indexes");
  const std::vector<double> weights = n.numbers("weights");

  Vocabulary v;
  v.dict.elem = isText || coded ? ir::Elem::str : ir::Elem::i64, v.dict.open = true;
  v.ngrams.skips = static_cast<uint32_t>(skips);
  std::vector<uint32_t> codes;   // of the pool's items; kNone of one that no token is
  for (const std::string& text : texts) codes.push_back(v.dict.add(text));
  for (int64_t integer : integers) {
    if (!coded) {
      codes.push_back(v.dict.add(integer));
      continue;
    }
    const auto token = tokenOf(n, *coded, integer);
    codes.push_back(token ? v.dict.add(*token) : kNone);
  }
  struct Gram {
    size_t first = 0, length = 0;
    double weight = 0;
  };
  const int64_t most = columns.empty() ? -1 : *std::max_element(columns.begin(), columns.end());
  if (most < 0 || most >= kMostColumns) n.invalid("'ngram_indexes' has no columns, or too many");
  std::vector<Gram> byColumn(static_cast<size_t>(most) + 1);
  size_t gram = 0;
  for (const Run& run : runsOf(n, codes.size()))
    for (size_t at = run.first; at < run.last; at += run.length, gram++) {
      if (gram >= columns.size()) n.invalid("'ngram_indexes' has fewer entries than the pool has n-grams");
      if (columns[gram] < 0) n.invalid("'ngram_indexes' has a negative column");
      Gram& column = byColumn[static_cast<size_t>(columns[gram])];
      if (column.length) n.unsupported("two n-grams of one column, " + std::to_string(columns[gram]));
      const size_t place = n.spec() ? static_cast<size_t>(columns[gram]) : gram;
      if (!weights.empty() && place >= weights.size()) n.invalid("'weights' has fewer entries than the pool has n-grams");
      // Of a length that is not asked for, or with an item that no token is: a column that stays 0.
      const auto item = codes.begin() + static_cast<ptrdiff_t>(at);
      const bool occurs = std::find(item, item + static_cast<ptrdiff_t>(run.length), kNone) == item + static_cast<ptrdiff_t>(run.length);
      const bool counts = occurs && static_cast<int64_t>(run.length) >= shortest && static_cast<int64_t>(run.length) <= longest;
      column = {at, counts ? run.length : 0, weights.empty() ? 1.0 : weights[place]};
    }
  if (gram != columns.size()) n.invalid("'ngram_indexes' has more entries than the pool has n-grams");
  v.ngrams.first = {0};
  std::set<std::vector<uint32_t>> seen;
  for (const Gram& column : byColumn) {
    const auto begin = codes.begin() + static_cast<ptrdiff_t>(column.first);
    if (column.length && !seen.emplace(begin, begin + static_cast<ptrdiff_t>(column.length)).second) n.invalid("an n-gram stands in the pool twice");
    v.ngrams.code.insert(v.ngrams.code.end(), codes.begin() + static_cast<ptrdiff_t>(column.first),
                         codes.begin() + static_cast<ptrdiff_t>(column.first + column.length));
    v.ngrams.first.push_back(static_cast<uint32_t>(v.ngrams.code.size()));
    v.weights.push_back(column.weight);
  }
  return v;
}

// Counts to what the mode says: TF themselves; IDF the weight of what occurs; TFIDF their product with the weight, which ONNX Runtime makes by additions.
ValueId weighted(OperatorImport& n, Mode mode, const Vocabulary& v, ValueId counts) {
  const ValueId numbers = n.build.add(ir::Cast(ir::Elem::f32), {counts});
  const bool ones = std::all_of(v.weights.begin(), v.weights.end(), [](double w) { return w == 1; });
  if (mode == TF || (mode == TFIDF && ones)) return numbers;
  Elements elements;
  elements.numbers = v.weights;
  const Tensor weights = hostTensor(ElementType::f32, plainAxes({static_cast<int64_t>(v.weights.size())}), std::move(elements));
  const ValueId factors = n.vector(weights);
  if (mode == TFIDF) return n.build.call(n.spec() ? "mul" : "times_added", n.spec() ? std::vector{numbers, factors} : std::vector{factors, numbers});
  const ValueId zero = n.build.number32(0);
  return select(n, n.build.call("gt", {numbers, zero}), factors, zero);
}

}  // namespace

void tfIdfVectorizer(OperatorImport& n) {
  const Value& x = n.input(0);
  const bool isTokens = x.kind == Value::tokens && !x.isOneHot();
  const bool isText = isTokens ? !x.codes : n.tensor(0, {ElementType::str, ElementType::i32, ElementType::i64}).type == ElementType::str;
  const int mode = n.choice("mode", {"TF", "IDF", "TFIDF"}, -1);
  if (mode < 0) n.invalid("needs an attribute 'mode'");
  const Vocabulary v = vocabularyOf(n, isText, x.codes.get());
  if (isTokens && v.dict.find(x.padding) != kNone)
    n.warn("the padding '" + x.padding + "' of the tokens is in the pool: ONNX Runtime counts it as often as other rows of the batch are longer",
           "Kiln scores each row by itself, without padding");
  ir::CountNgrams count;
  ir::Ngrams ngrams = v.ngrams;
  ngrams.dict = n.build.table(v.dict, "tokens");
  const ir::TableRef dict = ngrams.dict;
  count.ngrams = n.build.table(std::move(ngrams), "ngrams");
  if (isTokens) {
    count.tokenizer = n.build.table(ir::Tokenizer(*x.tokenizer), "tokenizer");
    const ValueId counts = n.build.add(std::move(count), {n.shaped(x.data, {})});
    Axes axes = {x.data.axes.empty() ? Axis() : x.data.axes[0], {static_cast<int64_t>(v.weights.size()), Batch::none}};
    return n.output(0, n.assemble(ElementType::f32, axes, {weighted(n, static_cast<Mode>(mode), v, counts)}));
  }
  const OperatorImport::Rows rows = n.rows(isText ? x.data : n.cast(x.data, ElementType::i64));
  std::vector<ValueId> parts;
  for (ValueId row : rows.vectors) {
    ir::Encode encode;
    encode.dict = dict;
    parts.push_back(weighted(n, static_cast<Mode>(mode), v, n.build.add(count, {n.build.add(std::move(encode), {row})})));
  }
  Axes axes = rows.outer;
  axes.push_back({static_cast<int64_t>(v.weights.size()), Batch::none});
  n.output(0, n.assemble(ElementType::f32, axes, parts));
}

}  // namespace kiln::onnx
