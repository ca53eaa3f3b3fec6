// NeuralNetwork: activations, normalizations, radial basis neurons, connections, outputs of numbers and classes.
// Expected values are the formulas of PMML 4.4's NeuralNetwork page, computed with Python's math.
#include <cstdlib>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kFields =
    R"(<DataField name="y" optype="continuous" dataType="double"/><DataField name="c" optype="categorical" dataType="string"/>
<DataField name="x" optype="continuous" dataType="double"/><DataField name="w" optype="continuous" dataType="double"/>)";
// x / 4 and w
const std::string kInputs =
    R"(<NeuralInputs><NeuralInput id="0"><DerivedField optype="continuous" dataType="double"><NormContinuous field="x">
<LinearNorm orig="0" norm="0"/><LinearNorm orig="4" norm="1"/></NormContinuous></DerivedField></NeuralInput>
<NeuralInput id="1"><DerivedField optype="continuous" dataType="double"><FieldRef field="w"/></DerivedField></NeuralInput></NeuralInputs>)";
const std::string kLast =
    R"(<NeuralLayer activationFunction="identity" normalizationMethod="none"><Neuron id="20" bias="0.1"><Con from="10" weight="1"/>
<Con from="11" weight="-0.5"/></Neuron></NeuralLayer>)";

std::string output(const std::string& neuron, const std::string& expression) {
  return "<NeuralOutput outputNeuron=\"" + neuron + "\"><DerivedField optype=\"continuous\" dataType=\"double\">" +
         expression + "</DerivedField></NeuralOutput>";
}
const std::string kPlain = output("20", R"(<FieldRef field="y"/>)");

std::string network(const std::string& attributes, const std::string& layers, const std::string& outputs = kPlain,
                    const std::string& targets = R"(<MiningField name="y" usageType="target"/>)",
                    const std::string& more = "") {
  const std::string function =
      attributes.find("functionName") == std::string::npos ? "functionName=\"regression\" " : "";
  return document(kFields, "<NeuralNetwork " + function + attributes + "><MiningSchema>" + targets +
                               R"(<MiningField name="x"/><MiningField name="w"/></MiningSchema>)" + more + kInputs +
                               layers + "<NeuralOutputs>" + outputs + "</NeuralOutputs></NeuralNetwork>");
}
const std::string kHidden =
    R"(<NeuralLayer><Neuron id="10" bias="0.3"><Con from="0" weight="0.5"/><Con from="1" weight="-0.25"/></Neuron>
<Neuron id="11" bias="-0.1"><Con from="0" weight="-1"/><Con from="1" weight="0.75"/></Neuron></NeuralLayer>)";

double at(const std::string& document, const Row& row, const std::string& column = "y") {
  Scoring scoring(document);
  return std::strtod(scoring.score(row, column).c_str(), nullptr);
}

TEST(NeuralNetwork, Activations) {
  // x = 1, w = 2: sums of -0.075 and 1.15, then 0.1 + first - second / 2
  const struct {
    const char* name;
    double value;
  } expected[] = {{"threshold\" threshold=\"0.2", -0.4},
                  {"threshold\" threshold=\"-0.1", 0.6},
                  {"logistic", 0.20150332564690931},
                  {"tanh", -0.38373672967264294},
                  {"identity", -0.55},
                  {"exponential", -0.5513529685163308},
                  {"reciprocal", -13.668115942028985},
                  {"square", -0.555625},
                  {"Gauss", 0.9611566417843189},
                  {"sine", -0.43131167740300286},
                  {"cosine", 0.8929450976701289},
                  {"Elliott", -0.23720930232558138},
                  {"arctan", -0.2198289986448212},
                  {"rectifier", -0.475},
                  {"rectifier\" x-leakage=\"0.1", -0.4825}};  // -0.0075 in the place of 0
  for (const auto& e : expected) {
    EXPECT_NEAR(
        at(network(std::string("activationFunction=\"") + e.name + "\"", kHidden + kLast), {{"x", "1"}, {"w", "2"}}),
        e.value, 1e-13)
        << e.name;
  }
}

TEST(NeuralNetwork, RadialBasis) {
  // exp(2 log(altitude) - sum (w - o)^2 / (2 width^2)): widths 1.5 of the layer and 0.8, altitudes 1 and 2
  const std::string layer =
      R"(<NeuralLayer width="1.5"><Neuron id="10"><Con from="0" weight="0.5"/><Con from="1" weight="-0.25"/></Neuron>
<Neuron id="11" width="0.8" altitude="2"><Con from="0" weight="-1"/><Con from="1" weight="0.75"/></Neuron></NeuralLayer>)";
  const Row row{{"x", "1"}, {"w", "2"}};
  EXPECT_NEAR(at(network(R"(activationFunction="radialBasis")", layer + kLast), row), 0.2460978384648294, 1e-14);
  EXPECT_NEAR(at(network(R"(activationFunction="radialBasis" normalizationMethod="simplemax")", layer + kLast), row),
              0.31860198698607073, 1e-14);
  Scoring narrow(network(R"(activationFunction="radialBasis")", kHidden + kLast));
  EXPECT_NE(narrow.messages().find("width"), std::string::npos) << narrow.messages();
}

TEST(NeuralNetwork, ConnectionsOfItsOwn) {
  // 10 = x / 4 (not connected to w, so that it may be missing there); 20 = 10 * 2 + 1 * 3, over a layer
  const std::string layers =
      R"(<NeuralLayer><Neuron id="10"><Con from="0" weight="1"/></Neuron><Neuron id="11"><Con from="1" weight="7"/></Neuron></NeuralLayer>
<NeuralLayer><Neuron id="20"><Con from="10" weight="2"/><Con from="1" weight="3"/></Neuron><Neuron id="21" bias="5"><Con from="10" weight="1"/></Neuron></NeuralLayer>)";
  Scoring scoring(network(R"(activationFunction="identity")", layers));
  EXPECT_EQ(scoring.score({{"x", "4"}, {"w", "2"}}, "y"), "8");
  EXPECT_EQ(scoring.score({{"x", "4"}}, "y"), "");
  Scoring other(network(R"(activationFunction="identity")", layers, output("21", R"(<FieldRef field="y"/>)")));
  EXPECT_EQ(other.score({{"x", "4"}}, "y"), "6");
  Scoring backwards(network(
      R"(activationFunction="identity")",
      R"(<NeuralLayer><Neuron id="10"><Con from="20" weight="1"/></Neuron><Neuron id="11"/></NeuralLayer>)" + kLast));
  EXPECT_NE(backwards.messages().find("'20'"), std::string::npos) << backwards.messages();
}

TEST(NeuralNetwork, DenormalizedOutputs) {
  const auto of = [](const std::string& norms, const char* x) {
    const std::string expression = "<NormContinuous field=\"y\">" + norms + "</NormContinuous>";
    return at(network(R"(activationFunction="identity")",
                      R"(<NeuralLayer><Neuron id="20"><Con from="0" weight="1"/></Neuron></NeuralLayer>)",
                      output("20", expression)),
              {{"x", x}, {"w", "0"}});
  };
  const std::string rising =
      R"(<LinearNorm orig="10" norm="0"/><LinearNorm orig="20" norm="0.5"/><LinearNorm orig="100" norm="1"/>)";
  EXPECT_EQ(of(rising, "1"), 15);   // 0.25
  EXPECT_EQ(of(rising, "3"), 60);   // 0.75
  EXPECT_EQ(of(rising, "6"), 180);  // 1.5: the last segment goes on
  EXPECT_EQ(of(rising, "-1"), 5);   // -0.25
  const std::string falling = R"(<LinearNorm orig="10" norm="1"/><LinearNorm orig="30" norm="0"/>)";
  EXPECT_EQ(of(falling, "1"), 25);
  Scoring none(network(
      R"(activationFunction="identity")", kHidden + kLast,
      output(
          "20",
          R"(<NormContinuous field="y"><LinearNorm orig="0" norm="0"/><LinearNorm orig="1" norm="1"/><LinearNorm orig="2" norm="0"/></NormContinuous>)")));
  EXPECT_NE(none.messages().find("inverse"), std::string::npos) << none.messages();
}

const std::string kClassTarget = R"(<MiningField name="c" usageType="target"/>)";

TEST(NeuralNetwork, Classes) {
  // softmax of 1 and 0: 0.7310585786300049
  const std::string layers =
      R"(<NeuralLayer normalizationMethod="softmax"><Neuron id="p"><Con from="0" weight="1"/></Neuron><Neuron id="q"><Con from="1" weight="1"/></Neuron></NeuralLayer>)";
  const std::string shown =
      R"(<Output><OutputField name="pa" feature="probability" value="a"/><OutputField name="neuron" feature="entityId"/></Output>)";
  Scoring scoring(network(
      R"(functionName="classification" activationFunction="identity")", layers,
      output("q", R"(<NormDiscrete field="c" value="b"/>)") + output("p", R"(<NormDiscrete field="c" value="a"/>)"),
      kClassTarget, shown));
  const Row row = scoring.score({{"x", "4"}, {"w", "0"}});
  EXPECT_EQ(row.at("c"), "a");
  EXPECT_EQ(row.at("neuron"), "p");
  EXPECT_NEAR(std::strtod(row.at("pa").c_str(), nullptr), 0.7310585786300049, 1e-15);
  EXPECT_EQ(scoring.score({{"x", "4"}}, "c"), "");
  Scoring one(network(R"(functionName="classification" activationFunction="identity")", layers,
                      output("p", R"(<NormDiscrete field="c" value="a"/>)"), kClassTarget));
  EXPECT_FALSE(one.ok());
}

// As ann2pmml writes a Keras network of one sigmoid: the target declares one class.
TEST(NeuralNetwork, OneClassHasItsProbability) {
  const auto text = [](const std::string& values) {
    std::string text = network(R"(functionName="classification" activationFunction="logistic")", R"(<NeuralLayer><Neuron id="p"><Con from="1" weight="1"/></Neuron></NeuralLayer>)",
                               output("p", R"(<NormDiscrete field="c" value="y0"/>)"), kClassTarget, R"(<Output><OutputField name="p" feature="probability" value="y0"/></Output>)");
    const std::string field = R"(<DataField name="c" optype="categorical" dataType="string")";
    return text.replace(text.find(field) + field.size(), 2, ">" + values + "</DataField>");
  };
  Scoring one(text(R"(<Value value="y0"/>)"));
  EXPECT_EQ(one.score({{"x", "0"}, {"w", "0"}}), (Row{{"c", "y0"}, {"p", "0.5"}})) << one.messages();
  EXPECT_EQ(one.score({{"x", "0"}, {"w", "800"}}, "p"), "1");
  Scoring two(text(R"(<Value value="y0"/><Value value="y1"/>)"));
  EXPECT_NE(two.messages().find("one output neuron for a target with classes"), std::string::npos);
}

TEST(NeuralNetwork, OutputByADerivedField) {
  const std::string local =
      R"(<LocalTransformations><DerivedField name="scaled" optype="continuous" dataType="double"><NormContinuous field="y">
<LinearNorm orig="0" norm="0"/><LinearNorm orig="10" norm="1"/></NormContinuous></DerivedField></LocalTransformations>)";
  EXPECT_EQ(
      at(network(R"(activationFunction="identity")",
                 R"(<NeuralLayer><Neuron id="20"><Con from="0" weight="1"/></Neuron></NeuralLayer>)",
                 output("20", R"(<FieldRef field="scaled"/>)"), R"(<MiningField name="y" usageType="target"/>)", local),
         {{"x", "2"}, {"w", "0"}}),
      5);
}

TEST(NeuralNetwork, SeveralTargets) {
  const std::string layers =
      R"(<NeuralLayer><Neuron id="p"><Con from="0" weight="1"/></Neuron><Neuron id="q"><Con from="1" weight="1"/></Neuron></NeuralLayer>)";
  const std::string targets = R"(<MiningField name="y" usageType="target"/><MiningField name="c" usageType="target"/>)";
  Scoring scoring(network(R"(functionName="mixed" activationFunction="identity")", layers,
                          output("q", R"(<NormDiscrete field="c" value="b"/>)") +
                              output("p", R"(<NormDiscrete field="c" value="a"/>)") +
                              output("p", R"(<FieldRef field="y"/>)"),
                          targets));
  const Row row = scoring.score({{"x", "4"}, {"w", "3"}});
  EXPECT_EQ(row.at("y"), "1");
  EXPECT_EQ(row.at("c"), "b");
}

}  // namespace
}  // namespace kiln::test
