// Words of a text, and the terms that they make.
#pragma once
#include "regex.h"
#include "strings.h"

namespace kiln::kernel {

enum : u32 { kLongestWord = 200, kMostEdits = 100, kMostTermWords = 64 };   // the last: of a term of the row

/// Punctuation by Unicode's categories P*, of the blocks that texts are written with.
INLINE bool is_punctuation(u32 c) {
  if (c < 0x80) return c >= '!' && c <= '}' && c != '$' && c != '+' && c != '<' && c != '=' && c != '>' && c != '^' && c != '`' && c != '|' &&
                       !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
  if (c < 0x100) return c == 0xa1 || c == 0xa7 || c == 0xab || c == 0xb6 || c == 0xb7 || c == 0xbb || c == 0xbf;
  if (c >= 0x2010 && c <= 0x205e) return !(c >= 0x2028 && c <= 0x202f) && c != 0x2044 && c != 0x2052;
  if (c >= 0x3001 && c <= 0x301f) return c <= 0x3003 || (c >= 0x3008 && c != 0x3012 && c != 0x3013);
  if (c >= 0xff01 && c <= 0xff5d) {
    const u32 a = c - 0xff01 + '!';   // the full-width forms of ASCII
    return a != '$' && a != '+' && a != '<' && a != '=' && a != '>' && a != '^' && a != '`' && a != '|' && !(a >= '0' && a <= '9') &&
           !(a >= 'A' && a <= 'Z') && !(a >= 'a' && a <= 'z');
  }
  return false;
}
/// Where the word begins behind punctuation, and the bytes to that at its end.
INLINE u32 strip_punctuation(const u8* p, u32 n, u32* length) {
  u32 first = 0, last = n;
  while (first < last) {
    const CodePoint c = decode_utf8(p + first, last - first);
    if (!is_punctuation(c.code)) break;
    first += c.length;
  }
  while (last > first) {
    u32 at = last - 1;
    while (at > first && last - at < 4 && (p[at] & 0xc0) == 0x80) at--;
    const CodePoint c = decode_utf8(p + at, last - at);
    if (c.length != last - at || !is_punctuation(c.code)) break;
    last = at;
  }
  *length = last - first;
  return first;
}

struct Word {
  u32 at, length;
  i32 code;   ///< among the words of terms, -1: none
};
/// Term t is words[first[t]] .. words[first[t + 1]], codes of words; node 0 of the tree is its root.
struct TermNode {
  u32 edges, count;   ///< into PoolEdge[], by code
  i32 term;           ///< ends here, -1: none
};
struct PoolEdge {
  i32 code;
  u32 node;
};
struct PoolTable {
  u32 regex, matches_are_words;
  u32 labels;               ///< HashTable of the words
  u32 nodes, edges, roots;  ///< exact; roots: u32 a word, the node of terms that begin with it (kNone: none does)
  u32 max_distance, best;
  u32 first, codes;         ///< u32[terms + 1], u32[]
  u32 points_first, points; ///< code points of word w: points[points_first[w]] .. points[points_first[w + 1]]
  u32 terms, most;
};

/// Splits a text; returns the number of words, kNone if there is no room. `marks` as of regex_marks.
INLINE u32 split_words(const u8* blob, const PoolTable& t, const u8* p, u32 n, const RegexMark* marks, Word* words, u32 room) {
  const RegexRun run = {blob + t.regex, marks};
  u32 count = 0, last = 0;
  NOUNROLL for (u32 i = 0; i <= n + 1;) {
    u32 from = last, to = n;
    if (i <= n) {
      if (!run.begins(i)) {
        i++;
        continue;
      }
      const u32 end = regex_end(run, i);
      if (t.matches_are_words) from = i, to = end;
      else to = i;
      last = end;
      i = end == i ? i + 1 : end;
    } else {
      i = n + 2;
      if (t.matches_are_words) break;
    }
    u32 length = to - from;
    if (!t.matches_are_words) from += strip_punctuation(p + from, length, &length);
    if (length == 0) continue;
    if (count == room) return kNone;
    words[count++] = {from, length, find_code(blob + t.labels, p + from, length)};
  }
  return count;
}

INLINE u32 decode_word(const u8* p, u32 n, u32* points, u32 room) {
  u32 count = 0;
  for (u32 i = 0; i < n; count++) {
    if (count == room) return kNone;
    const CodePoint c = decode_utf8(p + i, n - i);
    points[count] = c.code == kNone ? 0x110000u + p[i] : c.code;
    i += c.length;
  }
  return count;
}
/// Edits between two words, at most `limit`; limit + 1 beyond.
OUTLINE u32 count_edits(const u32* a, u32 n, const u32* b, u32 m, u32 limit) {
  if ((n > m ? n - m : m - n) > limit) return limit + 1;
  u32 row[kLongestWord + 1];   // m <= kLongestWord
  NOUNROLL for (u32 j = 0; j <= m; j++) row[j] = j;
  NOUNROLL for (u32 i = 1; i <= n; i++) {
    u32 diagonal = row[0], least = i;
    row[0] = i;
    NOUNROLL for (u32 j = 1; j <= m; j++) {
      const u32 above = row[j], change = diagonal + (a[i - 1] != b[j - 1]);
      u32 d = above + 1 < row[j - 1] + 1 ? above + 1 : row[j - 1] + 1;
      if (change < d) d = change;
      diagonal = above, row[j] = d;
      if (d < least) least = d;
    }
    if (least > limit) return limit + 1;
  }
  return row[m] <= limit ? row[m] : limit + 1;
}

/// The child of a node by a code, kNone if there is none.
INLINE u32 term_child(const TermNode& parent, const PoolEdge* edges, i32 code) {
  u32 low = parent.edges, high = low + parent.count;
  const u32 end = high;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (edges[middle].code < code) low = middle + 1;
    else high = middle;
  }
  return low == end || edges[low].code != code ? kNone : edges[low].node;
}
/// counts[t * pitch] += 1 for each occurrence, walking the tree of terms from every word.
INLINE void count_exact(const u8* blob, const PoolTable& t, const Word* words, u32 n, i32* counts, u32 pitch) {
  const TermNode* nodes = (const TermNode*)(blob + t.nodes);
  const PoolEdge* edges = (const PoolEdge*)(blob + t.edges);
  const u32* roots = (const u32*)(blob + t.roots);
  NOUNROLL for (u32 i = 0; i < n; i++) {
    u32 node = words[i].code < 0 ? kNone : roots[words[i].code];
    NOUNROLL for (u32 k = i + 1; node != kNone; k++) {
      if (nodes[node].term >= 0) counts[(u64)nodes[node].term * pitch]++;
      if (nodes[node].count == 0 || k >= n || words[k].code < 0) break;
      node = term_child(nodes[node], edges, words[k].code);
    }
  }
}
/// With edits: each term against the words from each position.
INLINE void count_similar(const u8* blob, const PoolTable& t, const u8* p, const Word* words, u32 n, i32* counts, u32 pitch) {
  const u32 *first = (const u32*)(blob + t.first), *codes = (const u32*)(blob + t.codes);
  const u32 *points_first = (const u32*)(blob + t.points_first), *points = (const u32*)(blob + t.points);
  u32 word[kLongestWord + kMostEdits];
  NOUNROLL for (u32 term = 0; term < t.terms; term++) {
    const u32 length = first[term + 1] - first[term];
    u32 least = kNone;
    i32 count = 0;
    if (length == 0) continue;
    NOUNROLL for (u32 i = 0; i + length <= n; i++) {
      u32 distance = 0;
      NOUNROLL for (u32 j = 0; j < length && distance <= t.max_distance; j++) {
        const Word& w = words[i + j];
        const u32 code = codes[first[term] + j];
        if (w.code == (i32)code) continue;
        const u32 size = decode_word(p + w.at, w.length, word, kLongestWord + kMostEdits);
        distance += size == kNone ? t.max_distance + 1
                                  : count_edits(word, size, points + points_first[code], points_first[code + 1] - points_first[code],
                                                t.max_distance - distance);
      }
      if (distance > t.max_distance || (t.best && least != kNone && distance > least)) continue;
      if (t.best && (least == kNone || distance < least)) least = distance, count = 0;
      count++;
    }
    counts[(u64)term * pitch] = count;
  }
}
/// The count of the most frequent word; `heads` is room for `slots` numbers, a power of two above the words.
INLINE i32 count_most(const u8* p, const Word* words, u32 n, u32* heads, u32* tally, u32 slots) {
  i32 most = 0;
  NOUNROLL for (u32 s = 0; s < slots; s++) heads[s] = kNone, tally[s] = 0;
  NOUNROLL for (u32 i = 0; i < n; i++) {
    u64 h = 0xcbf29ce484222325u;
    NOUNROLL for (u32 k = 0; k < words[i].length; k++) h = (h ^ p[words[i].at + k]) * 0x100000001b3u;
    u32 s = (u32)(h ^ h >> 32) & (slots - 1);
    NOUNROLL while (heads[s] != kNone &&
                    !same_text(p + words[i].at, words[i].length, p + words[heads[s]].at, words[heads[s]].length)) s = (s + 1) & (slots - 1);
    heads[s] = i;
    tally[s]++;
    if ((i32)tally[s] > most) most = (i32)tally[s];
  }
  return most;
}

/// Scratch that a text of n bytes needs, in the room for new text.
INLINE u64 words_scratch(u64 n, bool most) { return 2 * (n + 1) + sizeof(Word) * (n + 1) + (most ? 32 * (n + 1) : 0) + 64; }

/// Words of a text at the beginning of `room`, which has the scratch for them; their number, kNone if that is too little.
INLINE u32 words_of(const u8* blob, const PoolTable& t, const u8* p, u32 n, u8* room, Word** words) {
  *words = (Word*)(((u64)room + 7) & ~(u64)7);
  RegexMark* marks = (RegexMark*)(*words + n + 1);
  regex_marks(blob + t.regex, p, n, marks);
  return split_words(blob, t, p, n, marks, *words, n + 1);
}
/// The count of the most frequent of `count` words of a text of n bytes, for which `words` has the scratch.
INLINE i32 count_most_of(const u8* p, u32 n, Word* words, u32 count) {
  u32 slots = 2;
  while (slots < 2 * count) slots *= 2;   // at most 4 (n + 1)
  u32* heads = (u32*)(((u64)((RegexMark*)(words + n + 1) + n + 1) + 7) & ~(u64)7);
  return count_most(p, words, count, heads, heads + slots, slots);
}

/// The counts of all terms, `pitch` apart; false if there is no room.
OUTLINE bool count_terms(const u8* blob, const PoolTable* pool, const u8* p, u32 n, u8* room, u8* end, i32* counts, u32 pitch) {
  const PoolTable& t = *pool;
  u32 zeros = 0;
  if (pitch == 1) NOUNROLL for (; zeros + 8 <= t.terms; zeros += 8) store(counts + zeros, Lane<i32, 8>{});
  NOUNROLL for (; zeros < t.terms + t.most; zeros++) counts[(u64)zeros * pitch] = 0;
  if ((u64)(end - room) < words_scratch(n, t.most != 0)) return false;
  Word* words;
  const u32 count = words_of(blob, t, p, n, room, &words);
  if (count == kNone) return false;
  if (t.max_distance == 0) count_exact(blob, t, words, count, counts, pitch);
  else count_similar(blob, t, p, words, count, counts, pitch);
  if (t.most) counts[(u64)t.terms * pitch] = count_most_of(p, n, words, count);
  return true;
}

/// How far a word of the text is from one of the term, at most `limit`; limit + 1 beyond.
INLINE u32 word_distance(const u8* p, const Word& w, const u8* q, const Word& v, u32 limit) {
  if (same_text(p + w.at, w.length, q + v.at, v.length)) return 0;
  if (limit == 0) return 1;
  u32 word[kLongestWord + kMostEdits], wanted[kLongestWord];
  const u32 size = decode_word(p + w.at, w.length, word, kLongestWord + kMostEdits);
  return size == kNone ? limit + 1 : count_edits(word, size, wanted, decode_word(q + v.at, v.length, wanted, kLongestWord), limit);
}
/// The count of the term q of the row, and with `most` that of the most frequent word; false if there is no room, or the term or one
/// of its words is too long. The pool has no terms.
OUTLINE bool count_term(const u8* blob, const PoolTable* pool, const u8* p, u32 n, const u8* q, u32 m, u8* room, u8* end, i32* counts, u32 pitch) {
  const PoolTable& t = *pool;
  NOUNROLL for (u32 i = 0; i < 1 + t.most; i++) counts[(u64)i * pitch] = 0;
  if ((u64)(end - room) < words_scratch(m, false) + words_scratch(n, t.most != 0)) return false;
  Word *term, *words;
  const u32 length = words_of(blob, t, q, m, room, &term);
  if (length == kNone || length > kMostTermWords) return false;
  NOUNROLL for (u32 j = 0; j < length; j++) if (term[j].length > kLongestWord) return false;
  const u32 count = words_of(blob, t, p, n, (u8*)(term + length), &words);
  if (count == kNone) return false;
  if (t.most) counts[pitch] = count_most_of(p, n, words, count);
  u32 least = kNone;
  NOUNROLL for (u32 i = 0; length != 0 && i + length <= count; i++) {
    u32 distance = 0;
    NOUNROLL for (u32 j = 0; j < length && distance <= t.max_distance; j++)
      distance += word_distance(p, words[i + j], q, term[j], t.max_distance - distance);
    if (distance > t.max_distance || (t.best && least != kNone && distance > least)) continue;
    if (t.best && (least == kNone || distance < least)) least = distance, counts[0] = 0;
    counts[0]++;
  }
  return true;
}

}  // namespace kiln::kernel
