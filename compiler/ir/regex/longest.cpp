// Patterns of which the first match that begins at a place is the longest, so that no order of lengths is needed: one part at most is of
// several lengths, greedily, and alternatives are told apart by their first character.
#include <algorithm>

#include "compiler/ir/regex/regex.h"

namespace kiln::regex {

namespace {

struct Lengths {
  bool isPlain = false, vary = false;
};

// The characters that a match begins with; none if that is not plain to see.
Ranges firstOf(const Tree& t) {
  switch (t.kind) {
    case Tree::set: return t.ranges;
    case Tree::group: return firstOf(*t.parts[0]);
    case Tree::repeat: return t.least > 0 ? firstOf(*t.parts[0]) : Ranges();
    case Tree::sequence:
      for (auto& part : t.parts)
        if (part->kind != Tree::assertion) return firstOf(*part);
      return {};
    default: return {};
  }
}

bool areApart(const Ranges& a, const Ranges& b) {
  return std::none_of(a.begin(), a.end(), [&](auto& x) { return std::any_of(b.begin(), b.end(), [&](auto& y) { return x.first <= y.second && y.first <= x.second; }); });
}

Lengths lengthsOf(const Tree& t);

Lengths ofAlternatives(const Tree& t) {
  std::vector<Ranges> firsts;
  for (auto& part : t.parts) {
    const Ranges first = firstOf(*part);
    if (first.empty() || !lengthsOf(*part).isPlain) return {};
    for (auto& other : firsts)
      if (!areApart(first, other)) return {};
    firsts.push_back(first);
  }
  return {true, std::any_of(t.parts.begin(), t.parts.end(), [](auto& part) { return part->kind != Tree::set; })};
}

Lengths lengthsOf(const Tree& t) {
  switch (t.kind) {
    case Tree::alternatives: return ofAlternatives(t);
    case Tree::group: return lengthsOf(*t.parts[0]);
    case Tree::repeat: {
      const Lengths part = lengthsOf(*t.parts[0]);
      const bool varies = t.least != t.most;
      return {part.isPlain && !part.vary && !(varies && t.lazy) && !t.possessive, varies};
    }
    case Tree::sequence: {
      size_t varying = 0;
      for (auto& part : t.parts) {
        const Lengths lengths = lengthsOf(*part);
        if (!lengths.isPlain) return {};
        varying += lengths.vary;
      }
      return {varying <= 1, varying == 1};
    }
    default: return {true, false};   // nothing, an assertion, one character
  }
}

}  // namespace

bool firstIsLongest(const Tree& tree) { return lengthsOf(tree).isPlain; }

}  // namespace kiln::regex
