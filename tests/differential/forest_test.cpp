// Forests: every strategy against the evaluator, bit for bit, on every tier of this machine, one row and many.
#include <gtest/gtest.h>

#include <set>

#include "compiler/codegen/forest/strategy.h"
#include "compiler/codegen/tiers.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/passes/pass.h"
#include "tests/differential/harness.h"
#include "tests/differential/random_forest.h"

namespace kiln::test {
namespace {

const double kInf = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

/// Columns of a forest as inputs; `checked`: what fails ends the row before the forest sees it.
struct ForestPipeline {
  ir::Pipeline pipeline;

  ForestPipeline(const RandomForest& random, ir::ForestNode node, bool checked) {
    ir::Builder b(pipeline);
    ir::Dict labels;
    labels.elem = ir::Elem::str;
    for (int i = 0; i < 12; i++) labels.text.push_back("label" + std::to_string(i));
    labels.open = true;
    const ir::TableRef dict = b.table(std::move(labels), "labels");
    std::vector<ir::ValueId> columns;
    for (size_t c = 0; c < random.columns.size(); c++) {
      ir::Input input;
      input.field = "x" + std::to_string(c), input.elem = random.columns[c].elem, input.nullable = random.columns[c].nullable;
      input.nan = checked ? ir::Input::value : ir::Input::invalid;
      if (input.elem == ir::Elem::cat) input.dict = dict;
      const ir::ValueId x = b.add(input, {}, input.field);
      columns.push_back(checked ? b.add(ir::Check(), {x}) : x);
    }
    node.table = b.table(random.forest, "trees");
    const bool byTree = node.result != ir::ForestNode::sum && node.result != ir::ForestNode::average;
    const uint32_t length = byTree ? static_cast<uint32_t>(random.forest.roots.size()) : random.forest.targets;
    node.scalar = length == 1;
    const ir::ValueId y = b.add(node, columns, "y");
    for (uint32_t i = 0; i < std::min(length, 8u); i++) {
      ir::Take take;
      take.at = {i};
      ir::Output out;
      out.field = "y" + std::to_string(i);
      b.add(out, {node.scalar ? y : b.add(take, {y})});
    }
  }
};

kiln_cell cellOf(ir::Elem elem, double x) {
  switch (elem) {
    case ir::Elem::f64:
    case ir::Elem::f32: return number(x);
    case ir::Elem::boolean: return boolean(x != 0);
    case ir::Elem::cat: return code(static_cast<int64_t>(x));
    default: return integer(static_cast<int64_t>(x));
  }
}
std::vector<Row> makeRows(Random& random, const RandomForest& forest, size_t count, double bad = 0) {
  std::vector<Row> rows;
  for (size_t r = 0; r < count; r++) {
    Row row;
    for (uint32_t c = 0; c < forest.columns.size(); c++) {
      if (bad > 0 && chance(random, bad)) row.push_back(text("no number"));
      else if (forest.columns[c].nullable && chance(random, 0.1)) row.push_back(missingCell());
      else row.push_back(cellOf(forest.columns[c].elem, makeValue(random, forest, c)));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}
std::vector<ir::Type> makeColumns(Random& random, uint32_t count, bool onlyFloats = false) {
  static const ir::Elem all[] = {ir::Elem::f64, ir::Elem::f64, ir::Elem::f32,     ir::Elem::f32, ir::Elem::i64,
                                 ir::Elem::i32, ir::Elem::boolean, ir::Elem::cat, ir::Elem::date};
  std::vector<ir::Type> columns;
  for (uint32_t c = 0; c < count; c++) {
    const ir::Elem elem = all[below(random, onlyFloats ? 4 : std::size(all))];
    columns.push_back(ir::scalarType(elem, chance(random, 0.5)));
  }
  return columns;
}

void expectEqual(const RandomForest& forest, const ir::ForestNode& node, const std::vector<Row>& rows, const std::string& what,
                 bool checked = true) {
  const ForestPipeline built(forest, node, checked);
  for (const std::string& strategy : codegen::strategies()) {
    codegen::Options options;
    options.strategy = strategy;
    EXPECT_EQ(differences(built.pipeline, rows, options), std::vector<std::string>()) << strategy << ", " << what;
  }
}

ir::ForestNode nodeOf(ir::ForestNode::Result result, ir::Elem elem = ir::Elem::f64) {
  ir::ForestNode node;
  node.result = result, node.elem = elem;
  return node;
}

// x < 0.1 on a float column: the float nearest 0.1 is 0.100000001490116..., not less; the one before is. On a double column
// 0.1 is not less than itself. -0 equals 0, a missing value and NaN take the exit `missing`.
TEST(Forest, NeighboursOfConstantsByHand) {
  for (const ir::Elem elem : {ir::Elem::f64, ir::Elem::f32}) {
    RandomForest random;
    random.columns = {ir::scalarType(elem, true)};
    ir::Forest& f = random.forest;
    f.columns = 1;
    const auto tree = [&](ir::Test test, double constant, double yes, double no, double missing) {
      const uint32_t n = f.addNode(test, 0, constant, 0);
      f.roots.push_back(n);
      uint32_t exits[3];
      const double weights[] = {yes, no, missing};
      for (int i = 0; i < 3; i++) {
        const uint32_t leaf = f.addLeaf();
        f.addWeight(0, weights[i]);
        exits[i] = f.addLeafNode(leaf, 0);
      }
      f.yes[n] = exits[0], f.no[n] = exits[1], f.missing[n] = exits[2];
    };
    tree(ir::Test::less, 0.1, 1, 0, 2);
    tree(ir::Test::greaterOrEqual, 0.0, 10, 0, 20);
    tree(ir::Test::equal, kInf, 100, 0, 200);
    const ForestPipeline built(random, nodeOf(ir::ForestNode::sum), true);
    const float tenth = 0.1f;
    struct Case { double x, f64, f32; };
    const Case cases[] = {{0.1, 10, 10},  {tenth, 10, 10}, {std::nextafterf(tenth, 0), 11, 11}, {-0.0, 11, 11}, {0, 11, 11},
                          {-5e-324, 1, 11 /* rounds to -0 */}, {-1, 1, 1}, {kInf, 110, 110}, {-kInf, 1, 1}, {kNan, 222, 222}};
    for (const std::string& strategy : codegen::strategies()) {
      codegen::Options options;
      options.strategy = strategy;
      const Loaded loaded(built.pipeline, options);
      ASSERT_EQ(loaded.error(), "");
      for (const kiln_tier& tier : loaded.tiers()) {
        Scratch scratch(*tier.scorer);
        for (const Case& c : cases) {
          const kiln_cell in = number(c.x);
          kiln_cell out{};
          kiln_status status{};
          ASSERT_EQ(tier.scorer->score_row(&in, &out, scratch.data(), scratch.size(), &status), KILN_OK);
          EXPECT_EQ(out.as.number, elem == ir::Elem::f64 ? c.f64 : c.f32) << strategy << " " << tier.name << " x " << c.x;
        }
      }
    }
  }
}

TEST(Forest, SumsOfRandomTrees) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    Random random(seed);
    ForestShape shape;
    shape.trees = seed == 1 ? 1 : 5 + below(random, 60), shape.depth = 3 + below(random, 4);
    shape.thirdExit = seed % 2 ? 0.3 : 0, shape.sets = 0.3, shape.share = seed == 3 ? 0.4 : 0, shape.f32Weights = seed % 2;
    const RandomForest forest = makeForest(random, shape, makeColumns(random, 3 + below(random, 20)));
    expectEqual(forest, nodeOf(seed == 2 ? ir::ForestNode::average : ir::ForestNode::sum, seed % 2 ? ir::Elem::f32 : ir::Elem::f64),
                makeRows(random, forest, 700), "seed " + std::to_string(seed));
  }
}

TEST(Forest, ManyTreesAsBoostersMakeThem) {
  Random random(11);
  ForestShape shape;
  shape.trees = 300, shape.depth = 6, shape.lessOnly = true, shape.constants = 400;
  const RandomForest forest = makeForest(random, shape, makeColumns(random, 12, true));
  expectEqual(forest, nodeOf(ir::ForestNode::sum), makeRows(random, forest, 1200), "300 trees");
}

TEST(Forest, ManyColumnsAndTargets) {
  Random random(12);
  ForestShape shape;
  shape.trees = 40, shape.depth = 6, shape.targets = 5, shape.emptyLeaf = 0.1, shape.sets = 0.2;
  const RandomForest forest = makeForest(random, shape, makeColumns(random, 140));
  expectEqual(forest, nodeOf(ir::ForestNode::sum), makeRows(random, forest, 300), "5 targets");
}

TEST(Forest, DeepTrees) {
  Random random(13);
  ForestShape shape;
  shape.trees = 6, shape.depth = 24, shape.leafChance = 0.35, shape.constants = 1000, shape.thirdExit = 0.05;
  const RandomForest forest = makeForest(random, shape, makeColumns(random, 10));
  expectEqual(forest, nodeOf(ir::ForestNode::sum), makeRows(random, forest, 300), "deep");
}

TEST(Forest, LeavesWithoutPrediction) {
  Random random(14);
  ForestShape shape;
  shape.trees = 20, shape.noPrediction = 0.02;
  const RandomForest forest = makeForest(random, shape, makeColumns(random, 6));
  const std::vector<Row> rows = makeRows(random, forest, 300);
  expectEqual(forest, nodeOf(ir::ForestNode::average), rows, "average");
  expectEqual(forest, nodeOf(ir::ForestNode::each, ir::Elem::f32), rows, "each");
}

// Trees of 8, 32, 64, 128 and 256 leaves: their flags stand in registers up to 128.
TEST(Forest, LeavesWithoutPredictionOfSmallAndLargeTrees) {
  for (const uint32_t depth : {3, 5, 6, 7, 8}) {
    Random random(40 + depth);
    ForestShape shape;
    shape.trees = 6, shape.depth = depth, shape.leafChance = 0, shape.noPrediction = 0.05, shape.lessOnly = true;
    const RandomForest forest = makeForest(random, shape, std::vector<ir::Type>(5, ir::scalarType(ir::Elem::f64, true)));
    expectEqual(forest, nodeOf(ir::ForestNode::sum), makeRows(random, forest, 200), "depth " + std::to_string(depth));
  }
}

TEST(Forest, LeavesAndMarks) {
  Random random(15);
  ForestShape shape;
  shape.trees = 9, shape.marks = 0.3, shape.thirdExit = 0.2;
  const RandomForest forest = makeForest(random, shape, makeColumns(random, 6));
  const std::vector<Row> rows = makeRows(random, forest, 200);
  expectEqual(forest, nodeOf(ir::ForestNode::leaf), rows, "leaf");
  expectEqual(forest, nodeOf(ir::ForestNode::marks), rows, "marks");
  expectEqual(forest, nodeOf(ir::ForestNode::each), rows, "each");
}

TEST(Forest, FailuresOfColumnsAndLeaves) {
  Random random(16);
  ForestShape shape;
  shape.trees = 5, shape.depth = 4, shape.fail = 0.05, shape.noPrediction = 0.05;
  const RandomForest forest = makeForest(random, shape, makeColumns(random, 6, true));
  const std::vector<Row> rows = makeRows(random, forest, 300, 0.1);
  expectEqual(forest, nodeOf(ir::ForestNode::sum), rows, "sum", false);
  expectEqual(forest, nodeOf(ir::ForestNode::leaf), rows, "leaf", false);
}

// Columns that fail in some rows: the strategies that know nothing of it are set right row by row. Many rows without a failure
// stand beside few with one, and the other way round.
TEST(Forest, FailuresOfColumnsUnderEveryStrategy) {
  for (uint64_t seed = 20; seed < 24; seed++) {
    Random random(seed);
    ForestShape shape;
    shape.trees = 3 + below(random, 20), shape.depth = 3 + below(random, 4);
    shape.thirdExit = 0.2, shape.sets = 0.3, shape.noPrediction = seed % 2 ? 0.03 : 0, shape.targets = seed == 22 ? 3 : 1;
    const RandomForest forest = makeForest(random, shape, makeColumns(random, 3 + below(random, 12)));
    const std::vector<Row> rows = makeRows(random, forest, 600, seed < 22 ? 0.002 : 0.1);
    const ir::Elem elem = seed % 2 ? ir::Elem::f32 : ir::Elem::f64;
    const std::string what = "seed " + std::to_string(seed);
    expectEqual(forest, nodeOf(ir::ForestNode::sum, elem), rows, what + ", sum", false);
    if (shape.targets > 1) continue;
    expectEqual(forest, nodeOf(ir::ForestNode::each, elem), rows, what + ", each", false);
    if (seed == 20) expectEqual(forest, nodeOf(ir::ForestNode::leaf), rows, what + ", leaf", false);
  }
}
// A failed column fails the result only where it is tested: x0 decides whether x1 is looked at.
TEST(Forest, FailedColumnsThatNoTestMeetsByHand) {
  RandomForest random;
  random.columns = {ir::scalarType(ir::Elem::f64, true), ir::scalarType(ir::Elem::f64, true)};
  ir::Forest& f = random.forest;
  f.columns = 2;
  const auto leaf = [&](double weight) {
    const uint32_t l = f.addLeaf();
    f.addWeight(0, weight);
    return f.addLeafNode(l, 0);
  };
  for (int tree = 0; tree < 20; tree++) {   // x0 < 0: 1; else x1 < 0: 10; else 100
    const uint32_t first = f.addNode(ir::Test::less, 0, 0, 0), second = f.addNode(ir::Test::less, 1, 0, 0);
    f.roots.push_back(first);
    f.yes[first] = leaf(1), f.no[first] = f.missing[first] = second;
    f.yes[second] = leaf(10), f.no[second] = f.missing[second] = leaf(100);
  }
  const ForestPipeline built(random, nodeOf(ir::ForestNode::sum), false);
  for (const std::string& strategy : codegen::strategies()) {
    codegen::Options options;
    options.strategy = strategy;
    const Loaded loaded(built.pipeline, options);
    ASSERT_EQ(loaded.error(), "");
    for (const kiln_tier& tier : loaded.tiers()) {
      Scratch scratch(*tier.scorer);
      const auto score = [&](kiln_cell x0, kiln_cell x1) {
        const kiln_cell in[] = {x0, x1};
        kiln_cell out{};
        kiln_status status{};
        EXPECT_EQ(tier.scorer->score_row(in, &out, scratch.data(), scratch.size(), &status), KILN_OK);
        return status.bits & KILN_NO_RESULT ? -1.0 - status.field : out.as.number;
      };
      const std::string what = strategy + " " + tier.name;
      EXPECT_EQ(score(number(-1), text("no number")), 20) << what;    // x1 failed, but nothing asks for it
      EXPECT_EQ(score(number(1), text("no number")), -2) << what;     // input 1 ends the row
      EXPECT_EQ(score(text("no number"), number(1)), -1) << what;     // input 0 ends it
      EXPECT_EQ(score(missingCell(), number(-1)), 200) << what;
      EXPECT_EQ(score(number(1), number(1)), 2000) << what;
    }
  }
}

// 140 tests of one column in a row, each of which sends a missing value to the end at once: as if it took all of them. A tree of
// 141 leaves, then, which cursor takes; were the exits thought a third way, it would be one of 281.
TEST(Forest, ThirdExitsThatLeadWhereTheOthersDo) {
  RandomForest random;
  random.columns = {ir::scalarType(ir::Elem::f64, true), ir::scalarType(ir::Elem::f64, true)};
  random.constants = {{0.5, 70, 139.5}, {0}};
  ir::Forest& f = random.forest;
  f.columns = 2;
  constexpr uint32_t kTests = 140;
  for (uint32_t tree = 0; tree < 9; tree++) {
    f.roots.push_back(f.nodes());
    const uint32_t first = f.nodes(), end = first + 2 * kTests;
    for (uint32_t i = 0; i < kTests; i++) {
      const uint32_t n = f.addNode(ir::Test::greater, 0, kTests - i, 0);
      f.yes[n] = n + 1, f.no[n] = n + 2, f.missing[n] = end;
      f.addLeafNode(f.addLeaf(), 0);
      f.addWeight(0, i);
    }
    f.addLeafNode(f.addLeaf(), 0);
    f.addWeight(0, 1000 + tree);
  }
  std::string why;
  const ir::ForestNode node = nodeOf(ir::ForestNode::sum);
  for (const codegen::ForestStrategy* s : codegen::forestStrategies()) {
    if (std::string(s->name()) == "cursor") EXPECT_TRUE(s->accepts({f, node, random.columns}, *codegen::findTier("v3"), why)) << why;
  }
  std::vector<Row> rows;
  for (int i = 0; i < 300; i++) rows.push_back({i % 7 == 0 ? missingCell() : number(i / 2.0 - 2), number(0)});
  expectEqual(random, node, rows, "chain");
}

// Trees without sets, of up to 32 leaves over floats and of up to 64 over anything: all that masks of leaves take.
TEST(Forest, MasksOfLeaves) {
  Random random(19);
  const ir::Elem kinds[][4] = {{ir::Elem::f32, ir::Elem::f32, ir::Elem::f32, ir::Elem::f32}, {ir::Elem::f64, ir::Elem::f32, ir::Elem::i64, ir::Elem::boolean}};
  for (int round = 0; round < 16; round++) {
    const bool narrow = round % 2 == 0;
    std::vector<ir::Type> columns;
    for (uint32_t c = 0; c < (round % 4 < 2 ? 4 : 11); c++) columns.push_back(ir::scalarType(kinds[!narrow][c % 4], chance(random, 0.5)));
    ForestShape shape;
    shape.trees = 1 + below(random, 40), shape.depth = narrow ? 4 : 5, shape.leafChance = round % 3 * 0.1, shape.constants = 12;
    shape.targets = 1 + round % 3, shape.thirdExit = round % 4 == 3 ? 0.05 : 0, shape.emptyLeaf = 0.1;
    const RandomForest forest = makeForest(random, shape, columns);
    const ir::ForestNode node = nodeOf(round % 5 ? ir::ForestNode::sum : ir::ForestNode::average, round % 7 ? ir::Elem::f64 : ir::Elem::f32);
    std::string why;
    for (const codegen::ForestStrategy* s : codegen::forestStrategies())
      if (std::string(s->name()) == "masks") EXPECT_TRUE(s->accepts({forest.forest, node, columns}, *codegen::findTier("v4"), why)) << why;
    expectEqual(forest, node, makeRows(random, forest, 150), "masks " + std::to_string(round));
  }
}

// Order tests of floats none of which is missing (NaN may be), every result; of several targets leaves that add to most of them, and to few.
TEST(Forest, KeysOfFloats) {
  Random random(23);
  const ir::ForestNode::Result results[] = {ir::ForestNode::sum, ir::ForestNode::average, ir::ForestNode::each, ir::ForestNode::leaf};
  for (int round = 0; round < 8; round++) {
    const ir::ForestNode node = nodeOf(results[round % 4], round % 3 ? ir::Elem::f32 : ir::Elem::f64);
    const std::vector<ir::Type> columns(5 + below(random, 30), ir::scalarType(ir::Elem::f32, false));
    ForestShape shape;
    shape.trees = 1 + below(random, 40), shape.depth = 3 + below(random, 8), shape.leafChance = 0.2, shape.thirdExit = round % 2 * 0.1;
    shape.emptyLeaf = round < 4 ? 0.05 : 0.7, shape.noPrediction = round == 1 ? 0.01 : 0;
    if (round % 4 < 2) shape.targets = 1 + below(random, 13);
    const RandomForest forest = makeForest(random, shape, columns);
    std::string why;
    for (const codegen::ForestStrategy* s : codegen::forestStrategies())
      if (std::string(s->name()) == "keys") EXPECT_TRUE(s->accepts({forest.forest, node, columns}, *codegen::findTier("v2"), why)) << why;
    expectEqual(forest, node, makeRows(random, forest, 150), "keys " + std::to_string(round));
  }
}

// A rule set as its importer writes it: conjunctions over a number, a code and an integer, the exits of which lead to the next rule.
// As paths they would be thousands; rules takes them as they are, the 65th and later ones in a second word.
TEST(Forest, ListsOfRules) {
  RandomForest random;
  random.columns = {ir::scalarType(ir::Elem::f64, true), ir::scalarType(ir::Elem::cat, true), ir::scalarType(ir::Elem::i64, true)};
  random.constants = {{0, 100, 12.5, 70.25}, {0, 1, 2, 5}, {-3, 2, 7}};
  ir::Forest& f = random.forest;
  f.columns = 3;
  f.setFirst = {0, 2, 3}, f.setMember = {1, 5, 2};
  f.roots.push_back(0);
  constexpr uint32_t kRules = 100;
  const auto tests = [&](uint32_t rule) { return rule % 3 + 1; };
  uint32_t next = 0;
  for (uint32_t rule = 0; rule < kRules; rule++) {
    next = f.nodes() + tests(rule) + 1;   // behind the rule's tests and its leaf
    for (uint32_t t = 0; t < tests(rule); t++) {
      uint32_t n = 0;
      if (t == 0) n = f.addNode(rule % 2 ? ir::Test::less : ir::Test::greaterOrEqual, 0, rule % 2 ? rule / 2.0 : 101 - rule, 0);
      else if (t == 1) n = rule % 5 ? f.addNode(ir::Test::equal, 1, rule % 7, 0) : f.addSetNode(1, rule % 2, 0);
      else n = f.addNode(ir::Test::lessOrEqual, 2, static_cast<int>(rule % 11) - 3, 0);
      f.yes[n] = n + 1, f.no[n] = next, f.missing[n] = next;
    }
    f.addLeafNode(f.addLeaf(), 0);
  }
  f.addLeafNode(f.addLeaf(), 0);
  std::string why;
  const ir::ForestNode node = nodeOf(ir::ForestNode::leaf);
  for (const codegen::ForestStrategy* s : codegen::forestStrategies()) {
    if (std::string(s->name()) == "rules") EXPECT_TRUE(s->accepts({f, node, random.columns}, *codegen::findTier("v3"), why)) << why;
  }
  Random rows(23);
  expectEqual(random, node, makeRows(rows, random, 300), "rules");
  expectEqual(random, node, makeRows(rows, random, 100, 0.1), "rules, bad cells", false);

  // Exits led past what they decide skip rules, or enter them at a later test. They are read as the same rules.
  ForestPipeline threaded(random, node, true);
  ASSERT_TRUE(passes::thread_forests(threaded.pipeline));
  const auto& shorter = threaded.pipeline.tables.back()->as<ir::Forest>();
  for (const codegen::ForestStrategy* s : codegen::forestStrategies()) {
    if (std::string(s->name()) == "rules") EXPECT_TRUE(s->accepts({shorter, node, random.columns}, *codegen::findTier("v3"), why)) << why;
  }
  codegen::Options options;
  options.strategy = "rules";
  EXPECT_EQ(differences(threaded.pipeline, makeRows(rows, random, 300), options), std::vector<std::string>());
}

// Lists of random conjunctions, their leaves behind them or at the end, threaded: few columns and constants, so that much is decided.
TEST(Forest, RandomListsOfRules) {
  Random random(24);
  static const ir::Test tests[] = {ir::Test::less, ir::Test::greaterOrEqual, ir::Test::lessOrEqual, ir::Test::greater, ir::Test::equal, ir::Test::notEqual};
  int taken = 0;
  for (int round = 0; round < 24; round++) {
    RandomForest list;
    list.columns = {ir::scalarType(ir::Elem::f64, true), ir::scalarType(ir::Elem::cat, round % 2), ir::scalarType(ir::Elem::i64, true)};
    list.constants = {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}};
    ir::Forest& f = list.forest;
    f.columns = 3;
    f.roots.push_back(0);
    std::vector<uint32_t> toLeaf;
    for (int rule = 0; rule < 25; rule++) {
      const uint32_t count = 1 + below(random, 3), next = f.nodes() + count;
      for (uint32_t t = 0; t < count; t++) {
        const uint32_t column = below(random, 3);
        const uint32_t n = f.addNode(tests[column == 1 ? 4 + below(random, 2) : below(random, 6)], column, below(random, 4), 0);
        f.yes[n] = n + 1, f.no[n] = f.missing[n] = next;
        if (chance(random, 0.2)) f.missing[n] = n + 1;   // as a default that the predicate holds
        if (t + 1 == count) toLeaf.push_back(n);
      }
    }
    f.addLeafNode(f.addLeaf(), 0);
    for (const uint32_t n : toLeaf) {
      if (f.missing[n] == n + 1) f.missing[n] = f.nodes();
      f.yes[n] = f.nodes();
      f.addLeafNode(f.addLeaf(), 0);
    }
    const ir::ForestNode node = nodeOf(ir::ForestNode::leaf);
    ForestPipeline threaded(list, node, true);
    passes::thread_forests(threaded.pipeline);
    std::string why;
    for (const codegen::ForestStrategy* s : codegen::forestStrategies())
      if (std::string(s->name()) == "rules") taken += s->accepts({threaded.pipeline.tables.back()->as<ir::Forest>(), node, list.columns}, *codegen::findTier("v3"), why);
    codegen::Options options;
    options.strategy = "rules";
    EXPECT_EQ(differences(threaded.pipeline, makeRows(random, list, 200), options), std::vector<std::string>()) << round;
  }
  EXPECT_GE(taken, 5);   // others are so threaded that no list is left
}

// Which strategy takes what: a forced one must not quietly be another in the tests above.
TEST(Forest, StrategiesTakeWhatTheyShould) {
  Random random(17);
  const auto takers = [&](const ForestShape& shape, ir::ForestNode::Result result, bool fallible) {
    std::vector<ir::Type> columns(4, ir::scalarType(ir::Elem::f64, true, fallible));
    const RandomForest forest = makeForest(random, shape, columns);
    const ir::ForestNode node = nodeOf(result);
    std::set<std::string> names;
    for (const codegen::ForestStrategy* s : codegen::forestStrategies()) {
      std::string why;
      if (s->accepts({forest.forest, node, columns}, *codegen::findTier("v4"), why)) names.insert(s->name());
      else EXPECT_NE(why, "") << s->name();
    }
    return names;
  };
  using Names = std::set<std::string>;
  ForestShape small, deep, failing;
  deep.depth = 12, deep.leafChance = 0;
  failing.fail = 0.5;
  EXPECT_EQ(takers(small, ir::ForestNode::sum, false), (Names{"cursor", "sliced", "masks", "walk", "graph"}));
  EXPECT_EQ(takers(small, ir::ForestNode::leaf, false), (Names{"cursor", "walk", "rules", "graph"}));
  EXPECT_EQ(takers(deep, ir::ForestNode::sum, false), (Names{"walk", "graph"}));
  EXPECT_EQ(takers(small, ir::ForestNode::marks, false), (Names{"graph"}));
  EXPECT_EQ(takers(small, ir::ForestNode::sum, true), (Names{"cursor", "sliced", "masks", "walk", "graph"}));
  EXPECT_EQ(takers(failing, ir::ForestNode::sum, false), (Names{"graph"}));
  EXPECT_EQ(takers(failing, ir::ForestNode::leaf, false), (Names{"cursor", "walk", "rules", "graph"}));   // who reach such a leaf are evaluated again
}

// A row alone: a small tree is compared as it is, many trees stand in lanes; hundreds of columns of floats are not ranked for them.
TEST(Forest, OneRowHasAStrategyOfItsOwn) {
  Random random(18);
  const auto cheapest = [&](uint32_t trees, uint32_t depth, const std::vector<ir::Type>& columns) {
    ForestShape shape;
    shape.trees = trees, shape.depth = depth, shape.leafChance = 0;
    const RandomForest forest = makeForest(random, shape, columns);
    std::string best;
    double cost = 0;
    const ir::ForestNode node = nodeOf(ir::ForestNode::sum);
    for (const codegen::ForestStrategy* s : codegen::forestStrategies()) {
      std::string why;
      if (!s->accepts({forest.forest, node, columns}, *codegen::findTier("v4"), why)) continue;
      const std::optional<double> now = s->rowCost({forest.forest, node, columns}, *codegen::findTier("v4"));
      if (now && (best.empty() || *now < cost)) best = s->name(), cost = *now;
    }
    return best;
  };
  const std::vector<ir::Type> few(8, ir::scalarType(ir::Elem::f64, false, false)), many(400, ir::scalarType(ir::Elem::f32, false, false));
  EXPECT_EQ(cheapest(1, 3, few), "graph");
  EXPECT_EQ(cheapest(200, 3, few), "cursor");
  EXPECT_EQ(cheapest(50, 7, many), "keys");
}

}  // namespace
}  // namespace kiln::test
