// Operators of text. Worked by hand from the text of the standard and of com.microsoft's operators.
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

TEST(Tokenizer, Separators) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y");
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").strings("separators", {",", ";"});
  g.node("TfIdfVectorizer", {"t"}, {"Y"}).strings("pool_strings", {"b", "a b"}).ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1})
      .integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0).text("mode", "IDF").floats("weights", {2, 3});
  EXPECT_EQ(g.score("X\n\"b,b;a b\"\n"), "Y[0],Y[1]\n2,3\n");
}

TEST(Tokenizer, TokensAreNoOutput) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("t", Type::STRING);
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").text("tokenexp", "[a-z]+");
  EXPECT_NE(g.score("X\na\n").find("tokens as an output are not supported"), std::string::npos);
}

TEST(Tokenizer, SeparatorsThatMayOverlapAreRefused) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y");
  g.node("Tokenizer", {"X"}, {"t"}, "com.microsoft").integer("mark", 0).integer("mincharnum", 1).text("pad_value", "#").strings("separators", {"ab", "b"});
  g.node("Identity", {"t"}, {"Y"});
  EXPECT_NE(g.score("X\na\n").find("the separator 'ab' beside others is not supported"), std::string::npos);
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

TEST(StringNormalizer, StopWordsMixRows) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y", Type::STRING);
  g.node("StringNormalizer", {"X"}, {"Y"}).strings("stopwords", {"the"});
  EXPECT_NE(g.score("X\na\n").find("mixes rows: stop words take rows away from the batch"), std::string::npos);
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

}  // namespace kiln::test
