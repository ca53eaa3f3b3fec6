// Operators of text. Worked by hand from the text of the standard and of com.microsoft's operators.
#include <optional>

#include "tests/onnx/graph.h"

namespace kiln::test {

TEST(Tokenizer, WordsByPattern) {
  Graph g;
  g.input("X", Type::STRING, {-1, 1}).output("Y");
  g.node("StringNormalizer", {"X"}, {"n"}).text("case_change_action", "LOWER");
  g.node("Tokenizer", {"n"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 2).text("pad_value", "#").text("tokenexp", "[a-z0-9]+");
  g.node("Flatten", {"t"}, {"f"});
  g.node("TfIdfVectorizer", {"f"}, {"Y"}).strings("pool_strings", {"good", "film", "a", "good", "film"}).ints("ngram_counts", {0, 3})
      .ints("ngram_indexes", {1, 0, 3, 2}).floats("weights", {0.5, 2, 3, 4}).integer("min_gram_length", 1).integer("max_gram_length", 2)
      .integer("max_skip_count", 0).text("mode", "TFIDF");
  // good twice (column 1, weight 1/2), film once (column 0, weight 2), "a" is too short, "good film" once (column 2, weight 4).
  EXPECT_EQ(g.score("X\nA GOOD film. Good!\n\"\"\n"), "Y[0],Y[1],Y[2],Y[3]\n2,1,4,0\n0,0,0,0\n");
}

// What Python's re.findall gives for these texts: (?u) makes words of the letters and digits of all scripts.
TEST(Tokenizer, WordsOfAllScripts) {
  const auto counting = [](const std::string& pattern) {
    Graph g;
    g.input("X", Type::STRING, {-1}).output("Y");
    g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").text("tokenexp", pattern);
    g.node("TfIdfVectorizer", {"t"}, {"Y"}).strings("pool_strings", {"été", "à", "日本", "t", "x_1"}).ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1, 2, 3, 4})
        .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "TF");
    return g;
  };
  const std::string csv = "X\nété à-été\n日本 x_1\n", header = "Y[0],Y[1],Y[2],Y[3],Y[4]\n";
  EXPECT_EQ(counting("(?u)\\b\\w+\\b").score(csv), header + "2,1,0,0,0\n0,0,1,0,1\n");
  EXPECT_EQ(counting("(?u)\\b\\w\\w+\\b").score(csv), header + "2,0,0,0,0\n0,0,1,0,1\n");
  EXPECT_EQ(counting("\\b\\w+\\b").score(csv), header + "0,0,0,2,0\n0,0,0,0,1\n");   // RE2's, of ASCII
  EXPECT_NE(counting("(?u)\\w+-\\w+").check().find("(?u)"), std::string::npos);
  const char* warning = "the token pattern is what exporters write for the default one of scikit-learn";
  EXPECT_NE(counting("[a-zA-Z0-9_]+").check().find(warning), std::string::npos);
  EXPECT_EQ(counting("(?u)\\b\\w\\w+\\b").check().find(warning), std::string::npos);
}

// ONNX Runtime 1.32: "." alone stands for characters, ends of lines too; beside other separators it is a pattern, which takes all but them.
TEST(Tokenizer, CharactersByADot) {
  const auto counting = [](const auto& split, int64_t least) {
    Graph g;
    g.input("X", Type::STRING, {-1}).output("Y");
    auto node = g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", least).text("pad_value", "#");
    split(node);
    g.node("TfIdfVectorizer", {"t"}, {"Y"}).strings("pool_strings", {"a", "\n", "é"}).ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1, 2})
        .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "TF");
    return g;
  };
  const auto dot = [](NodeOf& node) { node.text("tokenexp", "."); };
  const std::string csv = "X\n\"a\né a\"\n", header = "Y[0],Y[1],Y[2]\n";
  EXPECT_EQ(counting(dot, 1).score(csv, "2>/dev/null"), header + "2,1,1\n");
  EXPECT_NE(counting(dot, 1).check().find("makes one blank of two and more"), std::string::npos);   // CountVectorizer(analyzer="char") of scikit-learn 1.9
  EXPECT_NE(counting(dot, 2).check().find("'mincharnum' is 2"), std::string::npos);
  EXPECT_EQ(counting([](NodeOf& node) { node.strings("separators", {" ", "."}); }, 1).score(csv), header + "0,1,0\n");
}

// ONNX Runtime 1.32: of all matches that begin at one place the longest is the token, whatever the order of alternatives or a lazy quantifier says.
TEST(Tokenizer, TheLongestMatch) {
  const auto counting = [](const std::string& pattern) {
    Graph g;
    g.input("X", Type::STRING, {-1}).output("Y");
    g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").text("tokenexp", pattern);
    g.node("TfIdfVectorizer", {"t"}, {"Y"}).strings("pool_strings", {"a", "ab", "abc.d", "abc"}).ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1, 2, 3})
        .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "TF");
    return g;
  };
  const std::string csv = "X\nabc.d ab a\n", header = "Y[0],Y[1],Y[2],Y[3]\n";
  EXPECT_EQ(counting("\\w+|\\S+").score(csv), header + "1,1,1,0\n");
  EXPECT_EQ(counting("[a-z]+?").score(csv), header + "1,1,0,1\n");
  EXPECT_EQ(counting("a?(?:ab)?c?").score(csv), header + "1,1,0,1\n");
  EXPECT_EQ(counting("[a-z]+|[.]").score(csv), header + "1,1,0,1\n");
}

// ONNX Runtime 1.32: behind a match of too few characters the next may begin inside it, at its second character.
TEST(Tokenizer, MatchesOfTooFewCharacters) {
  const auto counting = [](const std::string& pattern, int64_t least) {
    Graph g;
    g.input("X", Type::STRING, {-1}).output("Y");
    g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", least).text("pad_value", "#").text("tokenexp", pattern);
    g.node("TfIdfVectorizer", {"t"}, {"Y"}).strings("pool_strings", {"ab", "bcd", "cdefg"}).ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1, 2})
        .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "TF");
    return g;
  };
  const std::string header = "Y[0],Y[1],Y[2]\n";
  EXPECT_EQ(counting("ab|bcd", 3).score("X\nabcd\nxabcdab\nab\n"), header + "0,1,0\n0,1,0\n0,0,0\n");
  EXPECT_EQ(counting("ab|bcd", 1).score("X\nabcd\n"), header + "1,0,0\n");
  EXPECT_EQ(counting("éb|bcd", 3).score("X\nébcd\n"), header + "0,1,0\n");
  EXPECT_EQ(counting("ab|bcd|cdefg", 4).score("X\nabcdefg\n"), header + "0,0,1\n");
}

// Words as keys, as ML.NET exports them: ONNX Runtime 1.32. Pool: a, good, movie, the, then "good movie", "a good".
TEST(Tokenizer, WordsBecomeKeys) {
  const auto counting = [](int64_t fallback) {
    Graph g(12, 2);
    g.input("X", Type::STRING, {-1, 1}).output("Y");
    g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "").strings("separators", {" "});
    g.node("Squeeze", {"t"}, {"s"}).ints("axes", {1});
    g.node("LabelEncoder", {"s"}, {"k"}, "ai.onnx.ml").strings("keys_strings", {"a", "good", "movie", "the"}).ints("values_int64s", {1, 2, 3, 4}).integer("default_int64", fallback);
    g.node("Cast", {"k"}, {"c"}).integer("to", Type::INT64);
    g.node("TfIdfVectorizer", {"c"}, {"Y"}).ints("pool_int64s", {1, 2, 3, 4, 2, 3, 1, 2}).ints("ngram_counts", {0, 4}).ints("ngram_indexes", {0, 1, 2, 3, 4, 5})
        .integer("min_gram_length", 1).integer("max_gram_length", 2).integer("max_skip_count", 0).text("mode", "TF");
    return g;
  };
  EXPECT_EQ(counting(0).score("X\na good movie\nthe movie of a good a\nzz\n"), "Y[0],Y[1],Y[2],Y[3],Y[4],Y[5]\n1,1,1,0,1,1\n2,1,1,1,0,1\n0,0,0,0,0,0\n");
  EXPECT_NE(counting(3).check().find("stands for every other token"), std::string::npos);
}

/// Words of which a, good and movie have the codes 1, 2 and 300, any other -1.
static Graph codedWords(int64_t castTo) {
  Graph g(11, 2);
  g.input("X", Type::STRING, {-1, 1});
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").strings("separators", {" "});
  g.node("Squeeze", {"t"}, {"s"}).ints("axes", {1});
  g.node("LabelEncoder", {"s"}, {"k"}, "ai.onnx.ml").strings("keys_strings", {"a", "good", "movie"}).ints("values_int64s", {1, 2, 300}).integer("default_int64", -1);
  g.node("Cast", {"k"}, {"c"}).integer("to", castTo);
  return g;
}

// Keys as ML.NET shows them beside what it makes of them. ONNX Runtime gives a row as many as it has words, and fills a batch up with the padding's.
TEST(Tokenizer, KeysAreColumns) {
  const std::string more = " --max-tokens 3", csv = "X\na good movie\nzz\n";
  for (const auto& [type, rows] : {std::pair{Type::INT64, "1,2,300,a good movie\n-1,-1,-1,zz\n"},
                                  {Type::UINT32, "1,2,300,a good movie\n4294967295,4294967295,4294967295,zz\n"},
                                  {Type::UINT8, "1,2,44,a good movie\n255,255,255,zz\n"}}) {
    Graph g = codedWords(type);
    g.node("Identity", {"c"}, {"Y"}), g.node("Identity", {"X"}, {"Z"}), g.output("Y", type).output("Z", Type::STRING);
    const std::string scored = g.score(csv, more), expected = std::string("Y[0],Y[1],Y[2],Z\n") + rows;
    EXPECT_NE(scored.find("warning: shows at most 3 tokens"), std::string::npos) << scored;
    EXPECT_NE(scored.find(expected), std::string::npos) << scored;
  }
  Graph g = codedWords(Type::FLOAT);
  g.node("Identity", {"c"}, {"Y"}), g.output("Y");
  EXPECT_NE(g.check().find("tokens that become other than integers is not supported"), std::string::npos) << g.check();
}

// How often each category occurs, as ML.NET's one-hot vectors of words ("Bag"): by hand. No word is 7.
TEST(Tokenizer, SumsOfOneHotsAreCounts) {
  const auto counting = [](std::vector<int64_t> categories, int64_t axis, int64_t keeps) {
    Graph g = codedWords(Type::INT64);
    g.node("OneHotEncoder", {"c"}, {"h"}, "ai.onnx.ml").ints("cats_int64s", categories).integer("zeros", 1);
    g.node("ReduceSum", {"h"}, {"Y"}).ints("axes", {axis}).integer("keepdims", keeps);
    g.output("Y");
    return g;
  };
  const std::string csv = "X\na good a\nmovie zz\n\"\"\n", rows = "2,0,0,1\n0,0,1,0\n0,0,0,0\n";
  for (const int64_t axis : {1, -2}) EXPECT_EQ(counting({1, 7, 300, 2}, axis, 0).score(csv), "Y[0],Y[1],Y[2],Y[3]\n" + rows);
  EXPECT_NE(counting({1, 7, 300, 2}, 1, 1).score(csv).find(rows), std::string::npos);
  EXPECT_NE(counting({1, 7, 300, 2}, 2, 0).check().find("over other axes than that of the tokens"), std::string::npos);
  EXPECT_NE(counting({-1}, 1, 0).check().find("stands for every other token"), std::string::npos);
  // Of equal categories the last has the ones, as OneHotEncoder has it of any element.
  EXPECT_EQ(counting({1, 2, 1}, 1, 0).score(csv), "Y[0],Y[1],Y[2]\n0,1,2\n0,0,0\n0,0,0\n");
}

// What lies between the one-hot vectors and their sum is computed, or refused.
TEST(Tokenizer, OneHotsThatBecomeSomethingElse) {
  const auto through = [](const std::string& op, int64_t to) {
    Graph g = codedWords(Type::INT64);
    g.node("OneHotEncoder", {"c"}, {"h"}, "ai.onnx.ml").ints("cats_int64s", {1, 300});
    auto node = g.node(op, {"h"}, {"z"});
    if (op == "Cast") node.integer("to", to);
    g.node("ReduceSum", {"z"}, {"Y"}).ints("axes", {1}).integer("keepdims", 0);
    g.output("Y");
    return g;
  };
  EXPECT_EQ(through("Cast", Type::FLOAT).score("X\na movie a\n"), "Y[0],Y[1]\n2,1\n");
  EXPECT_NE(through("Cast", Type::UINT8).check().find("a cast of tokens' one-hot vectors to uint8 is not supported"), std::string::npos);
  EXPECT_NE(through("Flatten", 0).check().find("tokens flattened to other dimensions"), std::string::npos);
}

// Flatten takes the dimension of the texts away, as Squeeze does: axis 1 is that of the tokens then.
TEST(Tokenizer, FlattenedTokens) {
  Graph g(11, 2);
  g.input("X", Type::STRING, {-1, 1});
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").strings("separators", {" "});
  g.node("Flatten", {"t"}, {"f"}), g.node("OneHotEncoder", {"f"}, {"h"}, "ai.onnx.ml").strings("cats_strings", {"a", "b"});
  g.node("ReduceSum", {"h"}, {"Y"}).ints("axes", {1}).integer("keepdims", 0);
  g.output("Y");
  EXPECT_EQ(g.score("X\na b a\n"), "Y[0],Y[1]\n2,1\n");
}

TEST(Tokenizer, Separators) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y");
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").strings("separators", {",", ";"});
  g.node("TfIdfVectorizer", {"t"}, {"Y"}).strings("pool_strings", {"b", "a b"}).ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1})
      .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "IDF").floats("weights", {2, 3});
  EXPECT_EQ(g.score("X\n\"b,b;a b\"\n"), "Y[0],Y[1]\n2,3\n");
}

TEST(Tokenizer, SeparatorsThatMayOverlapAreRefused) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y");
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").strings("separators", {"ab", "b"});
  g.node("Identity", {"t"}, {"Y"});
  EXPECT_NE(g.score("X\na\n").find("the separator 'ab' beside others is not supported"), std::string::npos);
}

// Ten times 0.1 in float, as ONNX Runtime 1.32 adds it up, and the standard's product.
TEST(TfIdfVectorizer, WeightsAreAddedUp) {
  Graph g;
  g.input("X", Type::INT64, {-1, 10}).output("Y");
  g.node("TfIdfVectorizer", {"X"}, {"Y"}).ints("pool_int64s", {7}).ints("ngram_counts", {0}).ints("ngram_indexes", {0}).floats("weights", {0.1f})
      .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "TFIDF");
  std::string csv;
  for (int i = 0; i < 10; i++) csv += (i ? ",X[" : "X[") + std::to_string(i) + "]";
  csv += "\n7,7,7,7,7,7,7,7,7,7\n";
  EXPECT_EQ(g.score(csv), "Y\n1.0000001\n");
  EXPECT_EQ(g.score(csv, "--semantics=spec"), "Y\n1\n");
}

TEST(TfIdfVectorizer, IntegersWithSkips) {
  Graph g;
  g.input("X", Type::INT64, {-1, 4}).output("Y");
  g.node("TfIdfVectorizer", {"X"}, {"Y"}).ints("pool_int64s", {2, 3, 2, 5}).ints("ngram_counts", {0, 2}).ints("ngram_indexes", {0, 1, 2})
      .integer("min_gram_length", 1).integer("max_gram_length", 2).integer("max_skip_count", 1).text("mode", "TF");
  // 2 twice, 3 once; 2 5 once at distance one, once at distance two.
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3]\n2,2,5,3\n"), "Y[0],Y[1],Y[2]\n2,1,2\n");
}

TEST(StringNormalizer, CaseByCodePoint) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("U", Type::STRING).output("L", Type::STRING);
  g.node("StringNormalizer", {"X"}, {"U"}).text("case_change_action", "UPPER");
  g.node("StringNormalizer", {"X"}, {"L"}).text("case_change_action", "LOWER").text("locale", "tr_TR.UTF-8");
  // ß stays ß, İ becomes i: answers of ONNX Runtime.
  EXPECT_EQ(g.score("X\nStraße İ\n"), "U,L\nSTRAßE İ,straße i\n");
}

// A text a row is a batch of its own: answers of ONNX Runtime for each row alone.
TEST(StringNormalizer, StopWordsOfRows) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y", Type::STRING).output("Z", Type::STRING);
  g.node("StringNormalizer", {"X"}, {"y"}).strings("stopwords", {"the", "A b"}).text("case_change_action", "LOWER");
  g.node("StringNormalizer", {"X"}, {"z"}).strings("stopwords", {"the", "A b"}).integer("is_case_sensitive", 1);
  g.node("Identity", {"y"}, {"Y"}), g.node("Identity", {"z"}, {"Z"});
  const std::string said = g.score("X\nThe\na B\nA b\nFox\nthe\nthe Fox\n");
  EXPECT_TRUE(said.ends_with("\nY,Z\n,The\n,a B\n,\nfox,Fox\n,\nthe fox,the Fox\n")) << said;
  EXPECT_NE(said.find("warning: a text that is one of the stop words as a whole is scored as an empty text"), std::string::npos);
}

TEST(StringNormalizer, StopWordsMixRows) {
  Graph shown;   // with fewer rows than the batch
  shown.input("X", Type::STRING, {-1}).output("Y", Type::STRING).node("StringNormalizer", {"X"}, {"Y"}).strings("stopwords", {"the"});
  EXPECT_NE(shown.score("X\na\n").find("mixes rows: stop words take rows away from the batch"), std::string::npos);
  Graph g;
  g.input("X", Type::STRING, {-1, 2}).output("Y", Type::STRING);
  g.node("StringNormalizer", {"X"}, {"Y"}).strings("stopwords", {"the"});
  EXPECT_NE(g.score("X[0],X[1]\na,b\n").find("mixes rows: stop words take elements away from the row"), std::string::npos);
}

TEST(Strings, ConcatMatchHash) {
  Graph g;
  g.input("X", Type::STRING, {-1}).input("Z", Type::STRING, {-1}).output("C", Type::STRING).output("M", Type::BOOL).output("H", Type::INT32).output("U", Type::UINT32);
  g.node("StringConcat", {"X", "Z"}, {"C"});
  g.node("RegexFullMatch", {"X"}, {"M"}).text("pattern", "h.*o|x");
  g.node("MurmurHash3", {"C"}, {"H"}, "com.microsoft").integer("positive", 0);
  g.node("MurmurHash3", {"X"}, {"U"}, "com.microsoft").integer("positive", 1);
  // 0x248bfa47 is the published hash of "hello"; the others are by a Python transcription of it.
  EXPECT_EQ(g.score("X,Z\nhel,lo\nhello,\nhello!,\n"),
            "C,M,H,U\nhello,false,613153351,4121571398\nhello,true,613153351,613153351\nhello!,false,-920799036,3374168260\n");
}

// Expected values of the standard's node tests (strnormalizer_export_monday_*), and of ONNX Runtime 1.32 for the rest.
TEST(StringNormalizer, StopWords) {
  const auto model = [](int64_t left, const char* action, int caseSensitive) {
    Graph g(18);
    g.input("x", Type::STRING, {4}).output("y", Type::STRING, {left});
    g.node("StringNormalizer", {"x"}, {"y"}).text("case_change_action", action).integer("is_case_sensitive", caseSensitive).strings("stopwords", {"Monday", "x"});
    return g;
  };
  const std::string columns = "x[0],x[1],x[2],x[3]\n", flags = "--status-column status";
  EXPECT_EQ(model(3, "UPPER", 1).score(columns + "Monday,tuesday,monday,b\na,Monday,b,c\na,b,c,d\n", flags),
            "y[0],y[1],y[2],status\nTUESDAY,MONDAY,B,ok\nA,B,C,ok\n,,,invalid value in 'x[0]'\n");
  EXPECT_EQ(model(2, "NONE", 0).score(columns + "Monday,tuesday,monDAY,b\n", flags), "y[0],y[1],status\ntuesday,b,ok\n");
  EXPECT_EQ(model(1, "LOWER", 0).score(columns + "X,x,MONDAY,x\nX,x,A,x\nx,a,a,x\n", flags), "y,status\n,ok\na,ok\n,invalid value in 'x[0]'\n");   // of none left: one empty text
}

// Tokens as an output: those of ONNX Runtime 1.32, which fills the rows of a batch up to its longest; here up to the limit.
TEST(Tokenizer, TokensAreColumns) {
  Graph g(18);
  g.input("x", Type::STRING, {-1}).output("y", Type::STRING);
  g.node("Tokenizer", {"x"}, {"y"}, "com.microsoft").text("tokenexp", "[a-z]+").integer("mark", 1).integer("mincharnum", 1).text("pad_value", "#");
  EXPECT_EQ(g.score("x\n\"Hello, big World\"\na b\n\",\"\n", "--max-tokens 5"), "y[0],y[1],y[2],y[3],y[4]\n\x02,ello,big,orld,\x03\n\x02,a,b,\x03,#\n\x02,\x03,#,#,#\n");
  EXPECT_EQ(g.score("x\na b\na\n", "--max-tokens 3 --status-column status"), "y[0],y[1],y[2],status\n,,,list too long at node 2\n\x02,a,\x03,ok\n");
}

// Expected values of ONNX Runtime 1.32.
TEST(StringSplit, Parts) {
  const auto split = [](const std::vector<int64_t>& dims, const char* delimiter, std::optional<int64_t> most = {}) {
    Graph g(20);
    g.input("x", Type::STRING, {-1}).output("y", Type::STRING, dims).output("n", Type::INT64);
    auto node = g.node("StringSplit", {"x"}, {"y", "n"});
    if (delimiter) node.text("delimiter", delimiter);
    if (most) node.integer("maxsplit", *most);
    return g;
  };
  EXPECT_EQ(split({-1, 4}, ",").score("x\n\"a,b,,c\"\n\"\"\n"), "y[0],y[1],y[2],y[3],n\na,b,,c,4\n,,,,0\n");
  EXPECT_EQ(split({-1, 2}, ",", 1).score("x\n\"a,b,,c\"\n\",x\"\n"), "y[0],y[1],n\na,\"b,,c\",2\n,x,2\n");
  EXPECT_EQ(split({-1, 3}, ",", -1).score("x\n\"a,b,c\"\n"), "y[0],y[1],y[2],n\na,b,c,3\n");   // below 0: no limit
  EXPECT_EQ(split({-1, 3}, "--").score("x\na--b-c--\n"), "y[0],y[1],y[2],n\na,b-c,,3\n");
  EXPECT_EQ(split({-1, 3}, nullptr).score("x\n a  b c \n\"\t x\"\n"), "y[0],y[1],y[2],n\na,b,c,3\n\t,x,,2\n");
  EXPECT_EQ(split({-1, 2}, "", 1).score("x\n a  b c \n  \n"), "y[0],y[1],n\na,b c,2\n,,0\n");
  EXPECT_EQ(split({-1, 2}, "").score("x\na b c\n", "--status-column status"), "y[0],y[1],n,status\n,,,list too long at node 2\n");
  Graph all(20);   // scored whole: the longest of all texts
  all.input("x", Type::STRING, {2}).output("y", Type::STRING, {2, 3}).output("n", Type::INT64);
  all.node("StringSplit", {"x"}, {"y", "n"}).text("delimiter", "X");
  EXPECT_EQ(all.score("x[0],x[1]\naXbXc,a\naXb,a\n", "--status-column status"), "\"y[0,0]\",\"y[0,1]\",\"y[0,2]\",\"y[1,0]\",\"y[1,1]\",\"y[1,2]\",n[0],n[1],status\na,b,c,a,,,3,1,ok\n,,,,,,,,invalid value in 'x[0]'\n");
}

TEST(MurmurHash3, OfFloatsIsRefused) {
  Graph g(17);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y", Type::UINT32);
  g.node("MurmurHash3", {"X"}, {"Y"}, "com.microsoft");
  EXPECT_NE(g.check().find("a hash of float is not supported"), std::string::npos) << g.check();
}

}  // namespace kiln::test
