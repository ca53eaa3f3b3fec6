// count_terms: each term against the words of the text, one by one.
#include "compiler/ir/nodes/count_terms.h"

#include <algorithm>
#include <map>

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/pool.h"
#include "kiln/scorer.h"
#include "runtime/kernels/words.h"

namespace kiln::ir {

std::vector<Type> CountTerms::infer(Inference& inference) const {
  Type type = scalarType(Elem::i32);
  type.shape = {1};
  if (!expectOperands(inference, 1, 2)) return {type};
  const bool ofRow = inference.operands.size() == 2;
  for (size_t i = 0; i < inference.operands.size(); i++) {
    const Type& x = inference.operands[i];
    expectOperand(inference, i, x.elem == Elem::str && x.isScalar(), "a scalar str");
    type.nullable = type.nullable || x.nullable;
  }
  if (const Pool* pool = inference.table<Pool>(table)) {
    inference.expect(pool->terms.empty() == ofRow, ofRow ? "the pool has terms, and so has the row" : "the pool has no terms");
    type.shape = {(ofRow ? 1 : static_cast<uint32_t>(pool->terms.size())) + most};
  }
  type.fallible = true;
  return {type};
}

// Code points; each ill-formed byte is one beyond them.
static std::vector<uint32_t> codePoints(std::string_view text) {
  std::vector<uint32_t> all;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    uint32_t code = n == 1 ? (lead < 0x80 ? lead : 0x110000u + lead) : lead & (0x7fu >> n);
    size_t k = 1;
    for (; k < n && i + k < text.size() && (static_cast<uint8_t>(text[i + k]) & 0xc0) == 0x80; k++)
      code = code << 6 | (text[i + k] & 0x3f);
    if (k < n) code = 0x110000u + lead, k = 1;
    all.push_back(code);
    i += k;
  }
  return all;
}

static uint32_t edits(std::string_view left, std::string_view right) {
  const std::vector<uint32_t> a = codePoints(left), b = codePoints(right);
  std::vector<uint32_t> row(b.size() + 1);
  for (uint32_t j = 0; j <= b.size(); j++) row[j] = j;
  for (uint32_t i = 1; i <= a.size(); i++) {
    uint32_t diagonal = std::exchange(row[0], i);
    for (uint32_t j = 1; j <= b.size(); j++) {
      const uint32_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

static int32_t occurrences(const Pool& pool, const std::vector<std::string_view>& text,
                           const std::vector<std::string_view>& term) {
  int32_t count = 0;
  uint32_t least = UINT32_MAX;
  if (term.empty()) return 0;
  for (size_t i = 0; i + term.size() <= text.size(); i++) {
    uint32_t distance = 0;
    for (size_t j = 0; j < term.size() && distance <= pool.maxDistance; j++)
      distance += pool.maxDistance ? edits(text[i + j], term[j]) : text[i + j] != term[j];
    if (distance > pool.maxDistance || (pool.best && distance > least)) continue;
    if (pool.best && distance < least) least = distance, count = 0;
    count++;
  }
  return count;
}

void CountTerms::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Datum& x = e.operand(0).elements[0];
  const Datum* term = e.operands() == 2 ? &e.operand(1).elements[0] : nullptr;
  if (x.missing || (term && term->missing)) return setMissing(y);
  const Pool& pool = e.pipeline.table<Pool>(table);
  const std::vector<std::string_view> text = pool.wordsOf(x.text);
  if (term) {
    const std::vector<std::string_view> words = pool.wordsOf(term->text);
    const bool longWord = std::any_of(words.begin(), words.end(), [](std::string_view word) { return word.size() > kernel::kLongestWord; });
    if (longWord || words.size() > kernel::kMostTermWords) return void(y.failure = e.failure(KILN_TEXT_TOO_LONG));
    y.elements[0].i32 = occurrences(pool, text, words);
  }
  for (size_t t = 0; t < pool.terms.size(); t++)
    y.elements[t].i32 = occurrences(pool, text, pool.wordsOf(pool.terms[t]));
  if (!most) return;
  std::map<std::string_view, int32_t> counts;
  for (std::string_view word : text) y.elements.back().i32 = std::max(y.elements.back().i32, ++counts[word]);
}

}  // namespace kiln::ir
