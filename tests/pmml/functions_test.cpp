// Every built-in function of PMML 4.4, with edge values and missing arguments. Expectations are worked by hand from the
// text of the standard (Built-in Functions); digits of transcendental functions are mpmath's at 50 digits, rounded
// once.
#include <set>

#include "compiler/support/number.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* const kFields[][3] = {
    {"a", "continuous", "double"},  {"b", "continuous", "double"},   {"i", "continuous", "integer"},
    {"j", "continuous", "integer"}, {"f", "continuous", "float"},    {"s", "categorical", "string"},
    {"t", "categorical", "string"}, {"p", "categorical", "boolean"}, {"q", "categorical", "boolean"},
    {"d", "ordinal", "date"},       {"m", "ordinal", "dateTime"},    {"h", "ordinal", "time"}};

std::string documentOf(const std::string& expression, const std::string& type) {
  std::string fields, mining;
  for (auto& f : kFields) {
    fields += std::string("<DataField name=\"") + f[0] + "\" optype=\"" + f[1] + "\" dataType=\"" + f[2] + "\"/>";
    mining += std::string("<MiningField name=\"") + f[0] + "\"/>";
  }
  const std::string optype = type == "string" || type == "boolean" ? "categorical" : "continuous";
  return document(fields, "<RegressionModel functionName=\"regression\"><MiningSchema>" + mining +
                              "</MiningSchema><Output><OutputField name=\"r\" feature=\"transformedValue\" optype=\"" +
                              optype + "\" dataType=\"" + type + "\">" + expression +
                              "</OutputField></Output><RegressionTable intercept=\"0\"/></RegressionModel>");
}

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '>' ? "&gt;" : std::string(1, c);
  return out;
}
/// Operands are fields, or constants where they begin with "=", texts with "'".
std::string applied(const std::string& function, const std::vector<std::string>& operands) {
  std::string text = "<Apply function=\"" + escaped(function) + "\">";
  for (const std::string& o : operands)
    text += o[0] == '='    ? "<Constant>" + escaped(o.substr(1)) + "</Constant>"
            : o[0] == '\'' ? "<Constant dataType=\"string\">" + escaped(o.substr(1)) + "</Constant>"
                           : "<FieldRef field=\"" + o + "\"/>";
  return text + "</Apply>";
}

struct Case {
  const char* function;
  std::vector<std::string> operands;
  const char* type;
  Row row;
  const char* result;  ///< empty: missing; "!": the row has no result
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      // arithmetic: integers stay integers, the widest type decides, a missing argument gives missing
      {"+", {"i", "j"}, "integer", {{"i", "2"}, {"j", "3"}}, "5"},
      {"+", {"i", "a"}, "double", {{"i", "2"}, {"a", "0.5"}}, "2.5"},
      {"+", {"a", "b"}, "double", {{"a", "1"}}, ""},
      {"+", {"i", "j"}, "integer", {{"i", "9223372036854775807"}, {"j", "1"}}, "!"},
      {"-", {"i", "j"}, "integer", {{"i", "2"}, {"j", "3"}}, "-1"},
      {"-", {"a", "b"}, "double", {{"a", "0.75"}, {"b", "0.5"}}, "0.25"},
      {"*", {"i", "j"}, "integer", {{"i", "-4"}, {"j", "3"}}, "-12"},
      {"*", {"a", "b"}, "double", {{"b", "3"}}, ""},
      {"/", {"i", "j"}, "integer", {{"i", "7"}, {"j", "2"}}, "3"},
      {"/", {"i", "a"}, "double", {{"i", "7"}, {"a", "2"}}, "3.5"},
      {"/", {"i", "j"}, "integer", {{"i", "1"}, {"j", "0"}}, "!"},
      {"modulo", {"i", "j"}, "integer", {{"i", "-7"}, {"j", "3"}}, "2"},
      {"modulo", {"a", "b"}, "double", {{"a", "7"}, {"b", "-3"}}, "-2"},
      // folds leave missing arguments out
      {"min", {"i", "j"}, "integer", {{"i", "5"}, {"j", "-2"}}, "-2"},
      {"min", {"a", "b"}, "double", {{"b", "4"}}, "4"},
      {"min", {"a", "b"}, "double", {}, ""},
      {"max", {"i", "j", "=3"}, "integer", {{"i", "1"}, {"j", "2"}}, "3"},
      {"max", {"a", "b"}, "double", {{"a", "-1"}}, "-1"},
      {"sum", {"i", "j", "=10"}, "integer", {{"i", "1"}, {"j", "2"}}, "13"},
      {"sum", {"a", "b"}, "double", {{"b", "1.5"}}, "1.5"},
      {"product", {"i", "j", "=10"}, "integer", {{"i", "3"}, {"j", "2"}}, "60"},
      {"product", {"a", "b"}, "double", {{"a", "1.5"}}, "1.5"},
      {"avg", {"i", "j"}, "double", {{"i", "1"}, {"j", "2"}}, "1.5"},
      {"avg", {"a", "b"}, "double", {{"a", "4"}}, "4"},
      {"median", {"a", "b", "=10"}, "double", {{"a", "1"}, {"b", "3"}}, "3"},
      {"median", {"a", "b"}, "double", {{"a", "1"}, {"b", "4"}}, "2.5"},
      {"median", {"a", "b"}, "double", {{"a", "1"}}, "1"},
      // mathematics: an undefined result fails
      {"abs", {"i"}, "integer", {{"i", "-3"}}, "3"},
      {"abs", {"a"}, "double", {{"a", "-0.5"}}, "0.5"},
      {"abs", {"a"}, "double", {}, ""},
      {"exp", {"a"}, "double", {{"a", "1"}}, "2.718281828459045"},
      {"exp", {"a"}, "double", {{"a", "0"}}, "1"},
      {"expm1", {"a"}, "double", {{"a", "1e-10"}}, "1.00000000005e-10"},
      {"ln", {"a"}, "double", {{"a", "1"}}, "0"},
      {"ln", {"a"}, "double", {{"a", "-1"}}, "!"},
      {"ln1p", {"a"}, "double", {{"a", "1e-10"}}, "9.999999999500001e-11"},
      {"log10", {"a"}, "double", {{"a", "1000"}}, "3"},
      {"sqrt", {"a"}, "double", {{"a", "2.25"}}, "1.5"},
      {"sqrt", {"a"}, "double", {{"a", "-1"}}, "!"},
      {"pow", {"a", "b"}, "double", {{"a", "2"}, {"b", "-2"}}, "0.25"},
      {"pow", {"i", "=3"}, "integer", {{"i", "-2"}}, "-8"},
      {"pow", {"a", "=0.5"}, "double", {{"a", "-1"}}, "!"},
      {"threshold", {"a", "b"}, "double", {{"a", "2"}, {"b", "1"}}, "1"},
      {"threshold", {"a", "b"}, "double", {{"a", "1"}, {"b", "1"}}, "0"},
      {"floor", {"a"}, "integer", {{"a", "-1.5"}}, "-2"},
      {"ceil", {"a"}, "integer", {{"a", "-1.5"}}, "-1"},
      {"round", {"a"}, "integer", {{"a", "2.5"}}, "3"},
      {"round", {"a"}, "integer", {{"a", "-2.5"}}, "-2"},
      {"rint", {"a"}, "double", {{"a", "2.5"}}, "2"},
      {"rint", {"a"}, "double", {{"a", "3.5"}}, "4"},
      {"hypot", {"a", "b"}, "double", {{"a", "3"}, {"b", "-4"}}, "5"},
      {"sin", {"a"}, "double", {{"a", "0"}}, "0"},
      {"sin", {"a"}, "double", {{"a", "1"}}, "0.8414709848078965"},
      {"cos", {"a"}, "double", {{"a", "0"}}, "1"},
      {"cos", {"a"}, "double", {{"a", "1"}}, "0.5403023058681398"},
      {"tan", {"a"}, "double", {{"a", "1"}}, "1.5574077246549023"},
      {"asin", {"a"}, "double", {{"a", "1"}}, "1.5707963267948966"},
      {"asin", {"a"}, "double", {{"a", "2"}}, "!"},
      {"acos", {"a"}, "double", {{"a", "1"}}, "0"},
      {"acos", {"a"}, "double", {{"a", "0.5"}}, "1.0471975511965979"},
      {"atan", {"a"}, "double", {{"a", "1"}}, "0.7853981633974483"},
      {"sinh", {"a"}, "double", {{"a", "1"}}, "1.1752011936438014"},
      {"cosh", {"a"}, "double", {{"a", "1"}}, "1.5430806348152437"},
      {"tanh", {"a"}, "double", {{"a", "1"}}, "0.7615941559557649"},
      {"erf", {"a"}, "double", {{"a", "0.5"}}, "0.5204998778130465"},
      {"normalCDF", {"a", "=10", "=2"}, "double", {{"a", "10"}}, "0.5"},
      {"normalCDF", {"a", "=10", "=2"}, "double", {{"a", "12"}}, "0.8413447460685429"},
      {"normalPDF", {"a", "=10", "=2"}, "double", {{"a", "10"}}, "0.19947114020071635"},
      {"normalIDF", {"a", "=10", "=2"}, "double", {{"a", "0.5"}}, "10"},
      {"normalIDF", {"a", "=10", "=2"}, "double", {{"a", "1.5"}}, "!"},
      // a standard deviation is above 0
      {"normalCDF", {"a", "=0", "b"}, "double", {{"a", "1"}, {"b", "0"}}, "!"},
      {"normalPDF", {"a", "=0", "b"}, "double", {{"a", "1"}, {"b", "-1"}}, "!"},
      {"normalIDF", {"a", "=0", "b"}, "double", {{"a", "0.3"}, {"b", "-1"}}, "!"},
      {"normalPDF", {"a", "=0", "b"}, "double", {{"a", "1"}}, ""},
      {"stdNormalCDF", {"a"}, "double", {{"a", "0"}}, "0.5"},
      {"stdNormalPDF", {"a"}, "double", {{"a", "0"}}, "0.3989422804014327"},
      {"stdNormalIDF", {"a"}, "double", {{"a", "0.975"}}, "1.9599639845400538"},
      {"stdNormalIDF", {"a"}, "double", {}, ""},
      // comparison and logic: missing is missing, unless the other operand decides
      {"equal", {"a", "b"}, "boolean", {{"a", "1"}, {"b", "1.0"}}, "true"},
      {"equal", {"s", "'x"}, "boolean", {{"s", "y"}}, "false"},
      {"equal", {"a", "b"}, "boolean", {{"a", "1"}}, ""},
      {"notEqual", {"i", "a"}, "boolean", {{"i", "1"}, {"a", "1"}}, "false"},
      {"lessThan", {"a", "b"}, "boolean", {{"a", "1"}, {"b", "2"}}, "true"},
      {"lessThan", {"d", "'2023-02-28"}, "boolean", {{"d", "2023-02-27"}}, "true"},
      {"lessOrEqual", {"a", "b"}, "boolean", {{"a", "2"}, {"b", "2"}}, "true"},
      {"greaterThan", {"a", "b"}, "boolean", {{"a", "2"}, {"b", "2"}}, "false"},
      {"greaterOrEqual", {"a", "b"}, "boolean", {{"a", "2"}, {"b", "2"}}, "true"},
      {"and", {"p", "q"}, "boolean", {{"p", "true"}, {"q", "true"}}, "true"},
      {"and", {"p", "q"}, "boolean", {{"p", "false"}}, "false"},
      {"and", {"p", "q"}, "boolean", {{"p", "true"}}, ""},
      {"or", {"p", "q"}, "boolean", {{"p", "true"}}, "true"},
      {"or", {"p", "q"}, "boolean", {{"p", "false"}}, ""},
      {"not", {"p"}, "boolean", {{"p", "true"}}, "false"},
      {"not", {"p"}, "boolean", {}, ""},
      {"isMissing", {"a"}, "boolean", {}, "true"},
      {"isMissing", {"a"}, "boolean", {{"a", "1"}}, "false"},
      {"isNotMissing", {"s"}, "boolean", {{"s", "x"}}, "true"},
      {"isValid", {"a"}, "boolean", {{"a", "1"}}, "true"},
      {"isNotValid", {"a"}, "boolean", {{"a", "1"}}, "false"},
      {"isIn", {"i", "=1", "=2"}, "boolean", {{"i", "2"}}, "true"},
      {"isIn", {"s", "'x", "'y"}, "boolean", {{"s", "z"}}, "false"},
      {"equal", {"s", "s"}, "boolean", {{"s", "none of the labels"}}, "true"},
      {"isNotIn", {"s", "'x", "'y"}, "boolean", {{"s", "z"}}, "true"},
      {"if", {"p", "a", "b"}, "double", {{"p", "true"}, {"a", "1"}, {"b", "2"}}, "1"},
      {"if", {"p", "a", "b"}, "double", {{"p", "false"}, {"a", "1"}, {"b", "2"}}, "2"},
      {"if", {"p", "a"}, "double", {{"p", "false"}, {"a", "1"}}, ""},
      {"if", {"p", "a", "b"}, "double", {{"a", "1"}, {"b", "2"}}, ""},
      // text, by code points
      {"uppercase", {"s"}, "string", {{"s", "straße é"}}, "STRASSE É"},
      {"lowercase", {"s"}, "string", {{"s", "ÀB"}}, "àb"},
      {"trimBlanks", {"s"}, "string", {{"s", "  a b \t"}}, "a b"},
      {"substring", {"s", "=2", "=3"}, "string", {{"s", "aBc9x"}}, "Bc9"},
      {"substring", {"s", "=2", "=1"}, "string", {{"s", "äöü"}}, "ö"},
      {"substring", {"s", "=4", "=9"}, "string", {{"s", "abcde"}}, "de"},
      {"substring", {"s", "=0", "=1"}, "string", {{"s", "abc"}}, "!"},
      {"stringLength", {"s"}, "integer", {{"s", "äöü"}}, "3"},
      {"stringLength", {"s"}, "integer", {}, ""},
      {"concat", {"i", "'-", "'02"}, "string", {{"i", "2000"}}, "2000-02"},
      {"concat", {"s", "a"}, "string", {{"s", "x"}, {"a", "2"}}, "x2.0"},
      {"concat", {"s", "t"}, "string", {{"t", "y"}}, "y"},
      {"replace", {"s", "'B+", "'c"}, "string", {{"s", "BBBB"}}, "c"},
      {"replace", {"s", "'(\\d+)-(\\d+)", "'$2/$1"}, "string", {{"s", "10-20, 3-4"}}, "20/10, 4/3"},
      {"replace", {"s", "'[aeiou]", "'"}, "string", {{"s", "Banana"}}, "Bnn"},
      {"replace", {"s", "'a", "'b"}, "string", {}, ""},
      {"matches", {"s", "'ar?y"}, "boolean", {{"s", "February"}}, "true"},
      {"matches", {"s", "'^ar?y$"}, "boolean", {{"s", "February"}}, "false"},
      {"matches", {"s", "'x"}, "boolean", {}, ""},
      {"formatNumber", {"i", "'%3d"}, "string", {{"i", "2"}}, "  2"},
      {"formatNumber", {"a", "'%.2f"}, "string", {{"a", "1.005"}}, "1.00"},  // as C: the value is below 1.005
      {"formatNumber", {"a", "'%d"}, "string", {{"a", "2.5"}}, "!"},
      {"formatNumber", {"a", "'%e"}, "string", {}, ""},
      {"formatDatetime", {"d", "'%m/%d/%y"}, "string", {{"d", "2004-08-20"}}, "08/20/04"},
      {"formatDatetime", {"m", "'%H.%M %A"}, "string", {{"m", "2004-08-20T14:05:00"}}, "14.05 Friday"},
      {"formatDatetime", {"h", "'%I %p"}, "string", {{"h", "00:10:00"}}, "12 AM"},
      {"formatDatetime", {"d", "'%Y"}, "string", {}, ""},
      // the examples of the standard, and their limits
      {"dateDaysSinceYear", {"d", "=1960"}, "integer", {{"d", "2003-04-01"}}, "15796"},
      {"dateDaysSinceYear", {"d", "=1960"}, "integer", {{"d", "1959-12-31"}}, "-1"},
      {"dateDaysSinceYear", {"m", "=1970"}, "integer", {{"m", "1970-01-02T23:59:59"}}, "1"},
      {"dateSecondsSinceYear", {"m", "=1960"}, "integer", {{"m", "1960-01-03T03:30:03"}}, "185403"},
      {"dateSecondsSinceYear", {"d", "=1970"}, "integer", {{"d", "2039-01-01"}}, "2177452800"},
      {"dateSecondsSinceMidnight", {"h"}, "integer", {{"h", "05:23:30"}}, "19410"},
      {"dateSecondsSinceMidnight", {"m"}, "integer", {{"m", "1960-01-03T03:30:03"}}, "12603"},
      {"dateSecondsSinceMidnight", {"h"}, "integer", {}, ""},
  };
  return all;
}

TEST(Functions, GiveWhatTheStandardSays) {
  for (const Case& c : cases()) {
    Scoring scoring(documentOf(applied(c.function, c.operands), c.type));
    std::string shown = c.function;
    for (auto& o : c.operands) shown += " " + o;
    for (auto& [name, value] : c.row) shown += "; " + name + "=" + value;
    ASSERT_TRUE(scoring.ok()) << shown << "\n" << scoring.messages();
    EXPECT_EQ(scoring.score(c.row, "r"), c.result) << shown;
  }
}

// The 70 of PMML 4.4.1 are all in the table above.
TEST(Functions, AllAreTested) {
  std::set<std::string> names;
  for (const Case& c : cases()) names.insert(c.function);
#define FUNCTION(name, since, least, most, how, scalar, missing) \
  if (std::string(name) != "atan2") EXPECT_TRUE(names.count(name)) << name;
#include "frontends/pmml/functions.def"
#undef FUNCTION
  EXPECT_EQ(names.size(), 70u);
}

TEST(Functions, RefuseWhatTheyCannotDo) {
  const std::pair<std::vector<std::string>, const char*> refused[] = {
      {{"matches", "s", "'(a)\\1"}, "a back-reference"},
      {{"matches", "s", "t"}, "a pattern that is no Constant"},
      {{"replace", "s", "'(a*)*", "'x"}, "repeats a part that can match nothing"},
      {{"replace", "s", "'a", "'$1"}, "a group 1 that the pattern has not"},
      {{"formatNumber", "a", "'%s"}, "the conversion %s"},
      {{"formatNumber", "a", "'%#g"}, "the flag # of the conversion %g"},
      {{"formatNumber", "a", "'5"}, "no conversion"},
      {{"formatNumber", "a", "'%d of %d"}, "a second conversion, for which there is no number"},
      {{"formatDatetime", "d", "'%Q"}, "the conversion %Q"},
      {{"formatDatetime", "h", "'%Y"}, "the conversion %Y of a time"},
      {{"formatDatetime", "a", "'%Y"}, "needs a date, a time or a dateTime"},
      {{"sqrt", "s"}, "needs numbers"},
      {{"sqrt", "a", "b"}, "takes 1 arguments, not 2"},
      {{"nothing", "a"}, "no function of PMML"}};
  for (auto& [call, why] : refused) {
    Scoring scoring(documentOf(applied(call[0], {call.begin() + 1, call.end()}), "string"));
    EXPECT_FALSE(scoring.ok()) << call[0];
    EXPECT_NE(scoring.messages().find(why), std::string::npos) << scoring.messages();
    EXPECT_NE(scoring.messages().find("test.pmml:"), std::string::npos) << scoring.messages();
  }
}

// What other engines take is no mistake of the document (exit code 4, not 3).
TEST(Functions, PatternsThatOthersTakeAreUnsupported) {
  for (const char* pattern : {"'a(?=b)", "'(a)\\1", "'\\R", "'(?U)a", "'(?i)\\p{Lu}"}) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"s", pattern}, {"s", pattern, "'x"}}) {
      Scoring scoring(documentOf(applied(arguments.size() == 2 ? "matches" : "replace", arguments), "string"));
      EXPECT_NE(scoring.messages().find("is not supported"), std::string::npos) << scoring.messages();
    }
  }
  // Conversions of C's printf and strftime, and of Java's Formatter, that are not known.
  for (const std::vector<std::string>& call : {std::vector<std::string>{"formatNumber", "a", "'%s"}, {"formatNumber", "a", "'%,.2f"}, {"formatNumber", "a", "'%x"},
                                               {"formatDatetime", "d", "'%k"}, {"formatDatetime", "d", "'%Z"}}) {
    Scoring scoring(documentOf(applied(call[0], {call[1], call[2]}), "string"));
    EXPECT_NE(scoring.messages().find("is not supported"), std::string::npos) << scoring.messages();
  }
  for (const std::vector<std::string>& call : {std::vector<std::string>{"formatNumber", "a", "'%y"}, {"formatNumber", "a", "'5"}, {"formatDatetime", "d", "'%Q"}}) {
    Scoring scoring(documentOf(applied(call[0], {call[1], call[2]}), "string"));
    EXPECT_EQ(scoring.messages().find("is not supported"), std::string::npos) << scoring.messages();
  }
  Scoring mistake(documentOf(applied("matches", {"s", "'(a"}), "string"));
  EXPECT_EQ(mistake.messages().find("is not supported"), std::string::npos) << mistake.messages();
}

// What is made of Constants alone is a constant, through DefineFunctions too.
TEST(Functions, PatternsMadeOfConstants) {
  const std::string anchored = applied("concat", {"'^", "'an", "'$"}), field = "<FieldRef field=\"s\"/>";
  const auto call = [&](const std::string& function, const std::string& arguments, const std::string& type) {
    return Scoring(documentOf("<Apply function=\"" + function + "\">" + field + arguments + "</Apply>", type));
  };
  Scoring matches = call("matches", anchored, "boolean");
  ASSERT_TRUE(matches.ok()) << matches.messages();
  EXPECT_EQ(matches.score({{"s", "an"}}, "r"), "true");
  EXPECT_EQ(matches.score({{"s", "Banana"}}, "r"), "false");
  const std::string lower = "<Apply function=\"lowercase\"><Constant dataType=\"string\">AN</Constant></Apply>";
  EXPECT_EQ(call("replace", lower + lower, "string").score({{"s", "Banana"}}, "r"), "Banana");
  EXPECT_EQ(call("replace", lower + "<Constant dataType=\"string\">o</Constant>", "string").score({{"s", "Banana"}}, "r"), "Booa");

  const std::string year = "<Apply function=\"dateDaysSinceYear\"><FieldRef field=\"d\"/>" + applied("+", {"=1959", "=1"}) + "</Apply>";
  EXPECT_EQ(Scoring(documentOf(year, "integer")).score({{"d", "1960-02-01"}}, "r"), "31");
  // A pattern of the row, a missing one, one that fails.
  for (const std::string& pattern : std::vector<std::string>{applied("concat", {"s", "'a"}), "<Constant dataType=\"string\" missing=\"true\"/>",
                                     "<Apply function=\"substring\"><Constant dataType=\"string\">a</Constant><Constant>0</Constant><Constant>1</Constant></Apply>"}) {
    Scoring refused = call("matches", pattern, "boolean");
    EXPECT_FALSE(refused.ok());
    EXPECT_NE(refused.messages().find("a pattern that is no Constant"), std::string::npos) << refused.messages();
  }
}

// Years of the row, beside Python's datetime.
TEST(Functions, YearsOfTheRow) {
  const auto since = [](const char* function, const char* date, const std::string& when, const std::string& year) {
    return Scoring(documentOf(applied(function, {date, "i"}), "integer")).score({{date, when}, {"i", year}}, "r");
  };
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "1960"), "15796");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "2000"), "1186");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "2001"), "820");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "1900"), "37710");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "1"), "731305");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "0"), "731671");   // a leap year before
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "9999"), "-2920389");
  EXPECT_EQ(since("dateSecondsSinceYear", "m", "2024-03-01T00:00:01", "2024"), "5184001");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", ""), "");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "", "2000"), "");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "10000"), "!");
  EXPECT_EQ(since("dateDaysSinceYear", "d", "2003-04-01", "-1"), "!");
}

// ---- TextIndex

std::string textIndex(const std::string& attributes, const std::string& term, const std::string& inside = "") {
  return "<TextIndex textField=\"s\" " + attributes + ">" + inside + "<Constant>" + term + "</Constant></TextIndex>";
}
std::string indexed(const std::string& attributes, const std::string& term, const std::string& text,
                    const std::string& inside = "") {
  return Scoring(documentOf(textIndex(attributes, term, inside), "double")).score({{"s", text}}, "r");
}

TEST(TextIndex, WeighsTheFrequency) {
  const std::string text = "Good, good news: a GOOD day";  // good 3 of 6 words
  EXPECT_EQ(indexed("", "good", text), "3");
  EXPECT_EQ(indexed("isCaseSensitive=\"true\"", "good", text), "1");
  EXPECT_EQ(indexed("localTermWeights=\"binary\"", "good", text), "1");
  EXPECT_EQ(indexed("localTermWeights=\"binary\"", "bad", text), "0");
  EXPECT_EQ(indexed("localTermWeights=\"logarithmic\"", "good", text),
            formatNumber(0.6020599913279624));                                                     // log10(1 + 3)
  EXPECT_EQ(indexed("localTermWeights=\"augmentedNormalizedTermFrequency\"", "good", text), "1");  // 0.5 + 0.5 * 3 / 3
  EXPECT_EQ(indexed("localTermWeights=\"augmentedNormalizedTermFrequency\"", "day", text),
            formatNumber(0.5 * (1 + 1.0 / 3)));
  EXPECT_EQ(indexed("localTermWeights=\"augmentedNormalizedTermFrequency\"", "bad", text), "0");
  EXPECT_EQ(indexed("", "good news", text), "1");  // words in a row
  EXPECT_EQ(indexed("", "good day", text), "1");
  EXPECT_EQ(indexed("", "news good", text), "0");
  EXPECT_EQ(indexed("", "good", ""), "");  // missing
}

TEST(TextIndex, ForgivesEdits) {
  const std::string text = "good gold god goooood";  // 0, 1, 1 and 3 edits
  EXPECT_EQ(indexed("maxLevenshteinDistance=\"1\"", "good", text), "3");
  EXPECT_EQ(indexed("maxLevenshteinDistance=\"1\" countHits=\"bestHits\"", "good", text), "1");
  EXPECT_EQ(indexed("maxLevenshteinDistance=\"1\" countHits=\"bestHits\"", "goad", "god goat"), "2");
}

TEST(TextIndex, TakesWordsApart) {
  EXPECT_EQ(indexed("wordSeparatorCharacterRE=\"[,;]\"", "b c", "a,b c;b c"), "2");
  EXPECT_EQ(indexed("x-wordRE=\"\\b\\w\\w+\\b\"", "bc", "a.bc-d bc"), "2");
}

// Rows of a normalization stand for what they say wherever it is in the text; without words that is all they can.
TEST(TextIndex, NormalizesTextThatIsNotTakenApart) {
  const std::string rows = "<InlineTable><row><string>e-mail</string><stem>mail</stem></row><row><string>x+</string><stem>mail</stem><regex>true</regex></row></InlineTable>";
  EXPECT_EQ(indexed("", "mail", "E-Mail, xxx and mails", "<TextIndexNormalization tokenize=\"false\">" + rows + "</TextIndexNormalization>"), "2");
}

// As in JPMML-Evaluator 1.7.7 and PMML4S 1.5.6: inside of words too, and without edits.
TEST(TextIndex, NormalizesExactly) {
  const std::string rows = "<TextIndexNormalization><InlineTable><row><string>cat</string><stem>dog</stem></row></InlineTable></TextIndexNormalization>";
  const std::string near = "maxLevenshteinDistance=\"1\"";
  EXPECT_EQ(indexed("", "condog", "cat concat cats", rows), "1");
  EXPECT_EQ(indexed(near, "dogs", "cut concat cats", rows), "1");
  EXPECT_EQ(indexed(near, "dig", "cut concat cats", rows), "0");   // no edit of cut has become a dog
  Scoring scoring(documentOf(textIndex(near, "dogs", rows), "double"));
  EXPECT_NE(scoring.messages().find("warning: its rows replace exactly what they say, whatever maxLevenshteinDistance is"), std::string::npos) << scoring.messages();
}

// The example of the standard: two normalizations, the second working on what the first made.
TEST(TextIndex, Normalizes) {
  const auto row = [](const std::string& column, const std::string& from, const std::string& to) {
    return "<row><string>" + from + "</string><" + column + ">" + to + "</" + column + "><regex>true</regex></row>";
  };
  const std::string inside = "<TextIndexNormalization><InlineTable>" + row("stem", "interfaces?", "interface") +
                             row("stem", "is|are|seem(ed|s?)|were", "be") +
                             row("stem", "user friendl(y|iness)", "user_friendly") +
                             "</InlineTable></TextIndexNormalization>"
                             "<TextIndexNormalization outField=\"feature\"><InlineTable>" +
                             row("feature", "interface be (user_friendly|well designed|excellent)", "ui_good") +
                             "</InlineTable></TextIndexNormalization>";
  EXPECT_EQ(indexed("", "ui_good", "Testing the app for a few days convinced me the interfaces are excellent!", inside),
            "1");
  EXPECT_EQ(indexed("", "ui_good", "Testing the app for a few days convinced me the colours are excellent!", inside),
            "0");
  const std::string literal =
      "<TextIndexNormalization recursive=\"true\"><InlineTable><row><string>a.b</string><stem>$</stem></row>"
      "<row><string>$$</string><stem>$</stem></row></InlineTable></TextIndexNormalization>";
  EXPECT_EQ(indexed("", "$", "A.BA.Ba.ba.b axb", literal), "1");  // $$$$, $$, $
}

TEST(TextIndex, ReadsATextOnceForAllTerms) {
  std::string functions =
      "<TransformationDictionary><DefineFunction name=\"tf\" optype=\"continuous\"><ParameterField name=\"text\"/>"
      "<ParameterField name=\"term\"/><TextIndex textField=\"text\"><FieldRef field=\"term\"/></TextIndex>"
      "</DefineFunction></TransformationDictionary>";
  std::string outputs;
  for (const char* term : {"a", "b", "a b"})
    outputs += std::string("<OutputField name=\"") + term +
               "\" feature=\"transformedValue\" optype=\"continuous\" dataType=\"double\">"
               "<Apply function=\"tf\"><FieldRef field=\"s\"/><Constant>" +
               term + "</Constant></Apply></OutputField>";
  Scoring scoring(document(
      "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\"/>",
      "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"s\"/></MiningSchema><Output>" +
          outputs + "</Output><RegressionTable intercept=\"0\"/></RegressionModel>",
      functions));
  ASSERT_TRUE(scoring.ok()) << scoring.messages();
  const Row row = scoring.score({{"s", "a b a c a b"}});
  EXPECT_EQ(row.at("a"), "3");
  EXPECT_EQ(row.at("b"), "2");
  EXPECT_EQ(row.at("a b"), "2");
  int counting = 0;
  for (const ir::Node& node : scoring.pipeline().nodes) counting += node.op->kind() == ir::OpKind::CountTerms;
  EXPECT_EQ(counting, 1);
}

// Terms that the row has; the first six results are JPMML-Evaluator 1.7.7's.
TEST(TextIndex, CountsTermsOfTheRow) {
  const auto counted = [](const std::string& attributes, const std::string& text, const std::string& term) {
    return Scoring(documentOf("<TextIndex textField=\"s\" " + attributes + "><FieldRef field=\"t\"/></TextIndex>", "double")).score({{"s", text}, {"t", term}}, "r");
  };
  const std::string best = "maxLevenshteinDistance=\"1\" countHits=\"bestHits\" isCaseSensitive=\"true\"";
  EXPECT_EQ(counted("", "Good goods god", "GOOD"), "1");
  EXPECT_EQ(counted(best, "Good goods god", "good"), "3");
  EXPECT_EQ(counted(best, "good news goad news", "good news"), "1");
  EXPECT_EQ(counted("", "a", ""), "");   // missing
  EXPECT_EQ(counted("", "", "a"), "");
  EXPECT_EQ(counted("", "a b", "..."), "0");
  EXPECT_EQ(counted("maxLevenshteinDistance=\"1\"", "good news goad news", "good news"), "2");
  EXPECT_EQ(counted("localTermWeights=\"augmentedNormalizedTermFrequency\"", "a b b", "a"), "0.75");   // 0.5 (1 + 1 / 2)
  EXPECT_EQ(counted("", "a", std::string(201, 'a')), "!");
  std::string words;
  for (int i = 0; i < 64; i++) words += "a ";
  EXPECT_EQ(counted("", words + words, words), "65");
  EXPECT_EQ(counted("", words, words + "a"), "!");
  // A number is its text.
  Scoring number(documentOf(R"(<TextIndex textField="s"><FieldRef field="i"/></TextIndex>)", "double"));
  EXPECT_EQ(number.score({{"s", "12 of 12"}, {"i", "12"}}, "r"), "2");
}

TEST(TextIndex, RefusesWhatItCannotDo) {
  const std::pair<std::string, const char*> refused[] = {
      {textIndex("tokenize=\"false\"", "x"), "tokenize=\"false\" of a TextIndex is not supported"},
      {textIndex("wordSeparatorCharacterRE=\"(?=a)\"", "x"), "look-ahead"},
      {textIndex("maxLevenshteinDistance=\"-1\"", "x"), "maxLevenshteinDistance"},
      {textIndex("", "x", "<TextIndexNormalization><TableLocator/></TextIndexNormalization>"), "TableLocator"}};
  for (auto& [expression, why] : refused) {
    Scoring scoring(documentOf(expression, "double"));
    EXPECT_FALSE(scoring.ok()) << expression;
    EXPECT_NE(scoring.messages().find(why), std::string::npos) << scoring.messages();
  }
}

}  // namespace
}  // namespace kiln::test
