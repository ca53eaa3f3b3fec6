// Regular expressions: the reference matcher against known results, and the automaton with its kernels against the
// reference matcher on random patterns and texts.
#include "compiler/ir/regex/regex.h"

#include <gtest/gtest.h>

#include <random>

#include "compiler/codegen/nodes/regexes.h"
#include "compiler/support/number.h"
#include "runtime/kernels/regex.h"

namespace kiln {
namespace {

std::string replaced(const std::string& pattern, const std::string& replacement, const std::string& text) {
  const auto regex = regex::compile(pattern);
  EXPECT_EQ(regex->error, "") << pattern;
  const auto parsed = regex::parseReplacement(replacement, regex->program);
  EXPECT_EQ(parsed.error, "") << replacement;
  return regex::replaceAll(regex->program, parsed, text);
}

// The same by the kernel that scorers use.
std::string replacedByKernel(const std::string& pattern, const std::string& replacement, const std::string& text) {
  const auto regex = regex::compile(pattern);
  std::string blob = codegen::regexTable(*regex, true);
  const auto parsed = regex::parseReplacement(replacement, regex->program);
  std::vector<kernel::RegexPart> parts;
  std::string literals;
  for (auto& part : parsed.parts) {
    parts.push_back({static_cast<uint32_t>(literals.size()), static_cast<uint32_t>(part.text.size()),
                     part.group < 0 ? kernel::kNone : static_cast<uint32_t>(part.group)});
    literals += part.text;
  }
  const auto textsAt = static_cast<uint32_t>(blob.size());
  for (auto& part : parts) part.text += textsAt;
  blob += literals;
  blob.resize((blob.size() + 7) / 8 * 8);
  const kernel::RegexRule rule = {0, static_cast<uint32_t>(blob.size()), static_cast<uint32_t>(parts.size())};
  blob.append(reinterpret_cast<const char*>(parts.data()), parts.size() * sizeof parts[0]);
  std::vector<kernel::u8> arena(1 << 16);
  kernel::u8* at = arena.data();
  auto* out = reinterpret_cast<const kernel::u8*>(text.data());
  auto length = static_cast<kernel::u32>(text.size());
  EXPECT_EQ(kernel::regex_rewrite(reinterpret_cast<const kernel::u8*>(blob.data()), &rule, 1, false, &at,
                                  arena.data() + arena.size(), &out, &length),
            kernel::Rewritten::done);
  return std::string(reinterpret_cast<const char*>(out), length);
}
bool foundByKernel(const std::string& pattern, const std::string& text) {
  const std::string table = codegen::regexTable(*regex::compile(pattern), false);
  return kernel::regex_find(reinterpret_cast<const kernel::u8*>(table.data()),
                            reinterpret_cast<const kernel::u8*>(text.data()), static_cast<kernel::u32>(text.size()));
}

// Where the match ends that begins at each position (kNone: none does), by jumps if the table has them, and by the steps that find groups.
std::vector<kernel::u32> endsByKernel(const regex::Regex& regex, const std::string& text) {
  const std::string table = codegen::regexTable(regex, true);
  EXPECT_NE(reinterpret_cast<const kernel::RegexTable*>(table.data())->jumps, kernel::kNone);
  std::vector<kernel::RegexMark> marks(text.size() + 1);
  const kernel::RegexRun run = {reinterpret_cast<const kernel::u8*>(table.data()), marks.data()};
  kernel::regex_marks(run.table, reinterpret_cast<const kernel::u8*>(text.data()), static_cast<kernel::u32>(text.size()), marks.data());
  std::vector<kernel::u32> ends;
  for (kernel::u32 at = 0; at <= text.size(); at++) {
    kernel::u32 slots[kernel::kRegexSlots];
    ends.push_back(run.begins(at) ? kernel::regex_end(run, at) : kernel::kNone);
    if (run.begins(at)) EXPECT_EQ(kernel::regex_groups(run, at, slots), ends.back());
  }
  return ends;
}
std::vector<kernel::u32> ends(const regex::Regex& regex, const std::string& text) {
  std::vector<kernel::u32> ends(text.size() + 1, kernel::kNone);
  regex::Groups groups;
  for (size_t at = 0; at <= text.size() && regex::find(regex.program, text, at, groups); at = std::max(at, groups[0]) + 1)
    ends[groups[0]] = static_cast<kernel::u32>(groups[1]);
  return ends;
}

struct Case {
  const char *pattern, *text, *replacement, *result;
};
// Results of Python 3.11's re.sub, with $n for \n and $0 for \g<0>.
const Case kCases[] = {
    {"B+", "BBBB", "c", "c"},
    {"a*", "baac", "-", "-b--c-"},
    {"x*", "abc", "-", "-a-b-c-"},
    {"a|ab", "abab", "[$0]", "[a]b[a]b"},
    {"ab|a", "abab", "[$0]", "[ab][ab]"},
    {"a+?", "aaa", "x", "xxx"},
    {"(a+)(b*)", "aabab", "<$2$1>", "<baa><ba>"},
    {"^a", "aaa", "x", "xaa"},
    {"a$", "aa", "x", "ax"},
    {"\\bfoo\\b", "foo food foo", "bar", "bar food bar"},
    {"\\d{2,3}", "1 22 333 4444 55555", "#", "1 # # #4 ##"},
    {"(\\w+) (\\w+)", "hello world x y", "$2 $1", "world hello y x"},
    {"[^a-c]+", "abcdefabc", "_", "abc_abc"},
    {"(a|b)*c", "ababcxabc", "[$1]", "[b]x[b]"},
    {".", "äöü€😀", "x", "xxxxx"},
    {"é", "café né", "e", "cafe ne"},
    {"[à-ü]", "aéöz", "?", "a??z"},
    {"(?i)STRASSE|äpfel", "Strasse ÄPFEL", "x", "x x"},
    {"(?s).+", "a\nb", "x", "x"},
    {".+", "a\nb", "x", "x\nx"},
    {"(?m)^", "a\nb", "> ", "> a\n> b"},
    {"(?m)$", "a\nb\n", ";", "a;\nb;\n;"},
    {"$", "a\n", "!", "a!\n!"},
    {"\\s+", " a\t b\n", " ", " a b "},
    {"(a)|(b)", "ab", "[$1|$2]", "[a|][|b]"},
    {"(?:ab){2}", "ababab", "x", "xab"},
    {"\\W+", "a, b; c!", "_", "a_b_c_"},
    {"a{0}b", "ab", "x", "ax"},
    {"[\\w.]+@[\\w.]+", "mail joe@x.org now", "<$0>", "mail <joe@x.org> now"},
    {"colou?r|gr[ae]y", "color colour gray grey", "C", "C C C C"},
    {"(\\d+)-(\\d+)", "10-20 3-4", "$2:$1", "20:10 4:3"},
    {"\\B", "abc", "|", "a|b|c"},
    {"a??b", "aab", "x", "ax"},
    {"(x)?y", "xyy", "[$1]", "[x][]"},
};

TEST(Regex, ReplacesAsPythonDoes) {
  for (const Case& c : kCases) {
    EXPECT_EQ(replaced(c.pattern, c.replacement, c.text), c.result) << c.pattern;
    EXPECT_EQ(replacedByKernel(c.pattern, c.replacement, c.text), c.result) << c.pattern << ", by the kernel";
  }
}

TEST(Regex, KernelsAgreeWithTheReferenceMatcher) {
  std::mt19937 random(7);
  auto pick = [&](auto& from) { return from[random() % std::size(from)]; };
  const char* const atoms[] = {"a",        "b",       "ab",  "[ab]", "[^a]",  ".",     "(a)", "(b|ab)",
                               "(?:a|bc)", "\\w",     "\\W", "^",    "$",     "\\b",   "\\B", "é",
                               "[é-ü]",    "(a*)(b)", "\\n", "c",    "(?m)^", "(?m)$", "\\z"};
  const char* const more[] = {"", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,3}?"};
  const char* const letters[] = {"a", "b", "c", "é", "ü", "\n", " ", "a", "b", "\xc3", "_"};
  int tested = 0, matched = 0;
  for (int round = 0; round < 3000; round++) {
    std::string pattern;
    for (int n = 1 + random() % 4; n > 0; n--) {
      const std::string atom = pick(atoms), times = pick(more);
      const bool edge = atom == "^" || atom == "$" || atom[0] == '\\' ? atom != "\\w" && atom != "\\W" && atom != "\\n"
                                                                      : atom[1] == '?' && atom[2] == 'm';
      pattern += edge ? atom : "(?:" + atom + ")" + times;
      if (random() % 4 == 0) pattern += "|";
    }
    const auto regex = regex::compile(pattern);
    ASSERT_EQ(regex->error, "") << pattern;
    for (int k = 0; k < 4; k++) {
      std::string text;
      for (int n = random() % 9; n > 0; n--) text += pick(letters);
      regex::Groups groups;
      const bool found = regex::find(regex->program, text, 0, groups);
      matched += found;
      ASSERT_EQ(foundByKernel(pattern, text), found) << pattern << " in '" << text << "'";
      if (regex->program.emptyLoop) continue;
      tested++;
      ASSERT_EQ(endsByKernel(*regex, text), ends(*regex, text)) << pattern << " in '" << text << "'";
      const auto longest = regex::compile(pattern, false, true);
      regex::Regex all = *longest;
      all.program.longest = true;   // also where the first match is taken to be the longest
      ASSERT_EQ(endsByKernel(*longest, text), ends(all, text)) << "the longest of " << pattern << " in '" << text << "'";
      const std::string by = regex->program.groups > 1 ? "<$0,$1>" : "<$0>";
      ASSERT_EQ(replacedByKernel(pattern, by, text), replaced(pattern, by, text)) << pattern << " in '" << text << "'";
    }
  }
  EXPECT_GT(tested, 5000);
  EXPECT_GT(matched, 3000);
}

TEST(Regex, RefusesByName) {
  const std::pair<const char*, const char*> cases[] = {{"(a)\\1", "a back-reference"},
                                                       {"(?<n>a)\\k<n>", "a back-reference"},
                                                       {"a(?=b)", "look-ahead"},
                                                       {"a(?!b)", "look-ahead"},
                                                       {"(?<=a)b", "look-behind"},
                                                       {"(?<!a)b", "look-behind"},
                                                       {"(?>a|ab)c", "an atomic group of more than"},
                                                       {"a*+a", "a possessive quantifier or atomic group whose end"},
                                                       {"(a++)b", "a possessive quantifier or atomic group whose end"},
                                                       {"\\p{Foo}", "the property \\p{Foo}"},
                                                       {"(?i)\\p{Lu}", "where case is ignored"},
                                                       {"[^a&&b]", "an intersection in a negated class"},
                                                       {"[a[b]]", "a [ inside a class"},
                                                       {"(a", "a ( without )"},
                                                       {"a)", "a ) without ("},
                                                       {"[a", "a [ without ]"},
                                                       {"*a", "a quantifier without anything"},
                                                       {"a**", "a quantifier of a quantifier"},
                                                       {"a{2,1}", "m below n"},
                                                       {"a{x}", "a { that is no quantifier"},
                                                       {"\\", "a \\ at the end"},
                                                       {"\\y", "the escape \\y"},
                                                       {"[b-a]", "ends before it begins"},
                                                       {"(?R)", "recursion"},
                                                       {"a{2000}", "more than 1000"},
                                                       {"(?U)a", "the flag 'U'"},
                                                       {"(?:[ab]{20})a.{20}", "states"},
                                                       {"(((a{1000}){1000}){1000})", "longer than"}};
  for (auto& [pattern, why] : cases)
    EXPECT_NE(regex::compile(pattern)->error.find(why), std::string::npos)
        << pattern << ": " << regex::compile(pattern)->error;
}

// Which of them are mistakes: neither PCRE2 10.42 nor java.util.regex of Java 17 takes these.
TEST(Regex, TellsMistakesFromWhatOthersTake) {
  for (const char* mistake : {"(a", "a)", "[a", "*a", "a{2,1}", "\\", "\\y", "[b-a]", "(?<n", "\\p{L", "\\x{110000}", "(?y)a"})
    EXPECT_TRUE(!regex::compile(mistake)->error.empty() && !regex::compile(mistake)->unsupported) << mistake;
  for (const char* other : {"(a)\\1", "(?<n>a)\\k<n>", "a(?=b)", "(?<!a)b", "(?>a|ab)c", "(a++)b", "\\p{InGreek}", "(?i)\\p{Lu}", "[^a&&b]",
                            "[a[b]]", "(?R)", "(a)(?1)", "a{2000}", "(?U)a", "\\R", "\\X", "\\Ga", "\\cA", "(?(1)a|b)", "(?:[ab]{20})a.{20}"})
    EXPECT_TRUE(!regex::compile(other)->error.empty() && regex::compile(other)->unsupported) << other << regex::compile(other)->error;
}

TEST(Regex, ReplacementsAreChecked) {
  const auto& program = regex::compile("(a)(?<n>b)")->program;
  for (const char* bad : {"$", "$x", "$3", "${m}", "${n", "\\", "\\1"})
    EXPECT_NE(regex::parseReplacement(bad, program).error, "") << bad;
  EXPECT_EQ(replaced("(a)(?<n>b)", "$10${n}\\$\\\\", "ab"), "a0b$\\");  // group 1, then 0: there is no group 10
}

TEST(Regex, QuotedPatternsMatchTheirTextAlone) {
  const std::string text = "a.b*c\\d[e]{2}(f)|^$#- &\n";
  EXPECT_EQ(replaced(regex::quoted(text), regex::quotedReplacement("$1\\"), "x" + text + "y"), "x$1\\y");
}

// ſ is an s but for its case, and no word character. Results of Java 17.
TEST(Regex, ClassesKeepTheirMembersWhereCaseIsIgnored) {
  const Case cases[] = {
      {"(?i)\\W", "sk_\u017fS-", "#", "sk_#S#"},        {"(?i)[^\\W]", "sk_\u017fS-", "#", "###\u017f#-"},
      {"(?i)\\w", "sSk\u017f-", "#", "###\u017f-"},      {"(?i)[\\Ws]", "sSk\u017f-", "#", "##k##"},
      {"(?i)\\p{Upper}", "aB\u017f1", "#", "##\u017f1"}, {"(?i)[\\p{Lower}1]", "aB\u017f1", "#", "##\u017f#"},
      {"(?i)\\P{Upper}", "aB1-", "#", "aB##"},           {"(?i)(\\W+)(in|a)(\\W+)", "work in sat", "#", "work#sat"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(replaced(c.pattern, c.replacement, c.text), c.result) << c.pattern;
    EXPECT_EQ(replacedByKernel(c.pattern, c.replacement, c.text), c.result) << c.pattern << ", by the kernel";
  }
  // PCRE's form of a class, which Java has not.
  EXPECT_EQ(replaced("(?i)[[:lower:]1]", "#", "aB1-"), "###-");
}

// Categories and scripts by Unicode 14.0's tables, by hand; possessive and atomic forms agree with Python 3.11's re.
TEST(Regex, PropertiesIntersectionsAndPossessives) {
  const Case cases[] = {
      {"\\p{L}+", "a\u00e9" "1\u03a9\u0436\u65e5 x", "<$0>", "<a\u00e9>1<\u03a9\u0436\u65e5> <x>"},
      {"\\p{IsGreek}", "a\u03a9", "G", "aG"},
      {"\\p{script=Latin}+", "ab\u03a9" "cd", "L", "L\u03a9L"},
      {"\\p{Cyrillic}", "\u0436z", "c", "cz"},
      {"\\P{Lu}", "aBC", "-", "-BC"},
      {"\\pN", "a1\u00b2", "n", "ann"},
      {"\\p{LC}", "a\u01c5\u65e5", "c", "cc\u65e5"},
      {"(?i)\\p{L}", "a1", "l", "l1"},
      {"[\\p{L}\\d_]+", "\u00fc_1-", "w", "w-"},
      {"[a-z&&[^aeiou]]", "hello World", "*", "*e**o Wo***"},
      {"[\\p{L}&&[a-f]&&[^b]]+", "abcdefg", "X", "XbXg"},
      {"a*+b", "aaab ab", "X", "X X"},
      {"a++$", "baa", "X", "bX"},
      {"(?>a+)b", "aab", "X", "X"},
      {"(?>ab)c", "abc", "X", "X"},
      {"x{1,2}+y", "xxxy", "X", "xX"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(replaced(c.pattern, c.replacement, c.text), c.result) << c.pattern;
    EXPECT_EQ(replacedByKernel(c.pattern, c.replacement, c.text), c.result) << c.pattern;
  }
}

}  // namespace
}  // namespace kiln
