// Models that compare a row with instances: clusters, support vectors, neighbours. Expected values are worked by hand from the
// formulas of PMML's pages, as the comments say.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kXz = R"(<DataField name="x" optype="continuous" dataType="double"/><DataField name="z" optype="continuous" dataType="double"/>)";
const std::string kClass = R"(<DataField name="y" optype="categorical" dataType="string"><Value value="a"/><Value value="b"/></DataField>)";
const std::string kSchema = R"(<MiningSchema><MiningField name="x"/><MiningField name="z"/></MiningSchema>)";
const std::string kTargetSchema =
    R"(<MiningSchema><MiningField name="x"/><MiningField name="z"/><MiningField name="y" usageType="target"/></MiningSchema>)";

std::string clusters(const std::string& measure, const std::string& fields, const std::string& more = "") {
  return R"(<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">)" + kSchema +
         R"(<Output><OutputField name="c" feature="predictedValue" dataType="string"/>
         <OutputField name="name" feature="predictedDisplayValue" dataType="string"/>
         <OutputField name="d" feature="clusterAffinity"/><OutputField name="d2" feature="affinity" value="two"/>
         <OutputField name="second" feature="entityId" rank="2"/></Output><ComparisonMeasure kind="distance">)" +
         measure + "</ComparisonMeasure>" + fields + more +
         R"(<Cluster id="one" name="first"><Array n="2" type="real">0 0</Array></Cluster>
         <Cluster id="two"><Array n="2" type="real">1 5</Array></Cluster></ClusteringModel>)";
}
const std::string kFields = R"(<ClusteringField field="x"/><ClusteringField field="z"/>)";

TEST(Clustering, NearestCenterAndRanks) {
  Scoring s(document(kXz, clusters("<squaredEuclidean/>", kFields)));
  // (1,1): 1 + 1 to the first, 0 + 16 to the second.
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "1"}}),
            (Row{{"_target", "one"}, {"c", "one"}, {"name", "first"}, {"d", "2"}, {"d2", "16"}, {"second", "two"}}));
  // (1,4): 17 and 1; a cluster without name shows its id.
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "4"}}, "name"), "two");
}

TEST(Clustering, AllRanksAtOnce) {
  std::string text = document(kXz, clusters("<squaredEuclidean/>", kFields));
  text.insert(text.find("</Output>"), R"(<OutputField name="all" feature="entityId" rank="0" isMultiValued="1"/>
    <OutputField name="far" feature="affinity" rank="5" isMultiValued="1"/>)");
  Scoring s(text);
  // (1,4): 17 and 1.
  Row row = s.score({{"x", "1"}, {"z", "4"}});
  EXPECT_EQ(row["all[0]"] + " " + row["all[1]"] + " " + row["far[0]"] + " " + row["far[1]"], "two one 1 17") << s.messages();
}

TEST(Clustering, ListsAreNotVerified) {
  std::string text = document(kXz, clusters("<squaredEuclidean/>", kFields));
  text.insert(text.find("</Output>"), R"(<OutputField name="all" feature="entityId" rank="0" isMultiValued="1"/>)");
  text.insert(text.find("</ClusteringModel>"), R"(<ModelVerification><VerificationFields><VerificationField field="x"/><VerificationField field="all"/>
    </VerificationFields><InlineTable><row><x>1</x><all>one</all></row></InlineTable></ModelVerification>)");
  Scoring s(text);
  EXPECT_TRUE(s.ok());
  EXPECT_NE(s.messages().find("'all' is a list: not verified"), std::string::npos) << s.messages();
}

TEST(Clustering, MissingFieldsAreLeftOutAndWeighed) {
  Scoring s(document(kXz, clusters("<squaredEuclidean/>", kFields,
                                   R"(<MissingValueWeights><Array n="2" type="real">1 3</Array></MissingValueWeights>)")));
  // Only z = 1: (1 - 5)^2 * (1 + 3) / 3.
  EXPECT_EQ(s.score({{"z", "1"}}, "d2"), "21.333333333333332");
  EXPECT_EQ(s.score({}, "c"), "!");
}

TEST(Clustering, FieldWeightsAndOtherMeasures) {
  const std::string weighted = R"(<ClusteringField field="x" fieldWeight="3"/><ClusteringField field="z"/>)";
  // (3,1) to (1,5): 3 * 2 and 4.
  EXPECT_EQ(Scoring(document(kXz, clusters("<chebychev/>", weighted))).score({{"x", "3"}, {"z", "1"}}, "d2"), "6");
  EXPECT_EQ(Scoring(document(kXz, clusters("<cityBlock/>", weighted))).score({{"x", "3"}, {"z", "1"}}, "d2"), "10");
  // (4,1) to (1,5): the hypotenuse of 3 and 4.
  EXPECT_EQ(Scoring(document(kXz, clusters("<euclidean/>", kFields))).score({{"x", "4"}, {"z", "1"}}, "d2"), "5");
  EXPECT_EQ(Scoring(document(kXz, clusters(R"(<minkowski p-parameter="1"/>)", kFields))).score({{"x", "4"}, {"z", "1"}}, "d2"), "7");
}

// The mean of floats is no float: 1 to -1.355 is 2.355.
TEST(Clustering, CentersOfFloatsAreNotRounded) {
  std::string fields = kXz;
  for (size_t at; (at = fields.find("\"double\"")) != std::string::npos;) fields.replace(at, 8, "\"float\"");
  std::string model = clusters("<cityBlock/>", kFields);
  const size_t array = model.find(">", model.find("<Array")) + 1;
  model.replace(array, model.find("<", array) - array, "-1.355 0");
  Scoring s(document(fields, model));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}, "d"), "2.355") << s.messages();
}

TEST(Clustering, FieldsThatAreNoCentersAreLeftOut) {
  const std::string fields = R"(<DataField name="w" optype="continuous" dataType="double"/>)" + kXz;
  Scoring s(document(fields, R"(<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="1"><MiningSchema>
    <MiningField name="w"/><MiningField name="x"/></MiningSchema><Output><OutputField name="d" feature="affinity"/></Output>
    <ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure><ClusteringField field="w" isCenterField="false"/>
    <ClusteringField field="x"/><Cluster><Array n="1" type="real">2</Array></Cluster></ClusteringModel>)"));
  EXPECT_EQ(s.score({{"w", "100"}, {"x", "5"}}, "d"), "3");
}

TEST(Clustering, CategoriesByTable) {
  const std::string colour =
      R"(<DataField name="colour" optype="categorical" dataType="string"><Value value="red"/><Value value="blue"/></DataField>)";
  Scoring s(document(colour, R"(<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2"><MiningSchema>
    <MiningField name="colour"/></MiningSchema><Output><OutputField name="d" feature="affinity" value="2"/></Output>
    <ComparisonMeasure kind="distance"><cityBlock/></ComparisonMeasure><ClusteringField field="colour" compareFunction="table">
    <Comparisons><Matrix nbRows="2" nbCols="2"><Array n="2" type="real">0 0.5</Array><Array n="2" type="real">0.75 0</Array></Matrix>
    </Comparisons></ClusteringField><Cluster><Array n="1" type="string">red</Array></Cluster>
    <Cluster><Array n="1" type="string">blue</Array></Cluster></ClusteringModel>)"));
  EXPECT_EQ(s.score({{"colour", "red"}}), (Row{{"_target", "1"}, {"d", "0.5"}}));
  EXPECT_EQ(s.score({{"colour", "blue"}}), (Row{{"_target", "2"}, {"d", "0"}}));
}

// Each of the two would have 67 MB.
TEST(Clustering, LargeTablesByDefaultAreRefused) {
  const std::string table = R"(compareFunction="table"><Comparisons><Matrix nbRows="2900" nbCols="2900" offDiagDefault="1"/></Comparisons></ClusteringField>)";
  const std::string names = R"(<DataField name="x" optype="categorical" dataType="string"/><DataField name="z" optype="categorical" dataType="string"/>)";
  Scoring s(document(names, clusters("<cityBlock/>", R"(<ClusteringField field="x" )" + table + R"(<ClusteringField field="z" )" + table)));
  EXPECT_NE(s.messages().find("more than 2^24 numbers that it does not write"), std::string::npos) << s.messages();
}

TEST(Clustering, SimilarityOfBits) {
  const std::string model = R"(<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">)" + kSchema +
                            R"(<Output><OutputField name="s" feature="affinity"/></Output><ComparisonMeasure kind="similarity"><tanimoto/>
    </ComparisonMeasure>)" + kFields +
                            R"(<Cluster><Array n="2" type="int">1 1</Array></Cluster><Cluster><Array n="2" type="int">0 1</Array></Cluster>
    </ClusteringModel>)";
  Scoring s(document(kXz, model));
  // 01 against 11: a11 1, a01 1: 1 / (1 + 2). Against 01: 2 / 2.
  EXPECT_EQ(s.score({{"x", "0"}, {"z", "1"}}), (Row{{"_target", "2"}, {"s", "1"}}));
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "1"}}, "s"), "!");  // 2 is no bit
}

// Text fields of 0 and 1, as exporters of R write factors.
TEST(Clustering, SimilarityOfBitsThatAreText) {
  const auto field = [](const std::string& name, const std::string& values) {
    return "<DataField name=\"" + name + "\" optype=\"categorical\" dataType=\"string\">" + values + "</DataField>";
  };
  const std::string both = R"(<Value value="0"/><Value value="1"/>)";
  Scoring s(document(field("x", both) + field("z", ""), R"(<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">)" + kSchema +
                     R"(<Output><OutputField name="s" feature="affinity"/></Output><ComparisonMeasure kind="similarity"><jaccard/>
    </ComparisonMeasure>)" + kFields + R"(<Cluster><Array n="2" type="string">1 0</Array></Cluster><Cluster><Array n="2" type="string">1 1</Array></Cluster>
    </ClusteringModel>)"));
  ASSERT_TRUE(s.ok()) << s.messages();
  // 11 against 10: a11 1, a10 1: 1 / 2. Against 11: 2 / 2.
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "1"}}), (Row{{"_target", "2"}, {"s", "1"}}));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}), (Row{{"_target", "1"}, {"s", "1"}}));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "yes"}}, "s"), "!");  // no bit
}

// TwoStep exports of SPSS describe clusters by statistics: valid, but nothing says how they score.
TEST(Clustering, ClustersByStatisticsAloneAreRefused) {
  Scoring s(document(kXz, R"(<ClusteringModel functionName="clustering" modelClass="distributionBased" numberOfClusters="1">)" + kSchema +
                              R"(<ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure>)" + kFields +
                              R"(<Cluster name="cluster-1"><Partition name="cluster-1"><PartitionFieldStats field="x"/></Partition></Cluster></ClusteringModel>)"));
  EXPECT_FALSE(s.ok());
  EXPECT_NE(s.messages().find("a Cluster without its Array is not supported"), std::string::npos) << s.messages();
}

// PMML's DataDictionary page says that the ends of a cyclic field are close together, and gives no formula.
TEST(Clustering, DistancesOfCyclicFieldsAreRefused) {
  std::string cyclic = kXz;
  cyclic.insert(cyclic.find("name=\"x\""), "isCyclic=\"1\" ");
  const std::string model = document(cyclic, clusters("<squaredEuclidean/>", kFields));
  EXPECT_NE(Scoring(model).messages().find("the distance of cyclic field 'x' is not supported"), std::string::npos) << Scoring(model).messages();
  Scoring other(model, true);
  EXPECT_NE(other.messages().find("which has no effect"), std::string::npos);
  EXPECT_EQ(other.score({{"x", "1"}, {"z", "1"}}, "d"), "2");  // 1 + 1
  // Whether two values are equal does not depend on it.
  EXPECT_TRUE(Scoring(document(cyclic, clusters("<squaredEuclidean/>", R"(<ClusteringField field="x" compareFunction="equal"/><ClusteringField field="z"/>)"))).ok());
}

TEST(Clustering, NormalDensities) {
  const std::string field = R"(<DataField name="x" optype="continuous" dataType="double"/>)";
  const auto cluster = [](const char* mean, const char* variance) {
    return std::string(R"(<Cluster><Array n="1" type="real">)") + mean + R"(</Array><Covariances><Matrix><Array n="1" type="real">)" + variance +
           "</Array></Matrix></Covariances></Cluster>";
  };
  Scoring s(document(field, R"(<ClusteringModel functionName="clustering" modelClass="distributionBased" numberOfClusters="2"><MiningSchema>
    <MiningField name="x"/></MiningSchema><ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure><ClusteringField field="x"/>)" +
                                cluster("0", "1") + cluster("3", "9") + "</ClusteringModel>"));
  // N(0,1) and N(3,9): at 1 the densities are 0.242 and 0.106, at -3 0.0044 and 0.0180: farther from 3 than from 0, and yet its.
  EXPECT_EQ(s.score({{"x", "1"}}, "_target"), "1");
  EXPECT_EQ(s.score({{"x", "-3"}}, "_target"), "2");
  EXPECT_EQ(s.score({}, "_target"), "!");
}

const std::string kVectors = R"(<VectorDictionary><VectorFields><FieldRef field="x"/><FieldRef field="z"/></VectorFields>
  <VectorInstance id="p"><Array n="2" type="real">1 0</Array></VectorInstance>
  <VectorInstance id="q"><REAL-SparseArray><Indices>2</Indices><REAL-Entries>2</REAL-Entries></REAL-SparseArray></VectorInstance>
  </VectorDictionary>)";
std::string machine(const std::string& attributes, const std::string& p, const std::string& q, const std::string& absolute) {
  return "<SupportVectorMachine " + attributes + R"(><SupportVectors><SupportVector vectorId="p"/><SupportVector vectorId="q"/></SupportVectors>
    <Coefficients absoluteValue=")" + absolute + R"("><Coefficient value=")" + p + R"("/><Coefficient value=")" + q +
         "\"/></Coefficients></SupportVectorMachine>";
}
std::string svm(const std::string& attributes, const std::string& rest) {
  return "<SupportVectorMachineModel " + attributes + ">" + kTargetSchema + rest + "</SupportVectorMachineModel>";
}
const std::string kNumber = R"(<DataField name="y" optype="continuous" dataType="double"/>)";

TEST(SupportVectors, RegressionWithKernels) {
  const std::string one = machine("", "3", "-0.5", "10");
  const auto score = [&](const std::string& kernel) {
    return Scoring(document(kXz + kNumber, svm(R"(functionName="regression")", kernel + kVectors + one))).score({{"x", "2"}, {"z", "1"}}, "y");
  };
  // Products with (1,0) and (0,2) are 2 and 2.
  EXPECT_EQ(score("<LinearKernelType/>"), "15");                                              // 6 - 1 + 10
  EXPECT_EQ(score(R"(<PolynomialKernelType gamma="0.5" coef0="1" degree="3"/>)"), "30");      // 8 * 2.5 + 10
  EXPECT_EQ(score(R"(<SigmoidKernelType gamma="0" coef0="0"/>)"), "10");                      // tanh 0
  EXPECT_EQ(score(R"(<RadialBasisKernelType gamma="0"/>)"), "12.5");                          // exp 0
}

TEST(SupportVectors, MissingFieldsGiveNoResult) {
  Scoring s(document(kXz + kNumber, svm(R"(functionName="regression")", "<LinearKernelType/>" + kVectors + machine("", "3", "-0.5", "10"))));
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "");
}

// As sklearn2pmml writes SVR(epsilon=0.1) of targets 0.52, 0.55 and 0.5, which none of them exceeds; it predicts 0.525.
TEST(SupportVectors, NoVectorsReadNoFields) {
  const auto model = [](const std::string& attributes, const std::string& instance) {
    return document(kXz + kNumber, svm("functionName=\"regression\"" + attributes, "<RadialBasisKernelType gamma=\"0.5\"/><VectorDictionary><VectorFields/>" + instance +
                                           "</VectorDictionary><SupportVectorMachine><SupportVectors/><Coefficients absoluteValue=\"0.525\"/></SupportVectorMachine>"));
  };
  Scoring s(model("", ""));
  EXPECT_EQ(s.score({{"x", "5"}}, "y"), "0.525") << s.messages();
  for (const Scoring& refused : {Scoring(model(" svmRepresentation=\"Coefficients\"", "")), Scoring(model("", "<VectorInstance id=\"p\"><Array n=\"0\" type=\"real\"/></VectorInstance>"))})
    EXPECT_NE(refused.messages().find("needs an element 'FieldRef'"), std::string::npos) << refused.messages();
}

TEST(SupportVectors, Coefficients) {
  const std::string rest = R"(<LinearKernelType/><VectorDictionary><VectorFields><FieldRef field="x"/><FieldRef field="z"/></VectorFields>
    </VectorDictionary><SupportVectorMachine><Coefficients absoluteValue="1"><Coefficient value="2"/><Coefficient value="-3"/></Coefficients>
    </SupportVectorMachine>)";
  Scoring s(document(kXz + kNumber, svm(R"(functionName="regression" svmRepresentation="Coefficients")", rest)));
  EXPECT_EQ(s.score({{"x", "5"}, {"z", "2"}}, "y"), "5");  // 10 - 6 + 1
}

// The one vote of a pair, as JPMML-Evaluator 1.7.7 shows it for documents of nyoka.
TEST(SupportVectors, ProbabilityOfOnePairIsItsVote) {
  const std::string pair = machine(R"(targetCategory="a" alternateTargetCategory="b" threshold="1")", "1", "0", "0");
  Scoring s(document(kXz + kClass, svm(R"(functionName="classification" classificationMethod="OneAgainstOne")",
                                       R"(<Output><OutputField name="pa" feature="probability" value="a"/></Output><LinearKernelType/>)" + kVectors + pair)));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "0"}, {"z", "0"}}), (Row{{"y", "a"}, {"pa", "1"}}));
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "0"}}), (Row{{"y", "b"}, {"pa", "0"}}));
}

// As PMML4S 1.5.6 has it.
TEST(SupportVectors, TheOtherClassIsTheAlternativeOfASingleMachine) {
  const std::string rest = "<LinearKernelType/>" + kVectors + machine(R"(targetCategory="a" threshold="1")", "1", "0", "0");
  for (const char* method : {"", " classificationMethod=\"OneAgainstOne\""}) {
    Scoring s(document(kXz + kClass, svm(R"(functionName="classification")" + std::string(method), rest)));
    EXPECT_NE(s.messages().find("warning: 'SupportVectorMachine' has no attribute 'alternateTargetCategory'"), std::string::npos) << s.messages();
    EXPECT_EQ(s.score({{"x", "0.5"}, {"z", "0"}}, "y"), "a");
    EXPECT_EQ(s.score({{"x", "2"}, {"z", "0"}}, "y"), "b");
  }
  EXPECT_FALSE(Scoring(document(kXz + kClass, svm(R"(functionName="classification" classificationMethod="OneAgainstAll")", rest))).ok());
}

TEST(SupportVectors, PairsOneAgainstAllAndMaxWins) {
  const std::string pair = machine(R"(targetCategory="a" alternateTargetCategory="b" threshold="1")", "1", "0", "0");
  Scoring pairs(document(kXz + kClass, svm(R"(functionName="classification" classificationMethod="OneAgainstOne")", "<LinearKernelType/>" + kVectors + pair)));
  EXPECT_EQ(pairs.score({{"x", "0.5"}, {"z", "0"}}, "y"), "a");  // 0.5 is below the threshold
  EXPECT_EQ(pairs.score({{"x", "1"}, {"z", "0"}}, "y"), "b");    // 1 is not
  const std::string all = machine(R"(targetCategory="a")", "1", "0", "0") + machine(R"(targetCategory="b")", "0", "1", "0");
  const auto score = [&](const std::string& attributes) {
    return Scoring(document(kXz + kClass, svm(R"(functionName="classification" )" + attributes, "<LinearKernelType/>" + kVectors + all)))
        .score({{"x", "1"}, {"z", "2"}}, "y");
  };
  EXPECT_EQ(score(""), "a");                    // 1 and 4: the smallest
  EXPECT_EQ(score(R"(maxWins="true")"), "b");
}

TEST(SupportVectors, CategoriesInTheVector) {
  const std::string fields = R"(<DataField name="x" optype="categorical" dataType="string"><Value value="s"/><Value value="t"/></DataField>)" +
                             std::string(R"(<DataField name="z" optype="continuous" dataType="double"/>)") + kNumber;
  const std::string rest = R"(<LinearKernelType/><VectorDictionary><VectorFields><CategoricalPredictor name="x" value="t" coefficient="4"/>
    <FieldRef field="z"/></VectorFields><VectorInstance id="p"><Array n="2" type="real">1 1</Array></VectorInstance></VectorDictionary>
    <SupportVectorMachine><SupportVectors><SupportVector vectorId="p"/></SupportVectors><Coefficients><Coefficient value="1"/></Coefficients>
    </SupportVectorMachine>)";
  Scoring s(document(fields, svm(R"(functionName="regression")", rest)));
  EXPECT_EQ(s.score({{"x", "t"}, {"z", "2"}}, "y"), "6");
  EXPECT_EQ(s.score({{"x", "s"}, {"z", "2"}}, "y"), "2");
}

std::string neighbors(const std::string& attributes, const std::string& inputs, const std::string& local = "") {
  return "<NearestNeighborModel " + attributes + ">" + kTargetSchema + R"(<Output><OutputField name="n1" feature="entityId"/>
    <OutputField name="n3" feature="entityId" rank="3"/><OutputField name="d2" feature="entityAffinity" rank="2"/></Output>)" + local +
         R"(<TrainingInstances isTransformed="false"><InstanceFields><InstanceField field="x" column="t:x"/><InstanceField field="z" column="t:z"/>
    <InstanceField field="y" column="t:y"/></InstanceFields><InlineTable xmlns:t="urn:t">
    <row><t:x>0</t:x><t:z>0</t:z><t:y>1</t:y></row><row><t:x>2</t:x><t:z>0</t:z><t:y>4</t:y></row>
    <row><t:x>0</t:x><t:z>4</t:z><t:y>4</t:y></row><row><t:x>9</t:x><t:z>9</t:z><t:y>1</t:y></row>
    <row><t:x>8</t:x><t:z>9</t:z><t:y>1</t:y></row></InlineTable></TrainingInstances>
    <ComparisonMeasure kind="distance"><cityBlock/></ComparisonMeasure><KNNInputs>)" + inputs + "</KNNInputs></NearestNeighborModel>";
}
const std::string kInputs = R"(<KNNInput field="x"/><KNNInput field="z"/>)";

TEST(Neighbors, Numbers) {
  const auto score = [&](const std::string& attributes) {
    return Scoring(document(kXz + kNumber, neighbors(R"(functionName="regression" numberOfNeighbors="3" )" + attributes, kInputs)))
        .score({{"x", "0"}, {"z", "0"}});
  };
  // Distances 0, 2, 4, 18, 17: targets 1, 4, 4.
  EXPECT_EQ(score(""), (Row{{"y", "3"}, {"n1", "1"}, {"n3", "3"}, {"d2", "2"}}));
  EXPECT_EQ(score(R"(continuousScoringMethod="median")")["y"], "4");
  // Weights 1 / (d + 2) are 1/2, 1/4, 1/6: (1/2 + 1 + 2/3) / (11/12) = 26/11.
  EXPECT_EQ(score(R"(continuousScoringMethod="weightedAverage" threshold="2")")["y"], "2.3636363636363638");
}

TEST(Neighbors, VotesAndTies) {
  const std::string label = R"(<DataField name="y" optype="categorical" dataType="string"/>)";
  const auto score = [&](const std::string& attributes) {
    return Scoring(document(kXz + label, neighbors(R"(functionName="classification" )" + attributes, kInputs))).score({{"x", "0"}, {"z", "0"}}, "y");
  };
  EXPECT_EQ(score(R"(numberOfNeighbors="3")"), "4");
  EXPECT_EQ(score(R"(numberOfNeighbors="4")"), "1");  // two each: 1 has three training rows, 4 has two
  // Weights 1 / (d + 0.5): 2 for class 1; 2/5 + 2/9 for class 4.
  EXPECT_EQ(score(R"(numberOfNeighbors="3" categoricalScoringMethod="weightedMajorityVote" threshold="0.5")"), "1");
}

TEST(Neighbors, DerivedFieldsOfTheInstances) {
  const std::string local = R"(<LocalTransformations><DerivedField name="far" optype="continuous" dataType="double">
    <Apply function="*"><FieldRef field="x"/><Constant>10</Constant></Apply></DerivedField></LocalTransformations>)";
  Scoring s(document(kXz + kNumber, neighbors(R"(functionName="regression" numberOfNeighbors="3")",
                                              R"(<KNNInput field="far"/><KNNInput field="z"/>)", local)));
  // 10 x: distances 0, 20, 4, 99, 89.
  EXPECT_EQ(s.score({{"x", "0"}, {"z", "0"}}), (Row{{"y", "3"}, {"n1", "1"}, {"n3", "2"}, {"d2", "4"}}));
}

// As R's package pmml writes a neighbr model of a class and a number. Values as PMML4S 1.5.6 has them where targetField says which is meant.
TEST(Neighbors, PredictedValuesOfTwoTargetsGoByTheirOptype) {
  const std::string text = document(
      kXz + R"(<DataField name="c" optype="categorical" dataType="string"/><DataField name="n" optype="continuous" dataType="double"/>)",
      R"(<NearestNeighborModel functionName="mixed" numberOfNeighbors="3" continuousScoringMethod="average"><MiningSchema><MiningField name="x"/><MiningField name="z"/>
      <MiningField name="c" usageType="predicted"/><MiningField name="n" usageType="predicted"/></MiningSchema><Output>
      <OutputField name="pn" feature="predictedValue" dataType="double" optype="continuous"/><OutputField name="pc" feature="predictedValue"
      dataType="string" optype="categorical"/></Output><TrainingInstances><InstanceFields><InstanceField field="x" column="x"/><InstanceField field="z" column="z"/>
      <InstanceField field="c" column="c"/><InstanceField field="n" column="n"/></InstanceFields><InlineTable>
      <row><x>1</x><z>0</z><c>p</c><n>1.5</n></row><row><x>0</x><z>0</z><c>q</c><n>2.5</n></row><row><x>1</x><z>1</z><c>p</c><n>4</n></row>
      <row><x>0</x><z>9</z><c>q</c><n>8</n></row></InlineTable></TrainingInstances><ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure>
      <KNNInputs><KNNInput field="x"/><KNNInput field="z"/></KNNInputs></NearestNeighborModel>)");
  Scoring s(text);
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}), (Row{{"c", "p"}, {"n", "2.6666666666666665"}, {"pn", "2.6666666666666665"}, {"pc", "p"}})) << s.messages();
}

// A segment's target has no name where sklearn2pmml writes scikit-learn's StackingRegressor or VotingClassifier: its values stand in a column alone.
TEST(Neighbors, TargetsWithoutAName) {
  const auto chain = [](const std::string& function, const std::string& first, const std::string& second, const std::string& output) {
    return R"(<MiningModel functionName="regression">)" + std::string(kTargetSchema) + R"(<Segmentation multipleModelMethod="modelChain"><Segment><True/>
      <NearestNeighborModel functionName=")" + function + R"(" numberOfNeighbors="1"><MiningSchema><MiningField name="x"/></MiningSchema><Output>)" + output +
           R"(</Output><TrainingInstances isTransformed="true"><InstanceFields><InstanceField column="data:y"/><InstanceField field="x" column="data:x"/>
      </InstanceFields><InlineTable xmlns:data="urn:d"><row><data:y>)" + first + "</data:y><data:x>0</data:x></row><row><data:y>" + second +
           R"(</data:y><data:x>4</data:x></row></InlineTable></TrainingInstances><ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure>
      <KNNInputs><KNNInput field="x"/></KNNInputs></NearestNeighborModel></Segment><Segment><True/><RegressionModel functionName="regression">
      <MiningSchema><MiningField name="y" usageType="target"/><MiningField name="p"/></MiningSchema><RegressionTable intercept="1"><NumericPredictor name="p" coefficient="2"/></RegressionTable>
      </RegressionModel></Segment></Segmentation></MiningModel>)";
  };
  Scoring number(document(kXz + kNumber, chain("regression", "2.5", "7", R"(<OutputField name="p" feature="predictedValue" dataType="double" optype="continuous"/>)")));
  EXPECT_EQ(number.score({{"x", "1"}, {"z", "0"}}, "y"), "6") << number.messages();
  EXPECT_EQ(number.score({{"x", "3"}, {"z", "0"}}, "y"), "15");
  Scoring label(document(kXz + kNumber, chain("classification", "no", "yes", R"(<OutputField name="p" feature="probability" value="yes" dataType="double" optype="continuous"/>)")));
  EXPECT_EQ(label.score({{"x", "1"}, {"z", "0"}}, "y"), "1") << label.messages();
  EXPECT_EQ(label.score({{"x", "3"}, {"z", "0"}}, "y"), "3");
  std::string nothing = chain("regression", "2.5", "7", "");
  nothing.replace(nothing.find(R"( column="data:y")"), 16, "");
  EXPECT_NE(Scoring(document(kXz + kNumber, nothing)).messages().find("attribute 'field'"), std::string::npos);
}

TEST(Neighbors, NoFieldPresent) {
  Scoring s(document(kXz + kNumber, neighbors(R"(functionName="regression" numberOfNeighbors="3")", kInputs)));
  // z = 4 alone, twice its distance: 8, 8, 0, 10, 10; the tie goes to the first row.
  EXPECT_EQ(s.score({{"z", "4"}}), (Row{{"y", "3"}, {"n1", "3"}, {"n3", "2"}, {"d2", "8"}}));
  EXPECT_EQ(s.score({}, "y"), "!");
}

std::string anomaly(const std::string& attributes, const std::string& inner) {
  return R"(<AnomalyDetectionModel functionName="regression" )" + attributes + ">" + kSchema + inner + "</AnomalyDetectionModel>";
}

TEST(Anomaly, IsolationForest) {
  const std::string path = R"(<RegressionModel functionName="regression">)" + kSchema +
                           R"(<RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>)";
  Scoring s(document(kXz, anomaly(R"(algorithmType="iforest" sampleDataSize="256")", path)));
  // c(256) = 2 (ln 255 + 0.57721566490153) - 510 / 256 = 10.244770920; 2 ^ (-7.25 / c) = 0.61230480171897 (by Python).
  EXPECT_NEAR(std::stod(s.score({{"x", "7.25"}}, "_target")), 0.6123048017189731, 1e-15);
  Scoring other(document(kXz, anomaly(R"(algorithmType="other")", path)));
  EXPECT_EQ(other.score({{"x", "7.25"}}, "_target"), "7.25");
}

TEST(Anomaly, DistanceInUnitsOfItsCluster) {
  const std::string means = R"(<MeanClusterDistances><Array n="2" type="real">4 0.5</Array></MeanClusterDistances>)";
  Scoring s(document(kXz, anomaly(R"(algorithmType="clusterMeanDist")", clusters("<euclidean/>", kFields) + means)));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}, "_target"), "0.25");  // 1 / 4, of the first
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "4"}}, "_target"), "2");     // 1 / 0.5, of the second
  // The model inside may compute in another mathContext.
  std::string model = clusters("<euclidean/>", kFields);
  model.insert(model.find(' '), " x-mathContext=\"float\"");
  EXPECT_EQ(Scoring(document(kXz, anomaly(R"(algorithmType="clusterMeanDist")", model + means))).score({{"x", "1"}, {"z", "4"}}, "_target"), "2");
}

TEST(Anomaly, Refusals) {
  const auto messages = [](const std::string& attributes, const std::string& means) {
    return Scoring(document(kXz, anomaly(attributes, clusters("<euclidean/>", kFields) + "<MeanClusterDistances><Array type=\"real\">" + means + "</Array></MeanClusterDistances>"))).messages();
  };
  EXPECT_NE(messages(R"(algorithmType="clusterMeanDist")", "4 -1").find("a distance is not negative"), std::string::npos);
  EXPECT_NE(messages(R"(algorithmType="clusterMeanDist")", "4 1 2").find("not one distance for each cluster"), std::string::npos);
  std::string text = document(kXz, anomaly(R"(algorithmType="clusterMeanDist")", clusters("<euclidean/>", kFields)));
  text.replace(text.find("functionName=\"regression\""), 25, "functionName=\"clustering\"");
  EXPECT_NE(Scoring(text).messages().find("functionName 'clustering' of an AnomalyDetectionModel"), std::string::npos);
}

TEST(Clustering, CentersOfIntegersAreFractions) {
  const std::string integers = R"(<DataField name="x" optype="continuous" dataType="integer"/><DataField name="z" optype="continuous" dataType="double"/>)";
  std::string model = clusters("<squaredEuclidean/>", kFields);
  model.replace(model.find("1 5</Array>"), 3, "1.5 5");
  EXPECT_EQ(Scoring(document(integers, model)).score({{"x", "1"}, {"z", "5"}}, "d2"), "0.25");
}

}  // namespace
}  // namespace kiln::test
