// Regular expressions over tables that the compiler made (compiler/ir/regex/regex.h): finding a match, and replacing all of them,
// in time linear in the text.
#pragma once
#include "unicode.h"

namespace kiln::kernel {

/// A step of the program that leads from where a match begins to where it ends.
struct RegexStep {
  enum : u8 { byte, split, save, assertion, accept };
  u8 kind, low, high, reserved;
  u32 next, other;
  u32 slot;   ///< save: the slot; split: its bit
};
/// The first bytes of a table; what follows lies at offsets from here.
struct RegexTable {
  u32 classes, first;
  u32 class_of;        ///< u8[256]
  u32 next;            ///< u32[states][classes]: state << 16 | mark
  // Of those that say where matches end:
  u32 rows, row_words; ///< bits of splits: the first way leads to a match
  u32 steps, start;
  u32 slots;           ///< two of each group
  u32 jumps, entries;  ///< u16[rows][entries]: from where one byte leads to where the next does, or kAccepts; kNone: too many
};
/// What is known of a position: row << 1 | a match begins here.
typedef u16 RegexMark;
enum : u32 { kRegexSlots = 200, kAccepts = 0xffff };

INLINE bool continues_code_point(const u8* p, u32 n, u32 at) { return at < n && (p[at] & 0xc0) == 0x80; }

/// Whether the text has a match.
OUTLINE bool regex_find(const u8* table, const u8* p, u32 n) {
  const RegexTable& t = *(const RegexTable*)table;
  const u8* class_of = table + t.class_of;
  const u32* next = (const u32*)(table + t.next);
  u32 state = t.first;
  NOUNROLL for (u32 i = n; i > 0; i--) {
    const u32 entry = next[(u64)state * t.classes + class_of[p[i - 1]]];
    if ((entry & 1) && !continues_code_point(p, n, i)) return true;
    state = entry >> 16;
  }
  return next[(u64)state * t.classes + t.classes - 1] & 1;
}

/// The marks of all positions, n + 1 of them.
INLINE void regex_marks(const u8* table, const u8* p, u32 n, RegexMark* marks) {
  const RegexTable& t = *(const RegexTable*)table;
  const u8* class_of = table + t.class_of;
  const u32* next = (const u32*)(table + t.next);
  u32 state = t.first, begins = 1;   // not inside a code point
  NOUNROLL for (u32 i = n; i > 0; i--) {
    const u32 entry = next[(u64)state * t.classes + class_of[p[i - 1]]];
    marks[i] = (RegexMark)(entry & (0xfffe | begins));
    begins = (p[i - 1] & 0xc0) != 0x80;
    state = entry >> 16;
  }
  marks[0] = (RegexMark)(next[(u64)state * t.classes + t.classes - 1] & (0xfffe | begins));
}

/// A text and the marks of its positions.
struct RegexRun {
  const u8* table;
  const RegexMark* marks;
  MEMBER const RegexTable& t() const { return *(const RegexTable*)table; }
  MEMBER bool begins(u32 at) const { return marks[at] & 1; }
  MEMBER const u32* row(u32 at) const { return (const u32*)(table + t().rows) + (u64)(marks[at] >> 1) * t().row_words; }
};

/// The end of the match that begins at `at`; `slots` gets where groups begin and end (kNone: not set).
INLINE u32 regex_groups(const RegexRun& r, u32 at, u32* slots) {
  const RegexStep* steps = (const RegexStep*)(r.table + r.t().steps);
  NOUNROLL for (u32 i = 0; i < r.t().slots; i++) slots[i] = kNone;
  slots[0] = at;
  u32 step = r.t().start;
  const u32* row = r.row(at);
  NOUNROLL for (;;) {
    const RegexStep& s = steps[step];
    if (s.kind == RegexStep::accept) return slots[1] = at;
    if (s.kind == RegexStep::byte) {
      row = r.row(++at);
    } else if (s.kind == RegexStep::save) {
      slots[s.slot] = at;
    } else if (s.kind == RegexStep::split && !((row[s.slot / 32] >> s.slot % 32) & 1)) {
      step = s.other;
      continue;
    }
    step = s.next;
  }
}
/// The end alone.
INLINE u32 regex_end(const RegexRun& r, u32 at) {
  const RegexTable& t = r.t();
  if (t.jumps == kNone) {
    u32 slots[kRegexSlots];
    return regex_groups(r, at, slots);
  }
  const u16* jumps = (const u16*)(r.table + t.jumps);
  NOUNROLL for (u32 entry = 0;; at++) {
    entry = jumps[(u64)(r.marks[at] >> 1) * t.entries + entry];
    if (entry == kAccepts) return at;
  }
}

/// What a match is replaced with, part by part: text, or a group.
struct RegexPart {
  u32 text, length;   ///< blob
  u32 group;          ///< kNone: text
};
struct RegexRule {
  u32 table;          ///< blob
  u32 parts, count;   ///< blob: RegexPart[count]
};
/// Room between two addresses; `at` moves up.
struct RegexRoom {
  u8 *at, *end;
  MEMBER bool copy(const u8* p, u32 n) {
    if ((u64)(end - at) < n) return false;
    NOUNROLL for (u32 i = 0; i < n; i++) at[i] = p[i];
    at += n;
    return true;
  }
};

enum class Replaced : i32 { nothing, all, no_room };
/// Replaces every match in a text: the result stands from `to`, *made bytes of it, and needs room for 2 (n + 1) bytes beside.
OUTLINE Replaced regex_replace(const u8* blob, const RegexRule* rule, const u8* p, u32 n, u8* to, u8* end, u32* made) {
  const u64 bytes = 2 * ((u64)n + 1);
  if ((u64)(end - to) < bytes + 8) return Replaced::no_room;
  RegexMark* marks = (RegexMark*)((u64)(end - bytes) & ~(u64)1);
  const RegexRun run = {blob + rule->table, marks};
  regex_marks(run.table, p, n, marks);
  RegexRoom room = {to, (u8*)marks};
  const RegexPart* parts = (const RegexPart*)(blob + rule->parts);
  u32 slots[kRegexSlots];
  u32 copied = 0;
  bool any = false;
  NOUNROLL for (u32 i = 0; i <= n;) {
    if (!run.begins(i)) {
      i++;
      continue;
    }
    const u32 last = regex_groups(run, i, slots);
    any = true;
    if (!room.copy(p + copied, i - copied)) return Replaced::no_room;
    NOUNROLL for (u32 k = 0; k < rule->count; k++) {
      const RegexPart& part = parts[k];
      bool ok = true;
      if (part.group == kNone) {
        ok = room.copy(blob + part.text, part.length);
      } else {
        const u32 from = slots[2 * part.group], till = slots[2 * part.group + 1];
        if (from != kNone && till != kNone) ok = room.copy(p + from, till - from);
      }
      if (!ok) return Replaced::no_room;
    }
    copied = last;
    i = last == i ? i + 1 : last;
  }
  if (!any) return Replaced::nothing;
  if (!room.copy(p + copied, n - copied)) return Replaced::no_room;
  *made = (u32)(room.at - to);
  return Replaced::all;
}

INLINE bool same_text(const u8* p, u32 n, const u8* q, u32 m) {
  if (n != m) return false;
  NOUNROLL for (u32 i = 0; i < n; i++)
    if (p[i] != q[i]) return false;
  return true;
}

enum : u32 { kRewritePasses = 1000 };
enum class Rewritten : i32 { done, no_room, endless };
/// Applies rules one after the other; `recursive`: again until a pass in which none changes the text. The result is the text itself
/// or stands at *arena, which moves behind it.
OUTLINE Rewritten regex_rewrite(const u8* blob, const RegexRule* rules, u32 count, bool recursive, u8** arena, u8* end, const u8** text,
                                u32* length) {
  u8* base = *arena;
  const u8* p = *text;
  u32 n = *length;
  NOUNROLL for (u32 pass = 0;; pass++) {
    if (pass == kRewritePasses) return Rewritten::endless;
    bool changed = false;
    NOUNROLL for (u32 r = 0; r < count; r++) {
      u8* to = p == base ? base + n : base;
      u32 made = 0;
      const Replaced how = regex_replace(blob, rules + r, p, n, to, end, &made);
      if (how == Replaced::no_room) return Rewritten::no_room;
      if (how == Replaced::nothing) continue;
      changed |= !same_text(p, n, to, made);
      if (to != base) {
        NOUNROLL for (u32 i = 0; i < made; i++) base[i] = to[i];
      }
      p = base, n = made;
    }
    if (!recursive || !changed) break;
  }
  if (p == base) *arena = base + n;
  *text = p, *length = n;
  return Rewritten::done;
}

}  // namespace kiln::kernel
