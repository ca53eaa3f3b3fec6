// Encoders of ai.onnx.ml. Expected values: the text of the standard; where a comment says so, answers of ONNX Runtime 1.31.
#include <cmath>

#include "tests/onnx/graph.h"

namespace kiln::test {

constexpr const char* kMl = "ai.onnx.ml";

TEST(LabelEncoder, StringsToNumbers) {
  Graph g(21, 2);
  g.input("X", Type::STRING, {-1}).output("Y", Type::INT64);
  g.node("LabelEncoder", {"X"}, {"Y"}, kMl).strings("keys_strings", {"a", "b", ""}).ints("values_int64s", {5, 6, 7}).integer("default_int64", -3);
  EXPECT_EQ(g.score("X\na\nb\n\"\"\nA\n"), "Y\n5\n6\n7\n-3\n");
}

TEST(LabelEncoder, DefaultsOfTheStandard) {
  Graph g(21, 2);
  g.input("X", Type::INT64, {-1, 2}).output("Y", Type::STRING);
  g.node("LabelEncoder", {"X"}, {"Y"}, kMl).ints("keys_int64s", {1, -1}).strings("values_strings", {"one", "minus one"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,-1\n2,1\n"), "Y[0],Y[1]\none,minus one\n_Unused,one\n");
}

TEST(LabelEncoder, OfTruthValuesIsRefused) {
  Graph g(21, 4);
  g.input("X", Type::STRING, {-1}).output("Y", Type::BOOL);
  auto node = g.node("LabelEncoder", {"X"}, {"Y"}, kMl).strings("keys_strings", {"a"});
  auto& a = *g.model().mutable_graph()->mutable_node(0)->add_attribute();
  a.set_name("values_tensor"), a.set_type(proto::AttributeProto::TENSOR);
  a.mutable_t()->set_data_type(Type::BOOL), a.mutable_t()->add_dims(1), a.mutable_t()->add_int32_data(1);
  EXPECT_NE(g.check().find("has keys or values of bool"), std::string::npos) << g.check();
}

// Of equal keys ONNX Runtime takes the first, the standard (version 4) the last.
TEST(LabelEncoder, EqualKeys) {
  Graph g(21, 4);
  g.input("X", Type::STRING, {-1}).output("Y", Type::INT64);
  g.node("LabelEncoder", {"X"}, {"Y"}, kMl).strings("keys_strings", {"a", "a"}).ints("values_int64s", {1, 2});
  EXPECT_EQ(g.score("X\na\n", "2>/dev/null"), "Y\n1\n");
  EXPECT_EQ(g.score("X\na\n", "--semantics spec 2>/dev/null"), "Y\n2\n");
  EXPECT_NE(g.check().find("a key stands in the list twice"), std::string::npos);
}

// From version 4 on a key NaN is found (ONNX Runtime finds none before); -0 equals 0.
TEST(LabelEncoder, NanAndZero) {
  for (int version : {2, 4}) {
    Graph g(21, version);
    g.input("X", Type::FLOAT, {-1}).output("Y", Type::INT64);
    g.node("LabelEncoder", {"X"}, {"Y"}, kMl).floats("keys_floats", {NAN, 0.0f, 1.5f}).ints("values_int64s", {1, 2, 3});
    EXPECT_EQ(g.score("X\nnan\n-0.0\n1.5\n2\n"), version == 2 ? "Y\n-1\n2\n3\n-1\n" : "Y\n1\n2\n3\n-1\n");
  }
}

TEST(LabelEncoder, VersionOneCountsPlaces) {
  Graph g(21, 1);
  g.input("X", Type::STRING, {-1}).output("Y", Type::INT64);
  g.node("LabelEncoder", {"X"}, {"Y"}, kMl).strings("classes_strings", {"a", "b"}).integer("default_int64", 9);
  EXPECT_EQ(g.score("X\nb\nc\n"), "Y\n1\n9\n");
}

TEST(LabelEncoder, RefusesListsOfDifferentLengths) {
  Graph g(21, 2);
  g.input("X", Type::STRING, {-1}).output("Y", Type::INT64);
  g.node("LabelEncoder", {"X"}, {"Y"}, kMl).strings("keys_strings", {"a", "b"}).ints("values_int64s", {5});
  EXPECT_NE(g.score("X\na\n").find("has 2 keys and 1 values"), std::string::npos);
}

TEST(CategoryMapper, BothWays) {
  Graph g(21, 1);
  g.input("X", Type::STRING, {-1}).input("I", Type::INT64, {-1}).output("Y", Type::INT64).output("Z", Type::STRING);
  for (auto [from, to] : {std::pair("X", "Y"), std::pair("I", "Z")})
    g.node("CategoryMapper", {from}, {to}, kMl).strings("cats_strings", {"a", "b"}).ints("cats_int64s", {10, 20});
  EXPECT_EQ(g.score("X,I\nb,10\nz,3\n"), "Y,Z\n20,a\n-1,_Unused\n");
}

TEST(OneHotEncoder, StringsAndUnknownOnes) {
  Graph g;
  g.input("X", Type::STRING, {-1}).output("Y");
  g.node("OneHotEncoder", {"X"}, {"Y"}, kMl).strings("cats_strings", {"a", "b", "c"});
  EXPECT_EQ(g.score("X\nb\nz\n"), "Y[0],Y[1],Y[2]\n0,1,0\n0,0,0\n");
}

// Floats are truncated to integers before they are looked up (ONNX Runtime); NaN is none of the categories.
TEST(OneHotEncoder, Floats) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("OneHotEncoder", {"X"}, {"Y"}, kMl).ints("cats_int64s", {0, 2});
  EXPECT_EQ(g.score("X\n2.9\n-0.5\nnan\n"), "Y[0],Y[1]\n0,1\n1,0\n0,0\n");
}

TEST(OneHotEncoder, UnknownFailsIfAsked) {
  Graph g;
  g.input("X", Type::INT64, {-1}).output("Y");
  g.node("OneHotEncoder", {"X"}, {"Y"}, kMl).ints("cats_int64s", {4, 5}).integer("zeros", 0);
  EXPECT_TRUE(g.score("X\n5\n6\n", "--status-column status").starts_with("Y[0],Y[1],status\n0,1,ok\n,,invalid value"));
}

TEST(DictVectorizer, EntriesInTheOrderOfTheVocabulary) {
  Graph g;
  g.mapInput("X", Type::STRING, Type::FLOAT).output("Y");
  g.node("DictVectorizer", {"X"}, {"Y"}, kMl).strings("string_vocabulary", {"b", "a", "b", "never"});
  EXPECT_EQ(g.score("X[a],X[b],X[other]\n1,2,3\n,5,\n"), "Y[0],Y[1],Y[2],Y[3]\n2,1,2,0\n5,0,5,0\n");
}

// ONNX Runtime writes floats by %f and pads strings with 0.f.
TEST(CastMap, Sparse) {
  Graph g;
  g.mapInput("X", Type::INT64, Type::FLOAT).output("Y", Type::STRING);
  g.node("CastMap", {"X"}, {"Y"}, kMl).text("cast_to", "TO_STRING").text("map_form", "SPARSE").integer("max_map", 3);
  EXPECT_EQ(g.score("X[1],X[7]\n-2,4\n"), "Y[0],Y[1],Y[2]\n0.f,-2.000000,0.f\n");
}

TEST(CastMap, DenseHasNoColumns) {
  Graph g;
  g.mapInput("X", Type::INT64, Type::FLOAT).output("Y");
  g.node("CastMap", {"X"}, {"Y"}, kMl);
  EXPECT_NE(g.score("X[1]\n2\n").find("the map form DENSE is not supported"), std::string::npos);
}

// Values of ONNX Runtime 1.32: (0.1 + 0.5) * -1.75 in double is nearer to -1.05, in float it is the number below.
TEST(Scaler, OfDoublesInDouble) {
  for (const auto& [type, result] : {std::pair{Type::DOUBLE, "-1.05"}, {Type::FLOAT, "-1.0500001"}}) {
    Graph g(15);
    g.input("X", type, {-1, 1}).output("Y");
    g.node("Scaler", {"X"}, {"Y"}, "ai.onnx.ml").floats("offset", {-0.5f}).floats("scale", {-1.75f});
    EXPECT_EQ(g.score("X\n0.1\n"), std::string("Y\n") + result + "\n");
  }
}

// Values of ONNX Runtime 1.32: what holds for every element holds for a tensor [N] too.
TEST(Columns, OneNumberForRows) {
  Graph g(15);
  g.input("X", Type::FLOAT, {-1}).output("S").output("I");
  g.node("Scaler", {"X"}, {"S"}, "ai.onnx.ml").floats("offset", {0.5f}).floats("scale", {2});
  g.node("Imputer", {"X"}, {"I"}, "ai.onnx.ml").floats("imputed_value_floats", {7}).number("replaced_value_float", NAN);
  EXPECT_EQ(g.score("X\n1\nnan\n-3\n"), "S,I\n1,1\nnan,7\n-7,-3\n");
  Graph two(15);
  two.input("X", Type::FLOAT, {-1}).output("S");
  two.node("Scaler", {"X"}, {"S"}, "ai.onnx.ml").floats("offset", {0, 1}).floats("scale", {1, 1});
  EXPECT_NE(two.check().find("mixes rows: its columns are the rows of the batch"), std::string::npos);
}

// ONNX Runtime 1.32: default_float is for values of float, of double the default is -0.
TEST(LabelEncoder, DefaultsOfAnotherType) {
  Graph g(17, 4);
  g.input("X", Type::INT64, {-1, 1}).output("Y", Type::DOUBLE);
  g.node("LabelEncoder", {"X"}, {"Y"}, "ai.onnx.ml").ints("keys_int64s", {1}).number("default_float", 2.5f);
  auto& a = *g.model().mutable_graph()->mutable_node(0)->add_attribute();
  a.set_name("values_tensor"), a.set_type(proto::AttributeProto::TENSOR);
  a.mutable_t()->set_data_type(Type::DOUBLE), a.mutable_t()->add_dims(1), a.mutable_t()->add_double_data(5);
  EXPECT_EQ(g.score("X\n1\n7\n", "2>/dev/null").substr(0, 6), "Y\n5\n-0");
  EXPECT_NE(g.check().find("'default_float' has no effect"), std::string::npos);
}

}  // namespace kiln::test
