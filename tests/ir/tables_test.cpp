// Tables as the frontends build and ask them.
#include <gtest/gtest.h>

#include <cmath>

#include "compiler/ir/all_nodes.h"
#include "compiler/ir/all_tables.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/compare.h"

namespace kiln::ir {

TEST(Dict, codesInOrder) {
  Dict dict;
  EXPECT_EQ(dict.add("b"), 0u);
  EXPECT_EQ(dict.add("a"), 1u);
  EXPECT_EQ(dict.add("b"), 0u);
  EXPECT_EQ(dict.size(), 2u);
  EXPECT_EQ(dict.find("a"), 1u);
  EXPECT_EQ(dict.find("c"), kNone);
  EXPECT_EQ(dict.find(1.0), kNone);
  dict.text = {"z"};  // as a parser does
  EXPECT_EQ(dict.find("z"), 0u);
  EXPECT_EQ(dict.find("a"), kNone);
}

TEST(Dict, numbersByValue) {
  Dict dict;
  dict.elem = Elem::f64;
  dict.add(-0.0), dict.add(1.5);
  EXPECT_EQ(dict.find(0.0), 0u);
  EXPECT_EQ(dict.find(std::nan("")), kNone);
  EXPECT_EQ(dict.labelText(1), "1.5");
  EXPECT_EQ(dict.labelText(2), "");
}

// ISO 8601; 11016 days are 29 February 2000 (30 years of 365 days, 7 leap days, 31 + 28).
TEST(Dict, labelsAsText) {
  auto text = [](Elem elem, int64_t value) {
    Dict dict;
    dict.elem = elem;
    dict.add(value);
    return dict.labelText(0);
  };
  EXPECT_EQ(text(Elem::i64, -7), "-7");
  EXPECT_EQ(text(Elem::boolean, 1), "true");
  EXPECT_EQ(text(Elem::date, 0), "1970-01-01");
  EXPECT_EQ(text(Elem::date, 11016), "2000-02-29");
  EXPECT_EQ(text(Elem::date, -1), "1969-12-31");
  EXPECT_EQ(text(Elem::time, 3723'000'000), "01:02:03");
}

TEST(Lookup, rowsByCode) {
  Lookup dense;
  dense.sizes = {2, 3};
  dense.numbers = {0, 1, 2, 3, 4, 5, 99};
  EXPECT_EQ(dense.row({1, 2}), 5u);
  EXPECT_EQ(dense.row({1, 3}), kNone);
  dense.defaultRow = 6;
  EXPECT_EQ(dense.row({2, 0}), 6u);
  Lookup sparse = dense;
  sparse.keys = {0, 4};
  sparse.numbers = {7, 8, 9};
  sparse.defaultRow = 2;
  EXPECT_EQ(sparse.row({1, 1}), 1u);
  EXPECT_EQ(sparse.row({1, 2}), 2u);
  sparse.sizes = {0xffffffff, 0xffffffff, 2};
  EXPECT_EQ(sparse.combinations(), UINT64_MAX);
}

TEST(Forest, building) {
  Forest f;
  f.columns = 2;
  EXPECT_EQ(f.addSet({3, 1, 1}), 0u);
  EXPECT_EQ(f.addSet({2}), 1u);
  EXPECT_EQ(f.addSet({1, 3}), 0u) << "equal sets are shared";
  EXPECT_EQ(f.addSet({}), 2u);
  EXPECT_EQ(f.setMember, (std::vector<double>{1, 3, 2}));
  Forest copy = f;
  EXPECT_EQ(copy.addSet({2}), 1u);

  f.roots = {0};
  uint32_t n = f.addNode(ir::Test::less, 0, 0.5, 0), s = f.addSetNode(1, 1, 17);
  uint32_t a = f.addLeaf();
  f.addWeight(0, 1.5);
  uint32_t b = f.addLeaf(Forest::noPrediction);
  uint32_t la = f.addLeafNode(a, 0), lb = f.addLeafNode(b, 18);
  f.yes[n] = s, f.no[n] = la, f.missing[n] = la | Forest::kMarked;
  f.yes[s] = la, f.no[s] = lb, f.missing[s] = lb;
  EXPECT_EQ(f.line, (std::vector<uint32_t>{0, 17, 0, 18}));
  EXPECT_EQ(f.leafKind, (std::vector<uint8_t>{0, Forest::noPrediction}));
  EXPECT_EQ(f.leafFirst, (std::vector<uint32_t>{0, 1, 1}));
  std::vector<std::string> problems;
  f.verify(Pipeline(), problems);
  EXPECT_TRUE(problems.empty()) << problems[0];
  f.no[s] = n;
  f.verify(Pipeline(), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0], "node 1: exit 'no' leads to 0, expected a later node of the tree");
}

TEST(Forest, targetsFromTheFirstThatIsNotZero) {
  Forest f;
  f.targets = 2;
  f.addLeaf(), f.addWeight(0, 1), f.addWeight(1, 2);
  EXPECT_EQ(f.leafTarget, (std::vector<uint32_t>{0, 1}));
}

TEST(Builder, sharesPureNodesOnly) {
  Pipeline p;
  Builder b(p);
  EXPECT_EQ(b.number(1), b.number(1));
  EXPECT_NE(b.number(0.0), b.number(-0.0));
  EXPECT_NE(b.number(1), b.number32(1));
  Input input;
  input.field = "x";
  ValueId x = b.add(input), y = b.add(input);
  EXPECT_NE(x, y);
  EXPECT_EQ(p.values[y].name, "input_2");
  EXPECT_NE(b.add(Check(), {x}), b.add(Check(), {x}));
  EXPECT_EQ(b.call("add", {x, y}), b.call("add", {x, y}));
  EXPECT_NE(b.call("add", {x, y}), b.call("add", {y, x}));
  EXPECT_NE(b.call("add", {x, y}), b.call("add", {x, y}, true));
}

TEST(Builder, refusesWithThePrintedNode) {
  Pipeline p;
  Builder b(p);
  ValueId t = b.text("a");
  size_t before = p.nodes.size();
  try {
    b.call("exp", {t});
    FAIL();
  } catch (const BuildError& error) {
    EXPECT_NE(std::string(error.what()).find("exp %const"), std::string::npos) << error.what();
  }
  EXPECT_EQ(p.nodes.size(), before);
}

TEST(Builder, namesAreUnique) {
  Pipeline p;
  Builder b(p);
  ValueId one = b.number(1);
  ValueId first = b.call("neg", {one}, false, {}, "x_2"), second = b.call("exp", {one}, false, {}, "x"),
          third = b.call("log", {one}, false, {}, "x");
  EXPECT_EQ(p.values[first].name, "x_2");
  EXPECT_EQ(p.values[second].name, "x");
  EXPECT_EQ(p.values[third].name, "x_3");
  Builder later(p);  // goes on where another stopped
  EXPECT_EQ(p.values[later.call("sin", {one}, false, {}, "x")].name, "x_4");
}

}  // namespace kiln::ir
