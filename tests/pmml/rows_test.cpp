// Scores that come from several rows: groups, association rules, Aggregate, Lag. Whole tables through the evaluator, as
// `kiln score --interpret` does it.
#include "tests/pmml/table_scoring.h"

namespace kiln::test {
namespace {

const char* const kItems = R"(
  <Item id="1" value="Cracker"/><Item id="2" value="Coke"/><Item id="3" value="Water"/>
  <Itemset id="1"><ItemRef itemRef="1"/></Itemset><Itemset id="2"><ItemRef itemRef="3"/></Itemset>
  <Itemset id="3"><ItemRef itemRef="1"/><ItemRef itemRef="3"/></Itemset><Itemset id="4"><ItemRef itemRef="2"/></Itemset>
  <AssociationRule support="1" confidence="0.75" antecedent="1" consequent="2"/>
  <AssociationRule support="1" confidence="1" antecedent="2" consequent="1"/>
  <AssociationRule id="both" support="0.5" confidence="0.75" lift="2" antecedent="3" consequent="4"/>
)";

std::string association(const std::string& fields, const std::string& mining, const std::string& output) {
  return document(fields, "<AssociationModel functionName=\"associationRules\"><MiningSchema>" + mining +
                              "</MiningSchema><Output>" + output + "</Output>" + kItems + "</AssociationModel>");
}
const std::string kTransactions = R"(<DataField name="t" optype="categorical" dataType="string"/>
  <DataField name="item" optype="categorical" dataType="string"/>)";
const std::string kGrouped = R"(<MiningField name="t" usageType="group"/><MiningField name="item"/>)";

}  // namespace

// Rules: 1: Cracker -> Water, 2: Water -> Cracker, both: Cracker Water -> Coke. By confidence 2, then 1 and both in
// document order. Baskets: {Cracker, Coke}, {Cracker, Water}, {Water}, {Banana}.
TEST(Association, algorithms) {
  const std::string table = "t,item\n1,Cracker\n1,Coke\n2,Cracker\n2,Water\n3,Water\n4,Banana\n";
  const auto run = [&](const std::string& algorithm) {
    return scores(
        association(kTransactions, kGrouped,
                    "<OutputField name='first' feature='ruleId' algorithm='" + algorithm +
                        "'/><OutputField name='second' feature='entityId' rank='2' algorithm='" + algorithm + "'/>"),
        table);
  };
  // Antecedent there: 1; 2 1 both; 2; none.
  EXPECT_EQ(run("recommendation"), "first,second,status\n1,,ok\n2,1,ok\n2,,ok\n,,ok\n");
  // ... and the consequent not: 1 (Water is not); both (Coke is not); 2 (Cracker is not).
  EXPECT_EQ(run("exclusiveRecommendation"), "first,second,status\n1,,ok\nboth,,ok\n2,,ok\n,,ok\n");
  // ... and the consequent there: none; 2 1; none.
  EXPECT_EQ(run("ruleAssociation"), "first,second,status\n,,ok\n2,1,ok\n,,ok\n,,ok\n");
}

TEST(Association, features) {
  const std::string model = association(kTransactions, kGrouped, R"(
    <OutputField name="a" feature="antecedent" algorithm="recommendation" rankBasis="lift"/>
    <OutputField name="c" feature="consequent" algorithm="recommendation" rankBasis="lift"/>
    <OutputField name="r" feature="ruleValue" ruleFeature="rule" algorithm="recommendation" rankBasis="lift"/>
    <OutputField name="lift" feature="ruleValue" ruleFeature="lift" algorithm="recommendation" rankBasis="lift"/>
    <OutputField name="next lift" feature="lift" rank="2" algorithm="recommendation" rankBasis="lift"/>
    <OutputField name="least" feature="confidence" algorithm="recommendation" rankOrder="ascending"/>
    <OutputField name="fourth" feature="ruleId" rank="4" algorithm="recommendation"/>)");
  // By lift the only rule that has one is first. The least confidence is 0.75; there is no fourth rule.
  EXPECT_EQ(scores(model, "t,item\nx,Water\nx,Cracker\n"),
            "a,c,r,lift,next lift,least,fourth,status\n\"[Cracker, "
            "Water]\",[Coke],\"{Cracker,Water}->{Coke}\",2,,0.75,,ok\n");
}

// So the examples of PMML 3.0 to 4.0 call the items.
TEST(Association, ItemsThatAreCalledPredicted) {
  const std::string mining = R"(<MiningField name="t" usageType="group"/><MiningField name="item" usageType="predicted"/>)";
  EXPECT_EQ(scores(association(kTransactions, mining, "<OutputField name='first' feature='ruleId'/>"), "t,item\n1,Cracker\n2,Cracker\n2,Water\n3,Banana\n"),
            "first,status\n1,ok\nboth,ok\n,ok\n");
}

// In a MiningModel, whose Output may ask for further ranks of the rules of a segment.
TEST(Association, RanksOfASegmentsRules) {
  const auto mining = [](const std::string& outer) {
    const std::string model = association("", kGrouped, "");
    const size_t from = model.find("<AssociationModel");
    return document(kTransactions, "<MiningModel functionName=\"associationRules\"><MiningSchema>" + outer +
                                       "</MiningSchema><Output><OutputField name='next' feature='ruleId' rank='2' algorithm='recommendation'/><OutputField name='all' "
                                       "feature='ruleId' rank='0' isMultiValued='1' segmentId='s' algorithm='recommendation'/></Output><Segmentation multipleModelMethod=\"selectFirst\">"
                                       "<Segment id=\"s\"><True/>" + model.substr(from, model.find("</PMML>") - from) + "</Segment></Segmentation></MiningModel>");
  };
  EXPECT_EQ(scores(mining(kGrouped), "t,item\n1,Cracker\n1,Water\n2,Coke\n"), "next,all[0],all[1],all[2],status\n1,2,1,both,ok\n,,,,ok\n");
  // Rows are grouped once, for the whole document.
  EXPECT_NE(scores(mining(R"(<MiningField name="t"/><MiningField name="item"/>)"), "t,item\n1,Cracker\n").find("usageType='group' of a model inside another one"), std::string::npos);
}

// Without a group the values of a row are items of the field: item=Cracker.
TEST(Association, ItemsThatNoFieldCanGive) {
  const std::string messages = scores(association(kTransactions, R"(<MiningField name="t"/><MiningField name="item"/>)", "<OutputField name='first' feature='ruleId'/>"), "t,item\n1,Cracker\n");
  EXPECT_NE(messages.find("no active field can give any of the model's items"), std::string::npos) << messages;
}

TEST(Association, MeasuresThatAreNoNumbers) {
  std::string text = association(kTransactions, kGrouped, "<OutputField name='first' feature='ruleId'/>");
  text.replace(text.find("lift=\"2\""), 8, "lift=\"NaN\"");
  EXPECT_NE(scores(text, "t,item\n").find("rules cannot be ranked by it"), std::string::npos);
}

// PMML's Taxonomy page says what values belong to, and nothing about what that does to items.
TEST(Association, taxonomies) {
  std::string fields = kTransactions;
  fields.insert(fields.find("name=\"item\""), "taxonomy=\"goods\" ");
  Scoring s(association(fields, kGrouped, "<OutputField name='first' feature='ruleId'/>"));
  EXPECT_TRUE(s.ok());
  EXPECT_NE(s.messages().find("the taxonomy of field 'item' has no effect"), std::string::npos) << s.messages();
}

// The same rules over a table with a column an item, and over a categorical column.
TEST(Association, tables) {
  const std::string fields = R"(<DataField name="Cracker" optype="categorical" dataType="boolean"/>
    <DataField name="Coke" optype="continuous" dataType="integer"/><DataField name="Water" optype="categorical" dataType="string"/>)";
  const std::string mining = R"(<MiningField name="Cracker"/><MiningField name="Coke"/><MiningField name="Water"/>)";
  const std::string output = R"(<OutputField name="rule" feature="ruleId"/>)";
  EXPECT_EQ(scores(association(fields, mining, output), "Cracker,Coke,Water\ntrue,0,F\ntrue,0,T\nfalse,1,true\n,,\n"),
            "rule,status\n1,ok\nboth,ok\n2,ok\n,ok\n");
  const std::string categories = document(
      R"(<DataField name="Area" optype="categorical" dataType="string"/><DataField name="Day" optype="categorical" dataType="string"/>)",
      R"(<AssociationModel functionName="associationRules"><MiningSchema><MiningField name="Area"/><MiningField name="Day"/></MiningSchema>
        <Output><OutputField name="c" feature="consequent"/></Output>
        <Item id="1" value="Area=urban"/><Item id="2" value="anything" field="Day" category="Monday"/>
        <Itemset id="a"><ItemRef itemRef="1"/></Itemset><Itemset id="b"><ItemRef itemRef="2"/></Itemset>
        <AssociationRule support="1" confidence="1" antecedent="a" consequent="b"/></AssociationModel>)");
  EXPECT_EQ(scores(categories, "Area,Day\nurban,Sunday\nurban,Monday\nrural,Sunday\n"),
            "c,status\n[anything],ok\n,ok\n,ok\n");
}

// Rows of one group need not stand together; scores come in the order of the groups' first rows.
TEST(Groups, aggregates) {
  const auto derived = [](const std::string& function) {
    return "<DerivedField name='" + function +
           "' optype='continuous' dataType='double'><Aggregate field='x' function='" + function + "'/></DerivedField>";
  };
  std::string transformations, outputs;
  for (const std::string function : {"count", "sum", "average", "min", "max"}) {
    transformations += derived(function);
    outputs += "<OutputField name='o_" + function + "' feature='transformedValue'><FieldRef field='" + function +
               "'/></OutputField>";
  }
  const std::string model = document(
      R"(<DataField name="g" optype="categorical" dataType="string"/><DataField name="x" optype="continuous" dataType="double"/>)",
      "<RegressionModel functionName='regression'><MiningSchema><MiningField name='g' usageType='group'/><MiningField "
      "name='x'/></MiningSchema>"
      "<Output>" +
          outputs + "</Output><LocalTransformations>" + transformations +
          "</LocalTransformations>"
          "<RegressionTable intercept='1'><NumericPredictor name='sum' "
          "coefficient='2'/></RegressionTable></RegressionModel>");
  // a: 1, missing, 4; b: 10; c: missing only: no sum, so no score.
  const std::string table = "g,x\na,1\nb,10\na,\nc,\na,4\n";
  EXPECT_EQ(scores(model, table),
            "_target,o_count,o_sum,o_average,o_min,o_max,status\n11,2,5,2.5,1,4,ok\n21,1,10,10,10,10,ok\n,0,,,,,ok\n");
  EXPECT_EQ(scores(model, table, 2),
            "_target,o_count,o_sum,o_average,o_min,o_max,status\n,,,,,,list too long in 'x'\n"
            "21,1,10,10,10,10,ok\n,0,,,,,ok\n");
  EXPECT_EQ(scores(model, "g,x\na,1\na,oops\nb,3\n"),
            "_target,o_count,o_sum,o_average,o_min,o_max,status\n"
            ",,,,,,value of the wrong type in 'x'\n7,1,3,3,3,3,ok\n");
}

TEST(Groups, treatments) {
  const auto model = [](const std::string& field, const std::string& treatment, const std::string& predictor = "sum") {
    return document(
        "<DataField name='g' optype='categorical' dataType='string'/>" + field,
        "<RegressionModel functionName='regression'><MiningSchema><MiningField name='g' "
        "usageType='group'/><MiningField name='x' " +
            treatment +
            "/></MiningSchema><LocalTransformations><DerivedField name='sum' optype='continuous' dataType='double'>"
            "<Aggregate field='x' function='sum'/></DerivedField></LocalTransformations>"
            "<RegressionTable intercept='0'><NumericPredictor name='" +
            predictor + "' coefficient='1'/></RegressionTable></RegressionModel>");
  };
  const std::string plain = "<DataField name='x' optype='continuous' dataType='double'/>";
  const std::string bounded =
      "<DataField name='x' optype='continuous' dataType='double'><Interval closure='closedClosed' leftMargin='0' "
      "rightMargin='9'/></DataField>";
  const std::string table = "g,x\na,1\na,20\na,-3\n";
  // -3 and 20 are invalid: the row, nothing, or what is valid of it; clipped to 0..9 they are 0 and 9.
  EXPECT_EQ(scores(model(bounded, ""), table), "_target,status\n,invalid value in 'x'\n");
  EXPECT_EQ(scores(model(bounded, "invalidValueTreatment='asMissing'"), table), "_target,status\n1,ok\n");
  EXPECT_EQ(scores(model(bounded, "invalidValueTreatment='asIs'"), table), "_target,status\n18,ok\n");
  EXPECT_EQ(scores(model(plain, "outliers='asExtremeValues' lowValue='0' highValue='9'"), table),
            "_target,status\n10,ok\n");
  EXPECT_EQ(scores(model(plain, "outliers='asMissingValues' lowValue='0' highValue='9'"), table),
            "_target,status\n1,ok\n");
  EXPECT_EQ(scores(model(plain, "invalidValueTreatment='asMissing'"), "g,x\na,1\na,oops\n"), "_target,status\n1,ok\n");
  EXPECT_NE(scores(model(plain, "missingValueReplacement='1'"), table).find("a treatment of missing values"),
            std::string::npos);
  EXPECT_NE(scores(model(plain, "", "x"), table).find("as a single value"), std::string::npos);
}

// groupField alone groups rows, too.
TEST(Groups, groupField) {
  const std::string model = document(
      R"(<DataField name="g" optype="categorical" dataType="string"/><DataField name="x" optype="continuous" dataType="integer"/>)",
      R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="g"/><MiningField name="x"/></MiningSchema>
      <LocalTransformations><DerivedField name="most" optype="continuous" dataType="integer"><Aggregate field="x" function="max" groupField="g"/>
      </DerivedField></LocalTransformations><RegressionTable intercept="0"><NumericPredictor name="most" coefficient="1"/></RegressionTable></RegressionModel>)");
  EXPECT_EQ(scores(model, "g,x\na,3\nb,5\na,4\n"), "_target,status\n4,ok\n5,ok\n");
}

// A tree's predicate that reads such a field is where the message points.
TEST(Groups, fieldsOfATreeAreRefusedWhereTheyAreRead) {
  const std::string model = document(
      R"(<DataField name="g" optype="categorical" dataType="string"/><DataField name="x" optype="continuous" dataType="double"/>)",
      "<TreeModel functionName=\"regression\"><MiningSchema><MiningField name=\"g\" usageType=\"group\"/><MiningField name=\"x\"/></MiningSchema>"
      "<Node score=\"1\"><True/>\n<Node score=\"2\">\n<SimplePredicate field=\"x\" operator=\"lessThan\" value=\"3\"/></Node></Node></TreeModel>");
  const std::string messages = Scoring(model).messages();
  EXPECT_NE(messages.find(":6:18: error: field 'x' as a single value"), std::string::npos) << messages;
  EXPECT_NE(messages.find("an Aggregate makes one value of them"), std::string::npos) << messages;
}

namespace {
std::string lagModel(const std::string& lags, const std::string& mining = "<MiningField name='x'/>") {
  std::string outputs, derived;
  int i = 0;
  for (size_t at = 0; at < lags.size();) {
    const size_t end = lags.find(';', at);
    const std::string name = "l" + std::to_string(i++);
    derived += "<DerivedField name='" + name + "' optype='continuous' dataType='double'>" + lags.substr(at, end - at) +
               "</DerivedField>";
    outputs +=
        "<OutputField name='" + name + "o' feature='transformedValue'><FieldRef field='" + name + "'/></OutputField>";
    at = end + 1;
  }
  return document(
      "<DataField name='x' optype='continuous' dataType='double'/><DataField name='b' optype='categorical' "
      "dataType='string'/>",
      "<RegressionModel functionName='regression'><MiningSchema>" + mining + "</MiningSchema><Output>" + outputs +
          "</Output><LocalTransformations>" + derived +
          "</LocalTransformations><RegressionTable intercept='0'/></RegressionModel>");
}
}  // namespace

TEST(Lag, previousRows) {
  // One row back; the mean, product and sample deviation of up to two rows back: of 1 and 4 sqrt(4.5) = 2.12...
  const std::string model = lagModel(
      "<Lag field='x'/>;<Lag field='x' n='2' aggregate='avg'/>;<Lag field='x' n='2' aggregate='product'/>;"
      "<Lag field='x' n='2' aggregate='stddev'/>;");
  EXPECT_EQ(scores(model, "x\n1\n4\n\n8\n"),
            "_target,l0o,l1o,l2o,l3o,status\n0,,,,,ok\n0,1,1,1,,ok\n0,4,2.5,4,2.1213203435596424,ok\n");
  EXPECT_EQ(scores(model, "x,y\n1,1\n4,1\n,1\n8,1\n"),
            "_target,l0o,l1o,l2o,l3o,status\n0,,,,,ok\n0,1,1,1,,ok\n0,4,2.5,4,2.1213203435596424,ok\n0,,4,4,,ok\n");
}

// Rows of another block do not count.
TEST(Lag, blocks) {
  const std::string model = lagModel("<Lag field='x'><BlockIndicator field='b'/></Lag>;<Lag field='x' n='2'/>;",
                                     "<MiningField name='x'/><MiningField name='b'/>");
  EXPECT_EQ(scores(model, "x,b\n1,p\n2,q\n3,p\n4,q\n"), "_target,l0o,l1o,status\n0,,,ok\n0,,,ok\n0,1,1,ok\n0,2,2,ok\n");
}

// What was no valid value is none later on, but only where it is read; the row itself has no result.
TEST(Lag, invalid) {
  const std::string model = lagModel("<Lag field='x'/>;");
  EXPECT_EQ(scores(model, "x\n1\noops\n3\n4\n"),
            "_target,l0o,status\n0,,ok\n,,value of the wrong type in 'x'\n,,\"value of the wrong type in "
            "'lag(x,1)'\"\n0,3,ok\n");
  EXPECT_NE(scores(lagModel("<Lag field='x'/>;", "<MiningField name='x' missingValueReplacement='0'/>"), "x\n1\n")
                .find("Lag of a field"),
            std::string::npos);
  EXPECT_NE(scores(lagModel("<Lag field='x' n='0'/>;"), "x\n1\n").find("1 to 4096"), std::string::npos);
}

namespace {
std::string sequenceModel(const std::string& mining, const std::string& constraints, const std::string& outputs) {
  return document(
      "<DataField name='who' optype='categorical' dataType='string'/><DataField name='what' optype='categorical' "
      "dataType='string'/>"
      "<DataField name='day' optype='continuous' dataType='integer'/>",
      "<SequenceModel functionName='sequences' numberOfTransactions='9'><MiningSchema><MiningField name='who' "
      "usageType='group'/>"
      "<MiningField name='what'/>" +
          mining + "</MiningSchema><Output>" + outputs + "</Output>" + constraints + R"(
      <Item id="1" value="bread"/><Item id="2" value="milk"/>
      <Itemset id="b"><ItemRef itemRef="1"/></Itemset><Itemset id="m"><ItemRef itemRef="2"/></Itemset>
      <SetPredicate id="w" field="what" operator="supersetOf"><Array n="1" type="string">wine</Array></SetPredicate>
      <Sequence id="bread"><SetReference setId="b"/></Sequence>
      <Sequence id="bread then milk"><SetReference setId="b"/><Delimiter delimiter="acrossTimeWindows" gap="true"/><SetReference setId="m"/></Sequence>
      <Sequence id="wine"><SetReference setId="w"/></Sequence>
      <SequenceRule id="r1" numberOfSets="2" occurrence="1" support="0.5" confidence="0.6"><AntecedentSequence><SequenceReference seqId="bread"/></AntecedentSequence>
        <Delimiter delimiter="acrossTimeWindows" gap="unknown"/><ConsequentSequence><SequenceReference seqId="wine"/></ConsequentSequence></SequenceRule>
      <SequenceRule id="r2" numberOfSets="3" occurrence="1" support="0.25" confidence="0.8"><AntecedentSequence><SequenceReference seqId="bread then milk"/></AntecedentSequence>
        <Delimiter delimiter="acrossTimeWindows" gap="false"/><ConsequentSequence><SequenceReference seqId="wine"/></ConsequentSequence></SequenceRule>
      </SequenceModel>)");
}
const std::string kRuleOutputs =
    "<OutputField name='first' feature='ruleId' algorithm='recommendation'/><OutputField name='next' feature='ruleId' "
    "rank='2' algorithm='recommendation'/>"
    "<OutputField name='new' feature='rule'/><OutputField name='done' feature='entityId' algorithm='ruleAssociation'/>";
}  // namespace

// r1: bread, later wine; r2 (of more confidence): bread, later milk, right after it wine. A row is a transaction.
TEST(Sequence, rows) {
  const std::string model = sequenceModel("", "", kRuleOutputs);
  // ann: both antecedents, both whole rules. bob: milk before bread is no r2; wine is to come. cy: the wine does not
  // stand right after the milk, so r2 is to come and r1 done. dee: nothing.
  EXPECT_EQ(scores(model,
                   "who,what\nann,bread\nbob,milk\nann,milk\nbob,bread\nann,wine\ncy,bread\ncy,milk\ncy,tea\ncy,"
                   "wine\ndee,milk\n"),
            "first,next,new,done,status\nr2,r1,,r2,ok\nr1,,{bread}=>{wine},,ok\nr2,r1,{bread}->{milk}=>{wine},r1,ok\n,,"
            ",,ok\n");
}

// Days say what comes first, and what is together: bread and milk of one day are no sequence.
TEST(Sequence, times) {
  const std::string day = "<MiningField name='day' usageType='order'/>";
  const std::string table = "who,what,day\nann,wine,9\nann,bread,1\nann,milk,2\nbob,bread,5\nbob,milk,5\n";
  EXPECT_EQ(scores(sequenceModel(day, "", kRuleOutputs), table),
            "first,next,new,done,status\nr2,r1,,r2,ok\nr1,,{bread}=>{wine},,ok\n");
  // From bread on day 1 to wine on day 9 are 8 days, from milk to wine 7: with 7 at most r2 still ends, but takes 8 in
  // all.
  EXPECT_EQ(scores(sequenceModel(day, "<Constraints maximumAntConsSeparationTime='7'/>", kRuleOutputs), table),
            "first,next,new,done,status\nr2,r1,{bread}=>{wine},r2,ok\nr1,,{bread}=>{wine},,ok\n");
  EXPECT_EQ(scores(sequenceModel(day, "<Constraints maximumTotalSequenceTime='7'/>", kRuleOutputs), table),
            "first,next,new,done,status\nr2,r1,{bread}->{milk}=>{wine},,ok\nr1,,{bread}=>{wine},,ok\n");
}

// Of the antecedent alone no least time is asked: that between bread and wine is 8 days.
TEST(Sequence, leastTotalTime) {
  const std::string order = "<MiningField name='day' usageType='order'/>", table = "who,what,day\na,bread,1\na,wine,9\nb,bread,1\nc,bread,1\nc,wine,3\n";
  EXPECT_EQ(scores(sequenceModel(order, "<Constraints minimumTotalSequenceTime='5'/>", kRuleOutputs), table),
            "first,next,new,done,status\nr1,,,r1,ok\nr1,,{bread}=>{wine},,ok\nr1,,{bread}=>{wine},,ok\n");
}

TEST(Sequence, refusals) {
  const auto messages = [](const std::string& mining, const std::string& from, const std::string& to) {
    std::string text = sequenceModel(mining, "", kRuleOutputs);
    return scores(text.replace(text.find(from), from.size(), to), "who,what,day\n");
  };
  const std::string order = "<MiningField name='day' usageType='order'/>", gap = R"(<Delimiter delimiter="acrossTimeWindows" gap="true"/>)";
  EXPECT_NE(messages(order + "<MiningField name='later' usageType='order'/>", "</DataDictionary>", "<DataField name='later' optype='continuous' dataType='integer'/></DataDictionary>")
                .find("a second field of usageType 'order'"), std::string::npos);
  EXPECT_NE(messages("", R"(id="w" field="what")", R"(id="w" field="day")").find("field='day' of 'SetPredicate': no active field"), std::string::npos);
  EXPECT_NE(messages("", gap, gap + R"(<Delimiter delimiter="sameTimeWindow" gap="unknown"/>)").find("a second Delimiter between two sets"), std::string::npos);
}

// Items that no field can give are told of, as in an AssociationModel.
TEST(Sequence, itemsThatAreNeverThere) {
  std::string text = sequenceModel("", "", kRuleOutputs);
  const std::string milk = R"(<Item id="2" value="milk")";
  Scoring s(text.replace(text.find(milk), milk.size(), milk + R"( field="who")"));
  EXPECT_NE(s.messages().find("no active field can give item 'milk'"), std::string::npos) << s.messages();
}

// The baskets of above: all rules that fit, in their order; columns beyond the last stay empty.
TEST(MultiValued, RulesThatFit) {
  EXPECT_EQ(scores(association(kTransactions, kGrouped,
                               "<OutputField name='all' feature='ruleValue' ruleFeature='ruleId' algorithm='recommendation' rank='0' isMultiValued='1'/>"
                               "<OutputField name='best' feature='confidence' algorithm='recommendation' rank='2' isMultiValued='1'/>"),
                   "t,item\n1,Cracker\n1,Coke\n2,Cracker\n2,Water\n3,Water\n4,Banana\n"),
            "all[0],all[1],all[2],best[0],best[1],status\n1,,,0.75,,ok\n2,1,both,1,0.75,ok\n2,,,1,,ok\n,,,,,ok\n");
}

TEST(MultiValued, MultisetOfAGroup) {
  const auto with = [](const std::string& attributes) {
    return document(R"(<DataField name="t" optype="categorical" dataType="string"/><DataField name="v" optype="continuous" dataType="double"/>)",
                    R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="t" usageType="group"/><MiningField name="v"/></MiningSchema>
      <Output><OutputField name="values" feature="transformedValue" optype="continuous" dataType="double" )" +
                        attributes + R"(><Aggregate field="v" function="multiset" groupField="t"/></OutputField></Output>
      <RegressionTable intercept="1"/></RegressionModel>)");
  };
  // Equal values stay, in the order of the rows.
  EXPECT_EQ(scores(with("isMultiValued=\"1\""), "t,v\na,2\na,1\na,2\nb,3\n", 3), "_target,values[0],values[1],values[2],status\n1,2,1,2,ok\n1,3,,,ok\n");
  EXPECT_NE(scores(with(""), "t,v\na,2\n").find("function='multiset' as a single value is not supported"), std::string::npos);
}

TEST(MultiValued, WhatHasOneValueIsRefused) {
  EXPECT_NE(scores(document(R"(<DataField name="v" optype="continuous" dataType="double"/>)",
                            R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="v"/></MiningSchema><Output>
    <OutputField name="p" feature="predictedValue" isMultiValued="1"/></Output><RegressionTable intercept="1"/></RegressionModel>)"),
                   "v\n1\n")
                .find("isMultiValued of what has one value is not supported"),
            std::string::npos);
}

}  // namespace kiln::test
