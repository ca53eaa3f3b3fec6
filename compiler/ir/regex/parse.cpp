// Patterns to trees. What is refused is refused by name: no pattern is read in another sense than PCRE's and Java's.
#include <algorithm>
#include <map>
#include <utility>

#include "compiler/ir/regex/regex.h"
#include "compiler/ir/regex/unicode_classes.h"
#include "runtime/kernels/unicode.h"

namespace kiln::regex {

namespace {

constexpr uint32_t kLast = 0x10ffff;

void normalise(Ranges& ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges merged;
  for (auto& r : ranges)
    if (!merged.empty() && r.first <= merged.back().second + 1)
      merged.back().second = std::max(merged.back().second, r.second);
    else
      merged.push_back(r);
  ranges = std::move(merged);
}
Ranges complement(Ranges ranges) {
  normalise(ranges);
  Ranges rest;
  uint32_t next = 0;
  for (auto& [low, high] : ranges) {
    if (low > next) rest.push_back({next, low - 1});
    next = high + 1;
  }
  if (next <= kLast) rest.push_back({next, kLast});
  return rest;
}
bool contains(const Ranges& ranges, uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [&](auto& r) { return r.first <= c && c <= r.second; });
}

// Letters and what the simple mappings make of them.
const std::vector<std::pair<uint32_t, uint32_t>>& casePairs() {
  static const auto pairs = [] {
    std::vector<std::pair<uint32_t, uint32_t>> all;
    for (uint32_t c = 'a'; c <= 'z'; c++) all.push_back({c, c - 32});
    auto add = [&](const kernel::CaseRange* ranges, size_t count) {
      for (size_t i = 0; i < count; i++)
        for (uint32_t c = ranges[i].first; c <= ranges[i].last; c += ranges[i].stride)
          all.push_back({c, c + static_cast<uint32_t>(ranges[i].delta)});
    };
    add(kernel::kToLower, std::size(kernel::kToLower));
    add(kernel::kToUpper, std::size(kernel::kToUpper));
    return all;
  }();
  return pairs;
}
void addCases(Ranges& ranges) {
  normalise(ranges);
  // Twice, for letters with three forms.
  for (int round = 0; round < 2; round++) {
    Ranges more;
    for (auto& [a, b] : casePairs()) {
      bool hasA = contains(ranges, a), hasB = contains(ranges, b);
      if (hasA && !hasB) more.push_back({b, b});
      if (hasB && !hasA) more.push_back({a, a});
    }
    ranges.insert(ranges.end(), more.begin(), more.end());
    normalise(ranges);
  }
}

const Ranges kDigit = {{'0', '9'}}, kSpace = {{'\t', '\r'}, {' ', ' '}},
             kWord = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
             kBlank = {{'\t', '\t'},     {' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680}, {0x180e, 0x180e},
                       {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}},
             kLineEnd = {{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}};
const std::map<std::string, Ranges> kPosix = {{"alpha", {{'A', 'Z'}, {'a', 'z'}}},
                                              {"digit", kDigit},
                                              {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
                                              {"upper", {{'A', 'Z'}}},
                                              {"lower", {{'a', 'z'}}},
                                              {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
                                              {"space", kSpace},
                                              {"blank", {{'\t', '\t'}, {' ', ' '}}},
                                              {"cntrl", {{0, 31}, {127, 127}}},
                                              {"graph", {{'!', '~'}}},
                                              {"print", {{' ', '~'}}},
                                              {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
                                              {"ascii", {{0, 127}}},
                                              {"word", kWord}};

// Code points whose general category begins with these letters ("L", "Lu"), or of this script; empty if there is none such.
Ranges unicodeClass(std::string_view name, bool script) {
  Ranges ranges;
  for (const UnicodeClass& c : kUnicodeClasses)
    if (c.script == script && (script ? name == c.name : std::string_view(c.name).starts_with(name)))
      for (uint32_t i = 0; i < c.count; i++) ranges.push_back({kUnicodeRanges[c.first + i][0], kUnicodeRanges[c.first + i][1]});
  normalise(ranges);
  return ranges;
}
Ranges intersection(const Ranges& a, const Ranges& b) {
  Ranges both;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size(); a[i].second < b[j].second ? i++ : j++)
    if (const uint32_t low = std::max(a[i].first, b[j].first), high = std::min(a[i].second, b[j].second); low <= high) both.push_back({low, high});
  return both;
}

class Parser {
 public:
  Parser(std::string_view pattern, bool ignoreCase) : text_(pattern) { flags_.ignoreCase = ignoreCase; }

  Parsed run() {
    parsed_.tree = alternatives(0);
    if (ok() && at_ < text_.size()) fail("a ) without (");
    parsed_.groups = groups_;
    parsed_.names.resize(groups_);
    return std::move(parsed_);
  }

 private:
  using Node = std::unique_ptr<Tree>;
  struct Flags {
    bool ignoreCase = false, multiline = false, dotAll = false, comments = false;
  };

  bool ok() const { return parsed_.error.empty(); }
  void fail(const std::string& why) {
    if (ok()) parsed_.error = why + ", at byte " + std::to_string(at_) + " of the pattern";
  }
  // The same for what PCRE or Java takes.
  void refuse(const std::string& why) {
    if (ok()) parsed_.unsupported = true;
    fail(why);
  }
  bool more() const { return ok() && at_ < text_.size(); }
  bool looking(std::string_view s) const { return text_.substr(at_).starts_with(s); }
  bool accept(std::string_view s) { return looking(s) && (at_ += s.size(), true); }
  uint32_t codePoint() {
    auto c = kernel::decode_utf8(reinterpret_cast<const uint8_t*>(text_.data()) + at_,
                                 static_cast<uint32_t>(text_.size() - at_));
    if (c.code == kernel::kNone) return fail("ill-formed UTF-8"), 0;
    at_ += c.length;
    return c.code;
  }

  static Node make(Tree::Kind kind) {
    auto node = std::make_unique<Tree>();
    node->kind = kind;
    return node;
  }
  // Where case is ignored, it is that of the characters and ranges of the pattern, not of `classes` such as \W: that ſ is no
  // word character, and an s but for its case, does not make s one of \W.
  Node setOf(Ranges ranges, const Ranges& classes = {}, bool negated = false) {
    Node node = make(Tree::set);
    node->ranges = std::move(ranges);
    if (flags_.ignoreCase) addCases(node->ranges);
    node->ranges.insert(node->ranges.end(), classes.begin(), classes.end());
    normalise(node->ranges);
    if (negated) node->ranges = complement(std::move(node->ranges));
    return node;
  }
  Node assertionOf(Instruction::Assertion which) {
    Node node = make(Tree::assertion);
    node->index = which;
    return node;
  }

  Node alternatives(int depth) {
    if (depth > 200) return refuse("more than 200 nested groups"), make(Tree::empty);
    Flags outer = flags_;  // a flag set inside holds to the end of the group
    Node all = make(Tree::alternatives);
    do all->parts.push_back(sequence(depth));
    while (ok() && accept("|"));
    flags_ = outer;
    return all->parts.size() == 1 ? std::move(all->parts[0]) : std::move(all);
  }

  Node sequence(int depth) {
    Node all = make(Tree::sequence);
    while (more() && !looking("|") && !looking(")")) {
      if (skipped()) continue;
      Node one = atom(depth);
      if (one) all->parts.push_back(quantified(std::move(one)));
    }
    for (size_t i = 0; ok() && i < all->parts.size(); i++)
      if (all->parts[i]->possessive && !givesNothingBack(*all, i, depth)) refuse("a possessive quantifier or atomic group whose end could be taken back");
    return all;
  }
  // Whether the repeated character of part i cannot be what the next part begins with: then a greedy repeat gives nothing back either.
  static bool givesNothingBack(const Tree& sequence, size_t i, int depth) {
    const Ranges& mine = sequence.parts[i]->parts[0]->ranges;
    if (i + 1 == sequence.parts.size()) return depth == 0;
    const Tree* next = sequence.parts[i + 1].get();
    if (next->kind == Tree::assertion)
      return next->index == Instruction::textEnd ||
             ((next->index == Instruction::lastLineEnd || next->index == Instruction::lineEnd) && !contains(mine, '\n'));
    if (next->kind == Tree::repeat) next = next->least > 0 ? next->parts[0].get() : nullptr;
    return next && next->kind == Tree::set && intersection(mine, next->ranges).empty();
  }
  // (?>..) around single characters, or one repeated character, which is then possessive.
  Node atomic(int depth) {
    at_ += 3;
    Node inner = close(alternatives(depth + 1));
    if (!ok()) return nullptr;
    if (inner->kind == Tree::sequence && inner->parts.size() == 1) inner = std::move(inner->parts[0]);
    if (inner->kind == Tree::repeat && !inner->lazy && inner->parts[0]->kind == Tree::set) return inner->possessive = true, std::move(inner);
    const bool fixed = inner->kind == Tree::set || (inner->kind == Tree::sequence && std::all_of(inner->parts.begin(), inner->parts.end(), [](const Node& p) {
                                                      return p->kind == Tree::set || p->kind == Tree::assertion;
                                                    }));
    if (!fixed) refuse("an atomic group of more than single characters or one repeated character");
    return inner;
  }
  // Blanks and comments under (?x), comments in parentheses.
  bool skipped() {
    if (looking("(?#")) {
      size_t close = text_.find(')', at_);
      if (close == std::string_view::npos) return fail("a comment without )"), true;
      return at_ = close + 1, true;
    }
    if (!flags_.comments) return false;
    if (text_[at_] == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') at_++;
      return true;
    }
    return std::string_view(" \t\n\v\f\r").find(text_[at_]) != std::string_view::npos && (at_++, true);
  }

  Node quantified(Node one) {
    while (more()) {
      while (more() && flags_.comments && skipped()) {
      }
      uint32_t least = 0, most = UINT32_MAX;
      size_t before = at_;
      if (accept("*")) {
      } else if (accept("+")) {
        least = 1;
      } else if (accept("?")) {
        most = 1;
      } else if (!more() || !looking("{") || !braces(least, most)) {
        at_ = before;
        return one;
      }
      if (one->kind == Tree::assertion || one->kind == Tree::repeat)
        return refuse(one->kind == Tree::repeat ? "a quantifier of a quantifier" : "a quantifier of an assertion"),
               std::move(one);
      bool lazy = accept("?");
      const bool possessive = !lazy && accept("+");
      if (possessive && one->kind != Tree::set) return refuse("a possessive quantifier of more than one character"), std::move(one);
      Node node = make(Tree::repeat);
      node->least = least, node->most = most, node->lazy = lazy, node->possessive = possessive;
      node->parts.push_back(std::move(one));
      one = std::move(node);
    }
    return one;
  }
  bool number(uint32_t& value) {
    if (!more() || !isdigit(static_cast<unsigned char>(text_[at_]))) return false;
    value = 0;
    while (more() && isdigit(static_cast<unsigned char>(text_[at_]))) {
      value = value * 10 + static_cast<uint32_t>(text_[at_++] - '0');
      if (value > 1000) return refuse("a repetition of more than 1000"), false;
    }
    return true;
  }
  bool braces(uint32_t& least, uint32_t& most) {
    at_++;
    if (!number(least)) return refuse("a { that is no quantifier (write \\{)"), false;
    most = least;
    if (accept(",") && !number(most)) most = UINT32_MAX;
    if (!accept("}")) return refuse("a { that is no quantifier (write \\{)"), false;
    if (most < least) fail("a quantifier {n,m} with m below n");
    return ok();
  }

  Node atom(int depth) {
    switch (text_[at_]) {
      case '(':
        return group(depth);
      case '[':
        return at_++, bracket();
      case '.':
        return at_++, setOf(flags_.dotAll ? Ranges{{0, kLast}} : complement({{'\n', '\n'}}));
      case '^':
        return at_++, assertionOf(flags_.multiline ? Instruction::lineStart : Instruction::textStart);
      case '$':
        return at_++, assertionOf(flags_.multiline ? Instruction::lineEnd : Instruction::lastLineEnd);
      case '*':
      case '+':
      case '?':
        return fail("a quantifier without anything before it"), nullptr;
      case '{':
        return refuse("a { that is no quantifier (write \\{)"), nullptr;
      case '\\':
        return at_++, escape();
      default: {
        uint32_t c = codePoint();
        return setOf({{c, c}});
      }
    }
  }

  Node group(int depth) {
    static const std::pair<const char*, const char*> kRefused[] = {
        {"(?=", "look-ahead"},      {"(?!", "look-ahead"},     {"(?<=", "look-behind"},      {"(?<!", "look-behind"},
        {"(?|", "a branch reset"}, {"(?(", "a conditional"},     {"(?R", "recursion"},
        {"(?&", "recursion"},       {"(?P>", "recursion"},     {"(?P=", "a back-reference"}, {"(*", "a verb"}};
    for (auto& [what, name] : kRefused)
      if (looking(what)) return refuse(name), nullptr;
    if (looking("(?>")) return atomic(depth);
    uint32_t index = 0;
    at_++;
    if (accept("?P<") || accept("?<") || accept("?'")) {
      char close = text_[at_ - 1] == '\'' ? '\'' : '>';
      std::string name;
      while (more() && text_[at_] != close) name += text_[at_++];
      if (!accept(std::string_view(&close, 1)) || name.empty()) return fail("a group name that does not end"), nullptr;
      index = groups_++;
      parsed_.names.resize(groups_);
      parsed_.names[index] = name;
    } else if (accept("?")) {
      Flags flags = flags_;
      if (!inlineFlags(flags)) return nullptr;
      if (accept(")")) return flags_ = flags, make(Tree::empty);  // to the end of the group around
      if (!accept(":")) return fail("an unknown kind of group"), nullptr;
      Flags outer = std::exchange(flags_, flags);
      Node inner = alternatives(depth + 1);
      flags_ = outer;
      return close(std::move(inner));
    } else {
      index = groups_++;
    }
    if (groups_ > 100) return refuse("more than 99 groups"), nullptr;
    Node node = make(Tree::group);
    node->index = index;
    node->parts.push_back(alternatives(depth + 1));
    return close(std::move(node));
  }
  Node close(Node node) {
    if (!accept(")")) fail("a ( without )");
    return node;
  }
  bool inlineFlags(Flags& flags) {
    bool on = true;
    for (; more() && !looking(")") && !looking(":"); at_++) {
      switch (text_[at_]) {
        case '-':
          on = false;
          break;
        case 'i':
          flags.ignoreCase = on;
          break;
        case 'm':
          flags.multiline = on;
          break;
        case 's':
          flags.dotAll = on;
          break;
        case 'x':
          flags.comments = on;
          break;
        case 'u':
          break;  // Java: case beyond ASCII, which is the rule here
        case 'U':
        case 'd':
        case 'J':
        case 'n':
        case 'a':
        case 'r':
        case '^':
          return refuse(std::string("the flag '") + text_[at_] + "'"), false;
        default:
          if (isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '+') return refuse("recursion"), false;
          return fail(std::string("the flag '") + text_[at_] + "'"), false;
      }
    }
    return ok();
  }

  // Behind a backslash: a class of characters (returned), or one character.
  bool classEscape(Ranges& ranges) {
    switch (text_[at_]) {
      case 'd':
        ranges = kDigit;
        break;
      case 'D':
        ranges = complement(kDigit);
        break;
      case 'w':
        ranges = kWord;
        break;
      case 'W':
        ranges = complement(kWord);
        break;
      case 's':
        ranges = kSpace;
        break;
      case 'S':
        ranges = complement(kSpace);
        break;
      case 'h':
        ranges = kBlank;
        break;
      case 'H':
        ranges = complement(kBlank);
        break;
      case 'v':
        ranges = kLineEnd;
        break;
      case 'V':
        ranges = complement(kLineEnd);
        break;
      case 'p':
      case 'P':
        return property(ranges);
      default:
        return false;
    }
    at_++;
    return true;
  }
  // \p{Name}: Java's ASCII classes; general categories L, Lu, IsL; scripts Latin, IsLatin, script=Latin, sc=Latin.
  bool property(Ranges& ranges) {
    bool negated = text_[at_++] == 'P';
    std::string name;
    if (accept("{")) {
      while (more() && !looking("}")) name += text_[at_++];
      if (!accept("}")) return fail("a property that does not end"), true;
    } else if (more()) {
      name = text_[at_++];
    }
    if (!named(name, ranges))
      return refuse("the property \\p{" + name + "} (known are general categories such as \\p{Lu}, common scripts such as \\p{IsLatin}, and Java's ASCII "
                  "classes such as \\p{Alpha})"),
             true;
    if (negated) ranges = complement(ranges);
    return true;
  }
  bool named(std::string name, Ranges& ranges) {
    std::string lower;
    for (char c : name) lower += static_cast<char>(tolower(c));
    const auto ascii = kPosix.find(lower);
    if (ascii != kPosix.end() && !name.empty() && isupper(static_cast<unsigned char>(name[0]))) return ranges = ofAnyCase(lower), true;
    for (const char* prefix : {"script=", "sc=", "general_category=", "gc=", "Is"}) {
      if (!name.starts_with(prefix)) continue;
      const std::string rest = name.substr(std::string_view(prefix).size());
      if (prefix[0] != 'g') ranges = unicodeClass(rest, true);
      if (ranges.empty() && prefix[0] != 's') ranges = category(rest);
      return !ranges.empty();
    }
    ranges = category(name);
    if (ranges.empty()) ranges = unicodeClass(name, true);
    return !ranges.empty();
  }
  // PCRE and Java differ in whether Lu means any case where case is ignored.
  Ranges category(const std::string& name) {
    if (name == "L&" || name == "LC") {
      Ranges all;
      for (const char* one : {"Lu", "Ll", "Lt"})
        for (auto& r : unicodeClass(one, false)) all.push_back(r);
      normalise(all);
      return all;
    }
    if (name.empty() || name.size() > 2) return {};
    if (flags_.ignoreCase && (name == "Lu" || name == "Ll" || name == "Lt"))
      refuse("\\p{" + name + "} where case is ignored, which PCRE and Java read differently");
    return unicodeClass(name, false);
  }
  uint32_t hexadecimal(size_t least, size_t most) {
    uint32_t value = 0;
    size_t n = 0;
    for (; n < most && more() && isxdigit(static_cast<unsigned char>(text_[at_])); n++)
      value = value * 16 + static_cast<uint32_t>(std::stoi(std::string(1, text_[at_++]), nullptr, 16));
    if (n < least || value > kLast) fail("a hexadecimal escape that is none");
    return value;
  }
  // One character behind a backslash.
  uint32_t charEscape() {
    char c = text_[at_];
    at_++;
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'a':
        return '\a';
      case 'e':
        return 27;
      case 'x': {
        if (!accept("{")) return hexadecimal(2, 2);
        uint32_t value = hexadecimal(1, 6);
        if (!accept("}")) fail("a hexadecimal escape that does not end");
        return value;
      }
      case 'u':
        return hexadecimal(4, 4);
      case '0': {
        uint32_t value = 0;
        for (int n = 0; n < 3 && more() && text_[at_] >= '0' && text_[at_] <= '7' && value < 32; n++)
          value = value * 8 + static_cast<uint32_t>(text_[at_++] - '0');
        return value;
      }
      default:
        break;
    }
    if (isdigit(static_cast<unsigned char>(c)) || c == 'k' || c == 'g') return refuse("a back-reference"), 0;
    if (std::string_view("RXGKNCco").find(c) != std::string_view::npos) return refuse(std::string("the escape \\") + c), 0;
    if (isalpha(static_cast<unsigned char>(c))) return fail(std::string("the escape \\") + c), 0;
    at_--;
    return codePoint();
  }
  Node escape() {
    if (!more()) return fail("a \\ at the end"), nullptr;
    Ranges ranges;
    if (classEscape(ranges)) return setOf({}, ranges);
    switch (text_[at_]) {
      case 'A':
        return at_++, assertionOf(Instruction::textStart);
      case 'z':
        return at_++, assertionOf(Instruction::textEnd);
      case 'Z':
        return at_++, assertionOf(Instruction::lastLineEnd);
      case 'b':
        return at_++, assertionOf(Instruction::wordEdge);
      case 'B':
        return at_++, assertionOf(Instruction::noWordEdge);
      case 'Q': {
        at_++;
        Node all = make(Tree::sequence);
        while (more() && !looking("\\E")) {
          uint32_t c = codePoint();
          all->parts.push_back(setOf({{c, c}}));
        }
        accept("\\E");
        // A quantifier behind \E is of the last character.
        if (all->parts.empty()) return nullptr;
        Node last = quantified(std::move(all->parts.back()));
        all->parts.back() = std::move(last);
        return all;
      }
      case 'E':
        return at_++, nullptr;
      default:
        break;
    }
    uint32_t c = charEscape();
    return setOf({{c, c}});
  }

  // A class: what is in all the parts that && divides, each the union of its members, or a class of its own.
  Node bracket(int depth = 0) {
    if (depth > 50) return refuse("more than 50 nested classes"), nullptr;
    const bool negated = accept("^");
    Node all;
    do {
      Node part = looking("[") && !looking("[:") && all ? (at_++, bracket(depth + 1)) : members(negated && !all);
      if (!ok()) return nullptr;
      if (all) all->ranges = intersection(all->ranges, part->ranges);
      else all = std::move(part);
      if (looking("&&") && negated) return refuse("an intersection in a negated class, which versions of Java read differently"), nullptr;
    } while (accept("&&"));
    if (!accept("]")) refuse("a class after && that does not end with it");
    return all;
  }
  Node members(bool negated) {
    Ranges ranges, classes;
    bool first = true;
    while (ok() && !looking("&&")) {
      if (at_ >= text_.size()) return fail("a [ without ]"), nullptr;
      if (looking("]")) {
        if (first) return refuse("a ] that begins a class (write \\])"), nullptr;
        break;
      }
      first = false;
      if (looking("[")) {
        if (!looking("[:")) return refuse("a [ inside a class (write \\[)"), nullptr;
        posix(classes);
        continue;
      }
      if (flags_.comments && std::string_view(" \t\n#").find(text_[at_]) != std::string_view::npos)
        return refuse("a blank or # in a class under (?x), which PCRE and Java read differently"), nullptr;
      uint32_t low = 0, high;
      if (member(classes, low)) continue;
      high = low;
      if (looking("-") && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        at_++;
        if (looking("[") || member(classes, high)) return refuse("a range whose end is a class"), nullptr;
        if (high < low) return fail("a range that ends before it begins"), nullptr;
      }
      ranges.push_back({low, high});
    }
    if (ok() && first) return refuse("a class with nothing before &&"), nullptr;
    return setOf(std::move(ranges), classes, negated);
  }
  // True if it was a class; else one character.
  bool member(Ranges& classes, uint32_t& c) {
    if (!accept("\\")) return c = codePoint(), false;
    if (!more()) return fail("a \\ at the end"), true;
    Ranges more;
    if (classEscape(more)) return classes.insert(classes.end(), more.begin(), more.end()), true;
    if (text_[at_] == 'Q' || text_[at_] == 'E' || text_[at_] == 'b')
      return refuse(std::string("\\") + text_[at_] + " in a class"), true;
    return c = charEscape(), false;
  }
  // Capital or small letters where case is ignored are both, in PCRE and Java.
  const Ranges& ofAnyCase(const std::string& posixClass) const {
    return kPosix.at(flags_.ignoreCase && (posixClass == "upper" || posixClass == "lower") ? "alpha" : posixClass);
  }
  void posix(Ranges& classes) {
    at_ += 2;
    bool negated = accept("^");
    size_t close = text_.find(":]", at_);
    std::string name(text_.substr(at_, close == std::string_view::npos ? 0 : close - at_));
    auto found = kPosix.find(name);
    if (found == kPosix.end()) return refuse("the class [:" + name + ":]");
    at_ = close + 2;
    const Ranges more = negated ? complement(ofAnyCase(name)) : ofAnyCase(name);
    classes.insert(classes.end(), more.begin(), more.end());
  }

  std::string_view text_;
  size_t at_ = 0;
  Flags flags_;
  uint32_t groups_ = 1;
  Parsed parsed_;
};

}  // namespace

Parsed parse(std::string_view pattern, bool ignoreCase) { return Parser(pattern, ignoreCase).run(); }

std::string quoted(std::string_view text) {
  std::string pattern;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}#-& \t\n\r\f\v").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace kiln::regex
