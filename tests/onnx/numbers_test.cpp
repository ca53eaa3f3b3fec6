// How ONNX Runtime computes: order of operations, infinite and missing numbers. The expected values are ONNX Runtime 1.32's, unless a test says else.
#include "tests/onnx/graph.h"

namespace kiln::test {

TEST(CDist, InfiniteRowsAreNaNWhereTheExpandedSquareIs) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 3}).output("Y").initializer("rows", {3, 3}, {1, 0, 0, -1, 2, 3, 0, 0, 0});
  g.node("CDist", {"X", "rows"}, {"Y"}, "com.microsoft").text("metric", "sqeuclidean");
  const std::string rows = "X[0],X[1],X[2]\n1,0,0\ninf,0,0\n-inf,1,1\n1e30,1,1\n1,1,0.5\n", header = "Y[0],Y[1],Y[2]\n";
  EXPECT_EQ(g.score(rows), header + "0,17,1\nnan,inf,nan\ninf,nan,nan\ninf,inf,inf\n1.25,11.25,2.25\n");
  EXPECT_EQ(g.score("X[0],X[1],X[2]\ninf,0,0\n", "--semantics=spec"), header + "inf,inf,inf\n");
}

// (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24 if the product is not rounded.
TEST(Fused, ProductsWithConstantWeights) {
  const float a = 1 + 0x1p-12f, b = -(1 + 0x1p-11f);
  const std::string csv = "X[0],X[1]\n1,1.000244140625\n";
  for (const char* op : {"MatMul", "Gemm"}) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("W", {2, 1}, {b, a});
    g.node(op, {"X", "W"}, {"Y"});
    EXPECT_EQ(g.score(csv), "Y\n5.9604645e-08\n") << op;
  }
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("LinearRegressor", {"X"}, {"Y"}, "ai.onnx.ml").floats("coefficients", {b, a}).floats("intercepts", {0});
  EXPECT_EQ(g.score(csv), "Y\n5.9604645e-08\n");
}

// Integers are reduced in double, and stay within their type.
// What is added to a number that is too large for it stays only where it was added up before. Expected: ONNX Runtime 1.32, on two rows.
TEST(Reduce, FloatsAreAddedInTheOrderOfOnnxRuntime) {
  const auto sumOf = [](int type, const std::vector<int64_t>& dims, const char* large, int64_t at, int64_t count, const std::string& flags) {
    Graph g;
    g.input("X", type, dims).output("Y", type);
    g.node("Constant", {}, {"axis"}).ints("value_ints", {1}), g.node("ReduceSum", {"X", "axis"}, {"Y"}).integer("keepdims", 0);
    std::string header, row;
    for (int64_t i = 0; i < count; i++) {
      header += (i ? "," : "") + (dims.size() > 2 ? "\"X[" + std::to_string(i) + ",0]\"" : "X[" + std::to_string(i) + "]");
      row += (i ? "," : "") + std::string(i == at ? large : "1");
    }
    const std::string csv = g.score(header + "\n" + row + "\n", flags);
    return csv.substr(csv.find('\n') + 1);
  };
  const char *f = "16777216", *d = "9007199254740992";   // 2^24, 2^53
  EXPECT_EQ(sumOf(Type::FLOAT, {-1, 12}, f, 0, 12, ""), "16777226\n");
  EXPECT_EQ(sumOf(Type::FLOAT, {-1, 12}, f, 7, 12, ""), "16777226\n");
  EXPECT_EQ(sumOf(Type::FLOAT, {-1, 12}, f, 0, 12, "--semantics=spec"), "16777216\n");   // in index order
  EXPECT_EQ(sumOf(Type::DOUBLE, {-1, 12}, d, 0, 12, ""), "9007199254741002\n");
  EXPECT_EQ(sumOf(Type::FLOAT, {-1, 7, 1}, f, 0, 7, ""), "16777220\n");
  EXPECT_EQ(sumOf(Type::FLOAT, {-1, 7, 1}, f, 3, 7, ""), "16777224\n");
  EXPECT_EQ(sumOf(Type::DOUBLE, {-1, 7, 1}, d, 0, 7, ""), "9007199254740992\n");
}

// Found by changing models at random: each was a crash of the compiler, or a node that it refused to itself.
TEST(Numbers, WrongTypesAndNoElementsAreRefusedByTheirOperator) {
  Graph range;
  range.input("X", Type::FLOAT, {-1, 2}).output("Y", Type::INT64);
  range.node("Constant", {}, {"none"}).ints("value_ints", {}), range.node("Constant", {}, {"one"}).integer("value_int", 1), range.node("Range", {"none", "one", "one"}, {"Y"});
  EXPECT_NE(range.check().find("input 0 must be one integer"), std::string::npos) << range.check();
  Graph scale;
  scale.input("X", Type::FLOAT, {-1, 2}).input("s", Type::INT64, {-1, 1}).output("Y", Type::UINT8);
  scale.node("QuantizeLinear", {"X", "s"}, {"Y"});
  EXPECT_NE(scale.check().find("a scale of int64 is not supported"), std::string::npos) << scale.check();
  Graph gemm;
  gemm.input("X", Type::FLOAT, {-1, 2}).input("C", Type::INT64, {-1, 2}).output("Y");
  gemm.initializer("W", {2, 2}, {1, 2, 3, 4}).node("Gemm", {"X", "W", "C"}, {"Y"});
  EXPECT_NE(gemm.check().find("takes one element type, but has float and int64"), std::string::npos) << gemm.check();
}

// numpy: a product over no elements is 0.
TEST(Numbers, AProductOverNoElements) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("none", {0, 3}, {});
  g.node("Constant", {}, {"start"}).ints("value_ints", {0}), g.node("Constant", {}, {"axis"}).ints("value_ints", {1});
  g.node("Slice", {"X", "start", "start", "axis"}, {"empty"}), g.node("MatMul", {"empty", "none"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n"), "Y[0],Y[1],Y[2]\n0,0,0\n");
}

TEST(Reduce, IntegersSaturate) {
  for (auto [op, expected, spec] : {std::tuple("ReduceSum", "2147483647\n-2147483648\n-5\n", "-2147483646\n2147483644\n-5\n"),
                                    {"ReduceMean", "1073741825\n-1073741826\n-2\n", "-1073741823\n1073741822\n-2\n"},
                                    {"ReduceProd", "2147483647\n2147483647\n-14\n", "2147483645\n0\n-14\n"}}) {
    Graph g(12);
    g.input("X", Type::INT32, {-1, 2}).output("Y", Type::INT32);
    g.node(op, {"X"}, {"Y"}).ints("axes", {1}).integer("keepdims", 0);
    const std::string csv = "X[0],X[1]\n2147483647,3\n-2147483648,-4\n-7,2\n";
    EXPECT_EQ(g.score(csv), std::string("Y\n") + expected) << op;
    EXPECT_EQ(g.score(csv, "--semantics=spec"), std::string("Y\n") + spec) << op;   // by the wrapping of two's complement
  }
}

// A limit that is absent is the lowest or the highest finite number, as in the standard.
TEST(Clip, AbsentLimits) {
  for (int64_t opset : {6, 13}) {
    Graph g(opset);
    g.input("X", Type::FLOAT, {-1}).initializer("high", {}, {2}).output("Y");
    if (opset == 6) g.node("Clip", {"X"}, {"Y"}).number("max", 2);
    else g.node("Clip", {"X", "", "high"}, {"Y"});
    EXPECT_EQ(g.score("X\n-inf\ninf\nnan\n"), "Y\n-3.4028235e+38\n2\nnan\n");
  }
}

TEST(Normalizer, LargestIsFinite) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y");
  g.node("Normalizer", {"X"}, {"Y"}, "ai.onnx.ml").text("norm", "MAX");
  EXPECT_EQ(g.score("X\n-inf\nnan\n-2\n"), "Y\ninf\nnan\n1\n");
}

// What is taken away does not come back.
TEST(Pad, NegativePadsAreTakenFirst) {
  Graph g(19);
  g.input("X", Type::FLOAT, {-1, 4}).output("Y");
  auto& pads = *g.model().mutable_graph()->add_initializer();
  pads.set_name("pads"), pads.set_data_type(Type::INT64), pads.add_dims(4);
  for (int64_t v : {0, -1, 0, 2}) pads.add_int64_data(v);
  g.node("Pad", {"X", "pads"}, {"Y"}).text("mode", "wrap");
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3]\n1,2,3,4\n"), "Y[0],Y[1],Y[2],Y[3],Y[4]\n2,3,4,2,3\n");
}

// ---- --precision=double. Expected values by Python's doubles; what scikit-learn gives for whole pipelines: double_precision.py.

TEST(DoublePrecision, ColumnsAreNotRounded) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y");
  g.node("Scaler", {"X"}, {"Y"}, "ai.onnx.ml").floats("offset", {1000}).floats("scale", {1.0f / 3});
  EXPECT_EQ(g.score("X\n1000.1\n"), "Y\n0.033325195\n");   // in float, by ONNX Runtime
  EXPECT_EQ(g.score("X\n1000.1\n", "--precision=double"), "Y\n0.03333333432675166\n");
}

// Two trees of one split at 5.1 as a float, which is below 5.1: scikit-learn compares floats, and adds doubles.
TEST(DoublePrecision, TreesCompareFloatsAndAddDoubles) {
  Graph g(21, 3);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y");
  g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, "ai.onnx.ml").ints("nodes_treeids", {0, 0, 0, 1, 1, 1}).ints("nodes_nodeids", {0, 1, 2, 0, 1, 2}).ints("nodes_featureids", {0, 0, 0, 0, 0, 0})
      .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"}).floats("nodes_values", {5.1f, 0, 0, 5.1f, 0, 0}).ints("nodes_truenodeids", {1, 0, 0, 1, 0, 0})
      .ints("nodes_falsenodeids", {2, 0, 0, 2, 0, 0}).ints("target_treeids", {0, 0, 1, 1}).ints("target_nodeids", {1, 2, 1, 2}).ints("target_ids", {0, 0, 0, 0})
      .floats("target_weights", {0.1f, 7, 0.2f, 7}).integer("n_targets", 1);
  EXPECT_EQ(g.score("X\n5.1\n5.2\n", "--precision=double"), "Y\n0.30000000447034836\n14\n");
}

TEST(DoublePrecision, ProductsAreSumsOfDoubles) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("W", {2, 1}, {1, 1}).initializer("one", {1}, {1});
  g.node("MatMul", {"X", "W"}, {"sum"}), g.node("Sub", {"sum", "one"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,1e-9\n", "--precision=double"), "Y\n1.000000082740371e-09\n");
  EXPECT_EQ(g.score("X[0],X[1]\n1,1e-9\n"), "Y\n0\n");
}

// Of float, values of ONNX Runtime 1.32, polynomials in float; --semantics=spec has the nearest floats.
TEST(DoublePrecision, FunctionsAreExact) {
  const auto scored = [](const char* op, const std::string& options) {
    Graph g(20);
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.node(op, {"X"}, {"Y"});
    const std::string rows = g.score("X[0],X[1]\n0.3,-2\n", options);
    return rows.substr(rows.find('\n') + 1);
  };
  const struct {
    const char *op, *ofRuntime, *nearest;
    double first, second;   // of doubles
  } cases[] = {{"Exp", "1.3498588,0.13533528", "1.3498589,0.13533528", 1.3498588075760032, 0.1353352832366127},
               {"Tanh", "0.2913126,-0.9640276", "0.29131263,-0.9640276", 0.2913126124515909, -0.9640275800758169},
               {"Erf", "0.32862678,-0.9953223", "0.32862678,-0.9953223", 0.3286267594591274, -0.9953222650189527},
               {"Sigmoid", "0.5744425,0.11920291", "0.5744425,0.11920292", 0.574442516811659, 0.11920292202211755},
               {"Softmax", "0.9088771,0.09112297", "0.9088771,0.09112297", 0.9088770389851438, 0.09112296101485615},
               {"LogSoftmax", "-0.09554545,-2.3955455", "-0.09554545,-2.3955455", -0.09554546459796301, -2.395545464597963}};
  for (const auto& c : cases) {
    EXPECT_EQ(scored(c.op, ""), std::string(c.ofRuntime) + "\n") << c.op;
    EXPECT_EQ(scored(c.op, "--semantics=spec"), std::string(c.nearest) + "\n") << c.op;
    const std::string doubles = scored(c.op, "--precision=double");
    EXPECT_NEAR(std::stod(doubles), c.first, 3e-16) << c.op;
    EXPECT_NEAR(std::stod(doubles.substr(doubles.find(',') + 1)), c.second, 5e-16) << c.op;
  }
}

// A layer of halves is computed in float and rounded, as ONNX Runtime 1.32 does.
TEST(Halves, Products) {
  Graph g(17);
  g.input("X", Type::FLOAT16, {-1, 2}).output("Y", Type::FLOAT16);
  const auto halves = [&](const std::string& name, const std::vector<int64_t>& dims, const std::vector<int>& bits) {
    auto& tensor = *g.model().mutable_graph()->add_initializer();
    tensor.set_name(name), tensor.set_data_type(Type::FLOAT16);
    for (int64_t d : dims) tensor.add_dims(d);
    for (int b : bits) tensor.add_int32_data(b);
  };
  halves("W", {2, 3}, {0x2e66, 0x3266, 0xb4cd, 0x3e00, 0xc080, 0x3a00});   // 0.1 0.2 -0.3 1.5 -2.25 0.75
  halves("b", {3}, {0x211f, 0x251f, 0x27ae});                              // 0.01 0.02 0.03
  g.node("Gemm", {"X", "W", "b"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,0.5\n-0.3,2\n"), "Y[0],Y[1],Y[2]\n0.8598633,-0.90527344,0.10498047\n2.9804688,-4.5390625,1.6201172\n");
}

// C's conversions: to the nearest, ties to even, over all 64 bits. As a column only what a signed integer holds.
TEST(Cast, OfUnsigned64ToFloats) {
  Graph g(17);
  g.input("X", Type::INT64, {-1}).output("Y").output("Z", Type::DOUBLE);
  g.node("Cast", {"X"}, {"U"}).integer("to", Type::UINT64), g.node("Cast", {"U"}, {"Y"}).integer("to", Type::FLOAT), g.node("Cast", {"U"}, {"Z"}).integer("to", Type::DOUBLE);
  const uint64_t half = 1ull << 63;
  for (const uint64_t x : std::vector<uint64_t>{0, 7, (1ull << 53) + 1, half, half + (1ull << 39), half + (1ull << 39) + 1, half + 1024, half + 1025, UINT64_MAX, UINT64_MAX - 1023}) {
    const std::string csv = g.score("X\n" + std::to_string(static_cast<int64_t>(x)) + "\n"), row = csv.substr(csv.find('\n') + 1);
    ASSERT_NE(row.find(','), std::string::npos) << csv;
    EXPECT_EQ(std::stof(row), static_cast<float>(x)) << x;
    EXPECT_EQ(std::stod(row.substr(row.find(',') + 1)), static_cast<double>(x)) << x;
  }
  g.output("U", Type::UINT64);
  EXPECT_EQ(g.score("X\n5\n-1\n", "--outputs U --status-column status"), "U,status\n5,ok\n,undefined result at node 18\n");
}

// Eleven floats: eight lanes, and three that are left. Values of ONNX Runtime 1.32.
TEST(LayerNormalization, AddsAsOnnxRuntime) {
  std::string header, outputs;
  for (int i = 0; i < 11; i++) header += (i ? ",X[" : "X[") + std::to_string(i) + "]", outputs += (i ? ",Y[" : "Y[") + std::to_string(i) + "]";
  const std::string rows = header + "\n-32.84,-34.407,-31.179,-29.172,-27.026,-30.105,-32.092,-32.788,-28.188,-25.529,-29.615\n"
                                    "-108.493,-107.667,-99.993,-104.184,-109.989,-105.044,-108.282,-106.681,-106.257,-106.933,-103.133\n";
  const auto normalized = [&](const char* op, bool biased) {
    Graph g(23);
    g.input("X", Type::FLOAT, {-1, 11}).output("Y").initializer("s", {11}, {0.5f, 0.62f, 0.74f, 0.86f, 0.98f, 1.1f, 1.22f, 1.34f, 1.46f, 1.58f, 1.7f});
    g.initializer("b", {11}, {-0.3f, -0.18f, -0.06f, 0.06f, 0.18f, 0.3f, 0.42f, 0.54f, 0.66f, 0.78f, 0.9f});
    g.node(op, biased ? std::vector<std::string>{"X", "s", "b"} : std::vector<std::string>{"X", "s"}, {"Y"});
    return g.score(rows);
  };
  EXPECT_EQ(normalized("LayerNormalization", true), outputs +
            "\n-0.7986318,-1.1749139,-0.32150838,0.42516348,1.4113604,0.3692327,-0.44291404,-0.76932114,1.836832,3.6821294,1.3299019\n"
            "-0.7511836,-0.5495579,1.6047828,0.65817136,-1.2479904,0.7142954,-0.58542913,0.23123643,0.55314374,0.26828554,2.7449944\n");
  EXPECT_EQ(normalized("LayerNormalization", false), outputs +
            "\n-0.49863175,-0.9949138,-0.26150838,0.36516348,1.2313603,0.069232695,-0.862914,-1.3093212,1.176832,2.9021294,0.42990202\n"
            "-0.45118362,-0.36955792,1.6647829,0.59817135,-1.4279904,0.41429535,-1.0054291,-0.3087636,-0.10685628,-0.51171446,1.8449944\n");
  EXPECT_EQ(normalized("RMSNormalization", false), outputs +
            "\n-0.54053885,-0.70225084,-0.7595348,-0.8258828,-0.87188977,-1.090147,-1.2888737,-1.4463501,-1.3547865,-1.3278366,-1.6573508\n"
            "-0.5113064,-0.62919295,-0.6974464,-0.8445182,-1.0159793,-1.0891144,-1.2451614,-1.3474152,-1.4622444,-1.5924962,-1.6525558\n");
}

// ONNX Runtime's kernel adds nothing to the deviation, the standard's text 1e-9.
// Mean and reciprocal of the deviation are floats though the tensor is of halves. ONNX Runtime 1.32: 0.374908447265625, 3.730670213699341.
TEST(LayerNormalization, MeansOfHalvesAreFloats) {
  Graph g(17);
  g.input("X", Type::FLOAT16, {-1, 4}).output("M").output("D");
  auto& scale = *g.model().mutable_graph()->add_initializer();
  scale.set_name("s"), scale.set_data_type(Type::FLOAT16), scale.add_dims(4);
  for (int i = 0; i < 4; i++) scale.add_int32_data(0x3c00);
  g.node("LayerNormalization", {"X", "s"}, {"Y", "M", "D"});
  const std::string scored = g.score("X[0],X[1],X[2],X[3]\n0.0999755859375,0.199951171875,0.39990234375,0.7998046875\n");
  EXPECT_EQ(scored.substr(0, 22), "M,D\n0.37490845,3.73067") << scored;
}

TEST(MeanVarianceNormalization, OfWhatHardlyVaries) {
  Graph g(13);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("MeanVarianceNormalization", {"X"}, {"Y"}).ints("axes", {1});
  const std::string rows = "X[0],X[1]\n1,1\n0,1e-9\n3,5\n", header = "Y[0],Y[1]\n";
  EXPECT_EQ(g.score(rows), header + "nan,nan\n-1,1\n-1,1\n");
  EXPECT_EQ(g.score("X[0],X[1]\n1,1\n", "--semantics=spec"), header + "0,0\n");
}

TEST(Reduce, LogarithmsOfIntegers) {
  for (const auto& [type, lowest] : {std::pair{Type::INT32, "-2147483648"}, {Type::INT64, "-9223372036854775808"}}) {
    Graph g(13);
    g.input("X", type, {-1, 2}).output("Y", type);
    g.node("ReduceLogSum", {"X"}, {"Y"}).ints("axes", {1});
    EXPECT_EQ(g.score("X[0],X[1]\n-4,1\n-1,1\n100,700\n"), std::string("Y\n") + lowest + "\n" + lowest + "\n6\n");
  }
}

// Sums of exponentials that are cut to integers: the number of the largest.
TEST(Reduce, ExponentialsOfIntegers) {
  Graph g(13);
  g.input("X", Type::INT64, {-1, 3}).output("Y", Type::INT64);
  g.node("ReduceLogSumExp", {"X"}, {"Y"}).ints("axes", {1});
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n5,5,5\n4,3,3\n-3,-4,-4\n"), "Y\n6\n4\n-3\n");
}

TEST(Shrink, OfDoublesInFloat) {
  Graph g(9);
  g.input("X", Type::DOUBLE, {-1}).output("Y", Type::DOUBLE);
  g.node("Shrink", {"X"}, {"Y"}).number("lambd", 1).number("bias", 0.1f);
  EXPECT_EQ(g.score("X\n2.1\n-3.3\n0.1\n"), "Y\n1.9999998807907104\n-3.200000047683716\n0\n");
}

// A stride over the kernel.
TEST(ConvTranspose, EndsWithTheLastKernel) {
  Graph g(15);
  g.input("X", Type::FLOAT, {-1, 1, 3}).output("Y").initializer("W", {1, 1, 1}, {1});
  g.node("ConvTranspose", {"X", "W"}, {"Y"}).text("auto_pad", "SAME_UPPER").ints("strides", {2});
  EXPECT_EQ(g.score("\"X[0,0]\",\"X[0,1]\",\"X[0,2]\"\n1,2,3\n"), "\"Y[0,0]\",\"Y[0,1]\",\"Y[0,2]\",\"Y[0,3]\",\"Y[0,4]\"\n1,0,2,0,3\n");
}

TEST(SplitToSequence, OnesWithoutTheirAxis) {
  Graph g(13);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y", Type::FLOAT, {-1});
  g.node("Constant", {}, {"one"}).integer("value_int", 1);
  g.node("SplitToSequence", {"X", "one"}, {"s"}).integer("axis", 1).integer("keepdims", 0);
  g.node("SequenceAt", {"s", "one"}, {"part"});
  g.node("Transpose", {"part"}, {"Y"}).ints("perm", {0});
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n3,4\n"), "Y\n2\n4\n");
}

// The standard's places count through the whole tensor: those of later rows depend on their number.
TEST(MaxPool, PlacesOfABatch) {
  const auto pooled = [](int64_t rows, bool used) {
    Graph g(12);
    g.input("X", Type::FLOAT, {rows, 1, 2}).output("Y");
    if (used) g.output("P", Type::INT64);
    g.node("MaxPool", {"X"}, {"Y", "P"}).ints("kernel_shape", {2});
    return g.score(rows < 0 ? "\"X[0,0]\",\"X[0,1]\"\n1,2\n" : "\"X[0,0,0]\",\"X[0,0,1]\",\"X[1,0,0]\",\"X[1,0,1]\"\n1,2,4,3\n");
  };
  EXPECT_EQ(pooled(-1, false), "Y\n2\n");
  EXPECT_NE(pooled(-1, true).find("mixes rows: places are counted from the first row of the batch"), std::string::npos);
  EXPECT_EQ(pooled(2, true), "\"Y[0,0,0]\",\"Y[1,0,0]\",\"P[0,0,0]\",\"P[1,0,0]\"\n2,4,1,2\n");
}

// The slope is the function body's, a float.
// storage_order 1: a place counts along columns. ONNX Runtime 1.32.
TEST(MaxPool, PlacesByColumns) {
  for (const auto& [columns, expected] : {std::pair{0, "5,5,7,5,5,11"}, {1, "4,4,10,4,4,11"}}) {
    Graph g;
    g.input("X", Type::FLOAT, {1, 1, 3, 4}).output("I", Type::INT64);
    g.node("Reshape", {"X", "all"}, {"x"});
    auto& all = *g.model().mutable_graph()->add_initializer();
    all.set_name("all"), all.set_data_type(Type::INT64), all.add_dims(4);
    for (int64_t d : {1, 1, 3, 4}) all.add_int64_data(d);
    g.node("MaxPool", {"x"}, {"Y", "I"}).ints("kernel_shape", {2, 2}).integer("storage_order", columns);
    std::string header, row;
    const int values[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};
    for (int i = 0; i < 12; i++) header += (i ? ",\"X[0," : "\"X[0,") + std::to_string(i / 4) + "," + std::to_string(i % 4) + "]\"", row += (i ? "," : "") + std::to_string(values[i]);
    const std::string scored = g.score(header + "\n" + row + "\n");
    EXPECT_NE(scored.find(std::string("\n") + expected + "\n"), std::string::npos) << scored;
  }
}

// As ONNX Runtime 1.32 has them, and Pillow's filters.
TEST(Resize, Antialiased) {
  const auto half = [](const char* mode, int64_t excludes) {
    Graph g(18);
    g.input("X", Type::FLOAT, {-1, 1, 6}).initializer("s", {3}, {1, 1, 0.5}).output("Y");
    g.node("Resize", {"X", "", "s"}, {"Y"}).text("mode", mode).integer("antialias", 1).integer("exclude_outside", excludes);
    const std::string scored = g.score("\"X[0,0]\",\"X[0,1]\",\"X[0,2]\",\"X[0,3]\",\"X[0,4]\",\"X[0,5]\"\n3,1,4,1,5,9\n");
    return scored.substr(scored.find('\n') + 1);
  };
  EXPECT_EQ(half("linear", 0), "2.375,2.625,6.5\n");
  EXPECT_EQ(half("linear", 1).substr(0, 15), "2.2857144,2.625");
  EXPECT_EQ(half("cubic", 0), "2.3222656,2.1386719,6.5996094\n");
}

// The quotient of halves is a half from version 23 on, before it a float. ONNX Runtime 1.32.
TEST(QuantizeLinear, Halves) {
  for (const auto& [opset, expected] : {std::pair{21, "Y\n-44\n-32\n102\n"}, {23, "Y\n-45\n-33\n102\n"}}) {
    Graph g(opset);
    g.input("X", Type::FLOAT16, {-1}).output("Y", Type::INT8);
    auto& scale = *g.model().mutable_graph()->add_initializer();
    scale.set_name("s"), scale.set_data_type(Type::FLOAT16), scale.add_int32_data(0x34cd);   // 0.3
    auto& point = *g.model().mutable_graph()->add_initializer();
    point.set_name("z"), point.set_data_type(Type::INT8), point.add_int32_data(3);
    g.node("QuantizeLinear", {"X", "s", "z"}, {"Y"});
    EXPECT_EQ(g.score("X\n-14.25\n-10.6484375\n29.7\n"), expected);
    Graph back(opset);
    back.input("X", Type::UINT8, {-1}).output("Y", Type::FLOAT16);
    *back.model().mutable_graph()->add_initializer() = scale;
    back.node("DequantizeLinear", {"X", "s"}, {"Y"});
    EXPECT_EQ(back.score("X\n24\n3\n"), "Y\n7.203125\n0.9003906\n");
  }
}

// Two numbers of a row share a scale, and the third has its own: 3 * 0.5, 5 * 0.5, 7 * 2; ONNX Runtime 1.32.
TEST(DequantizeLinear, Blocks) {
  for (const char* op : {"DequantizeLinear", "QuantizeLinear"}) {
    const bool back = op == std::string("DequantizeLinear");
    Graph g(21);
    g.input("X", back ? Type::UINT8 : Type::FLOAT, {1, 3}).output("Y", back ? Type::FLOAT : Type::UINT8).initializer("s", {1, 2}, {0.5, 2});
    g.node(op, {"X", "s"}, {"Y"}).integer("axis", 1).integer("block_size", 2);
    EXPECT_EQ(g.score(back ? "X[0],X[1],X[2]\n3,5,7\n" : "X[0],X[1],X[2]\n1.5,2.5,14\n"), back ? "Y[0],Y[1],Y[2]\n1.5,2.5,14\n" : "Y[0],Y[1],Y[2]\n3,5,7\n") << op;
    Graph wrong(21);
    wrong.input("X", back ? Type::UINT8 : Type::FLOAT, {1, 3}).output("Y", back ? Type::FLOAT : Type::UINT8).initializer("s", {1, 3}, {0.5, 2, 1});
    wrong.node(op, {"X", "s"}, {"Y"}).integer("axis", 1).integer("block_size", 2);
    EXPECT_NE(wrong.check().find("in blocks of 2"), std::string::npos) << wrong.check();
  }
}

// ONNX Runtime 1.32: parameters that are not given are 0, but for activations whose operator has others.
TEST(RNN, ActivationsWithoutParameters) {
  const auto ofRow = [](const char* activation, const char* flags) {
    Graph g(14);
    g.input("X", Type::FLOAT, {2, 1, 1}).initializer("W", {1, 1, 1}, {1}).initializer("R", {1, 1, 1}, {0}).output("Y");
    g.node("RNN", {"X", "W", "R"}, {"Y"}).integer("hidden_size", 1).strings("activations", {activation});
    return g.score("\"X[0,0,0]\",\"X[1,0,0]\"\n3,0.5\n", flags);
  };
  const std::string header = "\"Y[0,0,0,0]\",\"Y[1,0,0,0]\"\n";
  EXPECT_NE(ofRow("ThresholdedRelu", "").find(header + "3,0.5\n"), std::string::npos) << ofRow("ThresholdedRelu", "");
  EXPECT_NE(ofRow("ThresholdedRelu", "").find("activation ThresholdedRelu without its parameters"), std::string::npos);
  EXPECT_NE(ofRow("ScaledTanh", "").find(header + "0,0\n"), std::string::npos);
  EXPECT_NE(ofRow("Affine", "").find(header + "0,0\n"), std::string::npos);
  EXPECT_EQ(ofRow("ThresholdedRelu", "--semantics=spec"), header + "3,0\n");
  EXPECT_EQ(ofRow("HardSigmoid", ""), header + "1,0.6\n");
}

TEST(Pad, WrapsFromOpset18On) {
  Graph g(18);
  g.input("X", Type::FLOAT, {-1, 3}).output("Y");
  auto& pads = *g.model().mutable_graph()->add_initializer();
  pads.set_name("p"), pads.set_data_type(Type::INT64), pads.add_dims(4);
  for (int64_t p : {0, 2, 0, 1}) pads.add_int64_data(p);
  g.node("Pad", {"X", "p"}, {"Y"}).text("mode", "wrap");
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n1,2,3\n"), "Y[0],Y[1],Y[2],Y[3],Y[4],Y[5]\n2,3,1,2,3,1\n");
}

// Narrow integers wrap. ONNX Runtime 1.32.
TEST(ScatterElements, ReductionsOfBytes) {
  for (const auto& [how, expected] : {std::pair{"add", "44,203"}, {"mul", "64,88"}, {"max", "100,200"}}) {
    Graph g(18);
    g.input("X", Type::UINT8, {-1, 2}).input("U", Type::UINT8, {-1, 3}).input("I", Type::INT64, {-1, 3}).output("Y", Type::UINT8);
    g.node("ScatterElements", {"X", "I", "U"}, {"Y"}).integer("axis", 1).text("reduction", how);
    EXPECT_EQ(g.score("X[0],X[1],U[0],U[1],U[2],I[0],I[1],I[2]\n100,200,100,100,3,0,0,1\n"), std::string("Y[0],Y[1]\n") + expected + "\n");
  }
}

// A tensor of the input's type holds no other numbers: NumPy rounds 0.1 to the half 0.09998; 300 is no byte.
TEST(Inputs, NarrowTypes) {
  const auto same = [](int type, const std::string& rows, int64_t columns = 1) {
    Graph g;
    g.input("X", type, {-1, columns}).output("Y", type);
    g.node("Identity", {"X"}, {"Y"});
    return g.score(rows, "--status-column s");
  };
  EXPECT_EQ(same(Type::FLOAT16, "X\n0.1\n70000\n"), "Y,s\n0.099975586,ok\ninf,ok\n");
  const std::string wrong = ",invalid value in 'X'\n";
  EXPECT_EQ(same(Type::UINT8, "X\n255\n300\n-1\n"), "Y,s\n255,ok\n" + wrong + wrong);
  EXPECT_EQ(same(Type::INT8, "X\n-128\n128\n"), "Y,s\n-128,ok\n" + wrong);
  EXPECT_EQ(same(Type::INT16, "X\n-32768\n-32769\n"), "Y,s\n-32768,ok\n" + wrong);
  EXPECT_EQ(same(Type::UINT32, "X\n4294967295\n-1\n"), "Y,s\n4294967295,ok\n" + wrong);
  EXPECT_EQ(same(Type::UINT8, "X[0],X[1]\n1,2\n3,300\n", 2), "Y[0],Y[1],s\n1,2,ok\n,,invalid value in 'X[0]'\n");
}

TEST(TopK, OfNone) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  auto& k = *g.model().mutable_graph()->add_initializer();
  k.set_name("k"), k.set_data_type(Type::INT64), k.add_dims(1), k.add_int64_data(0);
  g.node("TopK", {"X", "k"}, {"v", "i"}), g.node("Concat", {"v", "X"}, {"Y"}).integer("axis", 1);
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n"), "Y[0],Y[1]\n1,2\n");
}

TEST(HardSwish, OfDoubles) {
  Graph g(18);
  g.input("X", Type::DOUBLE, {-1}).output("Y", Type::DOUBLE);
  g.node("HardSwish", {"X"}, {"Y"});
  EXPECT_EQ(g.score("X\n2.5\n-1\n"), "Y\n2.2916666977107525\n-0.3333333283662796\n");
}

// Worked by hand from the text: 6 results, 2 zeros before and after. ONNX Runtime pads without regard to dilations, and has 4.
TEST(AveragePool, OfTheSameSizeWithDilations) {
  Graph g(22);
  g.input("X", Type::FLOAT, {-1, 1, 6}).output("Y");
  g.node("AveragePool", {"X"}, {"Y"}).ints("kernel_shape", {3}).ints("dilations", {2}).text("auto_pad", "SAME_UPPER");
  const auto names = [](const std::string& of) {
    std::string all;
    for (int i = 0; i < 6; i++) all += (i ? ",\"" : "\"") + of + "[0," + std::to_string(i) + "]\"";
    return all + "\n";
  };
  EXPECT_EQ(g.score(names("X") + "1,2,3,4,5,6\n", "2>/dev/null"), names("Y") + "2,3,3,4,4,5\n");
  EXPECT_NE(g.check().find("auto_pad SAME_UPPER beside dilations"), std::string::npos);
}

}  // namespace kiln::test
