// Tokens of a text, and the n-grams that they make.
#pragma once
#include "nodes/params.h"
#include "words.h"

namespace kiln::kernel {

struct NgramTable {
  u32 nodes, edges, roots;  ///< TermNode[], PoolEdge[]: the tree of n-grams; roots: u32 a code, the node of n-grams that begin with it (kNone: none does)
  u32 codes, terms, skips;
  u32 steps, depth;         ///< of a small tree: u16[nodes][codes + 1], the child by each code and by any other; the last node is none. Else kNone
  // Of a text:
  u32 labels;               ///< HashTable of the tokens
  TokenRule rule;
  i32 begin, end;           ///< codes of the marks
};

enum : u32 { kFewTerms = 128, kFewTokens = 64 };   ///< of a tree with steps; of what it is walked with
/// counts[term * pitch] of n codes, `stride` apart, of R rows side by side: by steps, without a branch that depends on the tokens: what ends
/// nowhere is counted behind the terms. The steps of rows do not wait for one another.
template <u32 R> INLINE void count_by_steps(const u8* blob, const NgramTable& t, const i32* codes, u32 stride, u32 n, i32* counts, u32 pitch) {
  const TermNode* nodes = (const TermNode*)(blob + t.nodes);
  const u16* steps = (const u16*)(blob + t.steps);
  u32 code[kFewTokens][R], first[kFewTokens][R], found[kFewTerms + 1][R];
  NOUNROLL for (u32 k = 0; k <= t.terms; k++) store(found[k], Lane<u32, R>{});
  const auto count = [&](u32 node, u32 row) { found[(u32)nodes[node].term < t.terms ? (u32)nodes[node].term : t.terms][row]++; };
  NOUNROLL for (u32 k = 0; k < n; k++)
    UNROLL for (u32 r = 0; r < R; r++) {
      const u32 c = (u32)codes[(u64)k * stride + r];
      code[k][r] = c < t.codes ? c : t.codes, first[k][r] = steps[code[k][r]];
      count(first[k][r], r);
    }
  NOUNROLL for (u32 skip = 0; skip <= t.skips; skip++)
    NOUNROLL for (u32 i = 0; i + skip + 1 < n; i++) {
      u32 node[R];
      UNROLL for (u32 r = 0; r < R; r++) node[r] = first[i][r];
      NOUNROLL for (u32 depth = 1, k = i + skip + 1; depth < t.depth && k < n; depth++, k += skip + 1)
        UNROLL for (u32 r = 0; r < R; r++) {
          node[r] = steps[node[r] * (t.codes + 1) + code[k][r]];
          count(node[r], r);
        }
    }
  NOUNROLL for (u32 k = 0; k < t.terms; k++) store(counts + (u64)k * pitch, load<Lane<u32, R>>(found[k]));
}
OUTLINE void count_few_ngrams(const u8* blob, const NgramTable* table, const i32* codes, u32 stride, u32 n, i32* counts, u32 pitch) {
  count_by_steps<1>(blob, *table, codes, stride, n, counts, pitch);
}
enum : u32 { kFewRows = 8 };
OUTLINE void count_few_ngrams_of_rows(const u8* blob, const NgramTable* table, const i32* codes, u32 stride, u32 n, i32* counts, u32 pitch) {
  count_by_steps<kFewRows>(blob, *table, codes, stride, n, counts, pitch);
}
/// The same of any tree, and any number of codes.
OUTLINE void count_ngrams(const u8* blob, const NgramTable* table, const i32* codes, u32 stride, u32 n, i32* counts, u32 pitch) {
  const NgramTable& t = *table;
  if (t.steps != kNone && n <= kFewTokens) return count_few_ngrams(blob, table, codes, stride, n, counts, pitch);
  const TermNode* nodes = (const TermNode*)(blob + t.nodes);
  const PoolEdge* edges = (const PoolEdge*)(blob + t.edges);
  const u32* roots = (const u32*)(blob + t.roots);
  u32 zeros = 0;
  if (pitch == 1) NOUNROLL for (; zeros + 8 <= t.terms; zeros += 8) store(counts + zeros, Lane<i32, 8>{});
  NOUNROLL for (; zeros < t.terms; zeros++) counts[(u64)zeros * pitch] = 0;
  NOUNROLL for (u32 skip = 0; skip <= t.skips; skip++)
    NOUNROLL for (u32 i = 0; i < n; i++) {
      const u32 code = (u32)codes[(u64)i * stride];
      u32 node = code < t.codes ? roots[code] : kNone;
      NOUNROLL for (u32 k = i; node != kNone;) {
        const i32 term = nodes[node].term;
        if (term >= 0 && (skip == 0 || k > i)) counts[(u64)term * pitch]++;
        k += skip + 1;
        if (k >= n || nodes[node].count == 0) break;
        node = term_child(nodes[node], edges, codes[(u64)k * stride]);
      }
    }
}

/// Calls tokens.add(from, to) for each token of n bytes at p, in order, and tokens.mark(0), mark(1) where the rule has marks. `marks`: of
/// n + 1 places, for patterns.
template <class Tokens>
INLINE void split_text(const u8* blob, const TokenRule& t, const u8* p, u32 n, RegexMark* marks, Tokens& tokens) {
  const auto add = [&](u32 from, u32 to) {   // false: too short
    const bool enough = t.min_characters == 0 || (from != to && (u64)length_utf8(p + from, to - from) >= t.min_characters);
    if (enough) tokens.add(from, to);
    return enough;
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
      u32 to = regex_end(run, i);
      if (t.kind == kMatches) {
        if (!add(i, to) && i < to) to = i + decode_utf8(p + i, n - i).length;   // another may begin inside
      } else if (t.min_characters == 0 || i > last) {
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
/// Counts of a text's n-grams; false, without counts, if there is no room.
OUTLINE bool count_text_ngrams(const u8* blob, const NgramTable* t, const u8* p, u32 n, u8* room, u8* end, i32* counts, u32 pitch) {
  if ((u64)(end - room) < tokens_scratch(n)) return false;
  TokenCodes tokens = {blob, p, t, (i32*)(((u64)room + 7) & ~(u64)7), 0};
  split_text(blob, t->rule, p, n, (RegexMark*)(tokens.codes + n + 2), tokens);
  count_ngrams(blob, t, tokens.codes, 1, tokens.count, counts, pitch);
  return true;
}

}  // namespace kiln::kernel
