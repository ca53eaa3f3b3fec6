// Regular expressions, compiled with the model: a pattern becomes a program for the reference matcher, and an automaton
// that the scorer runs in time linear in the text. Syntax and rules are those that PCRE and Java share.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiln::regex {

/// Alternatives are ordered, quantifiers greedy or lazy, and of all matches the leftmost counts, then the one that
/// comes first in that order, or `longest` (as RE2 does if asked to): the longest. `.` and classes match whole code points; ill-formed UTF-8 matches nothing. `\d \w \s \b`
/// and the POSIX classes are ASCII, case is Unicode's simple mapping, a line ends at \n. Refused by name:
/// back-references, look-around, recursion, conditionals, atomic groups and possessive quantifiers where they differ from
/// the plain form, and what PCRE and Java read differently. Properties are those of Unicode 14.0.
struct Instruction {
  enum Kind : uint8_t { byte, split, save, assertion, accept };
  enum Assertion : uint8_t { textStart, lineStart, textEnd, lastLineEnd, lineEnd, wordEdge, noWordEdge };
  Kind kind = accept;
  uint8_t low = 0, high = 0;     ///< byte: the range; assertion: low says which
  uint32_t next = 0, other = 0;  ///< split: `next` is preferred to `other`
  uint32_t slot = 0;             ///< save: 2 g begins group g, 2 g + 1 ends it
};

struct Program {
  std::vector<Instruction> code;
  uint32_t start = 0;
  uint32_t groups = 1;             ///< the whole match is group 0
  std::vector<std::string> names;  ///< of groups, empty where one has none
  bool emptyLoop = false;          ///< repeats a part that can match nothing
  bool longest = false;            ///< of the matches that begin at one place the longest counts; groups are of no use then
};

/// What stands before a position, and what behind; the rules of assertions need no more.
enum Before : uint8_t { begin, afterNewline, afterWord, afterOther };
enum After : uint8_t { end, lastNewline, newline, word, other };
bool holds(uint8_t assertion, Before before, After after);
Before before(std::string_view text, size_t at);
After after(std::string_view text, size_t at);
bool isWordByte(uint8_t byte);

/// Reads a text from its end: state s, before byte b, goes to next[s * classes + classOf[b]] >> 1; bit 0 is set where a
/// match begins at the position between them. The last class is the begin of the text.
struct Automaton {
  static constexpr uint32_t kMostStates = 65535, kMostRows = 32767;   // as the scorer's entries have room for
  uint32_t classes = 0, states = 0, first = 0;
  uint8_t classOf[256] = {};
  std::vector<uint32_t> next;
  // For those who want to know where the match ends: which splits take their first way. Row rowOf[s * kinds +
  // kindOf[c]] of `rows`, of `rowWords` words each; bit of a split: splitBit[instruction].
  static constexpr uint32_t kinds = 4;
  std::vector<uint8_t> kindOf;  ///< enum Before, one a class
  std::vector<uint32_t> rowOf, rows, splitBit;
  uint32_t rowWords = 0;
};

struct Regex {
  std::string error;         ///< why there is none, for users; empty if there is
  bool unsupported = false;  ///< PCRE or Java takes it, or it is over a limit: no mistake of whoever wrote it
  Program program;
  Automaton automaton;
};
/// Compiled patterns are kept, so that asking again costs nothing.
std::shared_ptr<const Regex> compile(const std::string& pattern, bool ignoreCase = false, bool longest = false);
/// Whether it can match an empty text somewhere.
bool takesNothing(const Program& program);
/// The pattern that matches this text and nothing else.
std::string quoted(std::string_view text);

/// Byte offsets of groups, two each, kNowhere where a group took no part.
using Groups = std::vector<size_t>;
inline constexpr size_t kNowhere = SIZE_MAX;
/// The first match that begins at `from` or later: memoised backtracking, independent of the automaton.
bool find(const Program& program, std::string_view text, size_t from, Groups& groups);

/// A replacement in Java's notation, which PMML's examples use: $1, ${name}, and \ before a character that stands for
/// itself.
struct Replacement {
  std::string error;
  struct Part {
    std::string text;
    int group = -1;  ///< -1: text
  };
  std::vector<Part> parts;
};
Replacement parseReplacement(const std::string& text, const Program& program);
std::string quotedReplacement(std::string_view text);
/// Every match replaced, left to right; behind an empty match one code point is passed.
std::string replaceAll(const Program& program, const Replacement& replacement, std::string_view text);

// ---- between the parts
using Ranges = std::vector<std::pair<uint32_t, uint32_t>>;  ///< of code points, ascending and apart
struct Tree {
  enum Kind : uint8_t { empty, set, sequence, alternatives, repeat, group, assertion } kind = empty;
  Ranges ranges;
  std::vector<std::unique_ptr<Tree>> parts;
  uint32_t least = 0, most = UINT32_MAX;  ///< repeat
  bool lazy = false, possessive = false;
  uint32_t index = 0;  ///< of a group; which assertion
};
struct Parsed {
  std::string error;
  bool unsupported = false;  ///< see Regex
  std::unique_ptr<Tree> tree;
  uint32_t groups = 1;
  std::vector<std::string> names;
};
Parsed parse(std::string_view pattern, bool ignoreCase);
/// Whether of all matches that begin at one place the first is the longest; false if that is not plain to see.
bool firstIsLongest(const Tree& tree);
/// Empty error: done.
std::string assemble(const Parsed& parsed, Program& program);
std::string build(const Program& program, Automaton& automaton);

}  // namespace kiln::regex
