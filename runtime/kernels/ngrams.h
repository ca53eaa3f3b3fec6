// Tokens of a text, and the n-grams that they make.
#pragma once
#include "nodes/params.h"
#include "words.h"

namespace kiln::kernel {

struct NgramTable {
  u32 nodes, edges;         ///< TermNode[], PoolEdge[]: the tree of n-grams; node 0 is its root
  u32 terms, skips;
  // Of a text:
  u32 labels;               ///< HashTable of the tokens
  TokenRule rule;
  i32 begin, end;           ///< codes of the marks
};

/// The child of a node by a code, -1 if there is none.
INLINE i32 ngram_child(const u8* blob, const NgramTable& t, u32 node, i32 code) {
  const TermNode& parent = ((const TermNode*)(blob + t.nodes))[node];
  const PoolEdge* edges = (const PoolEdge*)(blob + t.edges);
  u32 low = parent.edges, high = low + parent.count;
  const u32 end = high;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (edges[middle].code < code) low = middle + 1;
    else high = middle;
  }
  return low == end || edges[low].code != code ? -1 : (i32)edges[low].node;
}
/// counts[term * pitch] of n codes, `stride` apart.
OUTLINE void count_ngrams(const u8* blob, const NgramTable* table, const i32* codes, u32 stride, u32 n, i32* counts, u32 pitch) {
  const NgramTable& t = *table;
  const TermNode* nodes = (const TermNode*)(blob + t.nodes);
  u32 zeros = 0;
  if (pitch == 1) NOUNROLL for (; zeros + 8 <= t.terms; zeros += 8) store(counts + zeros, Lane<i32, 8>{});
  NOUNROLL for (; zeros < t.terms; zeros++) counts[(u64)zeros * pitch] = 0;
  NOUNROLL for (u32 skip = 0; skip <= t.skips; skip++)
    NOUNROLL for (u32 i = 0; i < n; i++) {
      u32 node = 0;
      NOUNROLL for (u32 k = i; k < n; k += skip + 1) {
        const i32 child = ngram_child(blob, t, node, codes[(u64)k * stride]);
        if (child < 0) break;
        node = (u32)child;
        const i32 term = nodes[node].term;
        if (term >= 0 && (skip == 0 || k > i)) counts[(u64)term * pitch]++;
      }
    }
}

/// Calls tokens.add(from, to) for each token of n bytes at p, in order, and tokens.mark(0), mark(1) where the rule has marks. `marks`: of
/// n + 1 places, for patterns.
template <class Tokens>
INLINE void split_text(const u8* blob, const TokenRule& t, const u8* p, u32 n, RegexMark* marks, Tokens& tokens) {
  const auto add = [&](u32 from, u32 to) {
    if (t.min_characters == 0 || (from != to && (u64)length_utf8(p + from, to - from) >= t.min_characters)) tokens.add(from, to);
  };
  if (t.mark) tokens.mark(0);
  if (t.kind == kCharacters) {
    NOUNROLL for (u32 at = 0; at < n;) {
      const u32 length = decode_utf8(p + at, n - at).length;
      add(at, at + length);
      at += length;
    }
  } else {
    regex_marks(blob + t.regex, p, n, marks);
    const RegexRun run = {blob + t.regex, marks};
    u32 last = 0, splits = 0;
    NOUNROLL for (u32 i = 0; i <= n;) {
      if (!run.begins(i)) {
        i++;
        continue;
      }
      const u32 to = regex_end(run, i);
      if (t.kind == kMatches) add(i, to);
      else if (t.min_characters == 0 || i > last) {
        if (splits++ == t.most_splits) break;
        add(last, i);
      }
      last = to;
      i = to == i ? i + 1 : to;
    }
    if (t.kind == kBetween) add(last, n);
  }
  if (t.mark) tokens.mark(1);
}

/// Bytes of room for new text that a text of n bytes needs: while its tokens are found, and while they are counted.
INLINE u64 marks_scratch(u64 n) { return 2 * (n + 1) + 16; }
INLINE u64 tokens_scratch(u64 n) { return 6 * (n + 2) + 16; }

/// Codes of tokens, one after the other.
struct TokenCodes {
  const u8 *blob, *text;
  const NgramTable* table;
  i32* codes;
  u32 count;
  MEMBER void add(u32 from, u32 to) { codes[count++] = find_code(blob + table->labels, text + from, to - from); }
  MEMBER void mark(u32 which) { codes[count++] = which ? table->end : table->begin; }
};
/// Counts of a text's n-grams; false if there is no room.
OUTLINE bool count_text_ngrams(const u8* blob, const NgramTable* t, const u8* p, u32 n, u8* room, u8* end, i32* counts, u32 pitch) {
  NOUNROLL for (u32 k = 0; k < t->terms; k++) counts[(u64)k * pitch] = 0;
  if ((u64)(end - room) < tokens_scratch(n)) return false;
  TokenCodes tokens = {blob, p, t, (i32*)(((u64)room + 7) & ~(u64)7), 0};
  split_text(blob, t->rule, p, n, (RegexMark*)(tokens.codes + n + 2), tokens);
  count_ngrams(blob, t, tokens.codes, 1, tokens.count, counts, pitch);
  return true;
}

}  // namespace kiln::kernel
