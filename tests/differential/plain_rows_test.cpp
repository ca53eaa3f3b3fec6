// Rows without missing or failing inputs have an instance of their own; what becomes of any row must not show which one scored it.
#include "compiler/codegen/plain_rows.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <deque>
#include <functional>
#include <limits>
#include <new>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/match_itemsets.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/itemsets.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/verify.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

ir::ValueId input(ir::Builder& b, const std::string& name, ir::Elem elem, ir::TableRef labels = {}) {
  ir::Input input;
  input.field = name, input.elem = elem, input.dict = labels;
  return b.add(input, {}, name);
}
void output(ir::Builder& b, const std::string& name, ir::ValueId v) {
  ir::Output out;
  out.field = name;
  b.add(out, {v});
}
ir::TableRef labels(ir::Builder& b, const std::string& name, std::vector<std::string> text, bool open = false) {
  ir::Dict dict;
  dict.text = std::move(text), dict.open = open;
  return b.table(std::move(dict), name);
}
/// As frontends import a field: valid values, what is missing or out of them, then a check that passes notes on.
ir::ValueId field(ir::Builder& b, ir::ValueId x, uint32_t index, ir::Prepare rules) {
  rules.fieldIndex = index;
  const auto prepared = b.addAll(rules, {x});
  return b.add(ir::Check(), {prepared[0], prepared[2]});
}

/// An input of every kind: its outcome, and what a missing one becomes.
ir::Pipeline everyInput() {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::Prepare range, replaced;
  range.closed = true, range.intervalLow = {-10}, range.intervalHigh = {10}, range.intervalClosed = {3};
  range.outlier = ir::Prepare::clip, range.low = -5, range.high = 5;
  replaced.missing = ir::Prepare::replace, replaced.missingValue = 7;
  output(b, "range", field(b, input(b, "f64", ir::Elem::f64), 0, range));
  output(b, "replaced", field(b, input(b, "f32", ir::Elem::f32), 1, replaced));
  output(b, "short", input(b, "short", ir::Elem::cat, labels(b, "eight", {"a", "bb", "ccc", "eight888", ""})));
  output(b, "long", input(b, "long", ir::Elem::cat, labels(b, "sixteen", {"a", "nine99999", "sixteen_sixteen_"})));
  const ir::TableRef open = labels(b, "open", {"a", "seventeen_seventeen", "seventeen_SEVENTEEN"}, true);
  output(b, "longer", b.call("eq", {input(b, "longer", ir::Elem::cat, open), b.code(open, 1)}));
  const ir::ValueId whole = input(b, "whole", ir::Elem::i64), flag = input(b, "flag", ir::Elem::boolean), day = input(b, "day", ir::Elem::date);
  output(b, "whole", b.add(ir::Coalesce(), {whole, b.integer(-1)}));
  output(b, "flag", flag), output(b, "day", day);
  output(b, "text", b.call("length", {input(b, "text", ir::Elem::str)}));
  ir::Input nan;
  nan.field = "nan", nan.nan = ir::Input::value;
  output(b, "nan", b.call("neg", {b.add(nan)}));
  return pipeline;
}
constexpr size_t kInputs = 10;

Row plainRow() {
  return {number(1.5), number(2), text("bb"), text("nine99999"), text("a"), integer(12), boolean(true), text("2026-02-03"), text("word"), number(3)};
}
std::vector<Row> rowsOf() {
  std::vector<Row> rows{plainRow()};
  const double kNan = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<kiln_cell>> others(kInputs);
  others[0] = {integer(3), text(" 4.5 "), text("x"), number(7), number(-11), number(kNan), boolean(true), number(-0.0)};
  others[1] = {integer(1 << 25), text("1e2"), number(kNan), number(1e300)};
  others[2] = {text("a"), text("ccc"), text("eight888"), text("eight889"), text(""), text("nine99999"), code(3), code(5), code(-1), number(1)};
  others[3] = {text("a"), text("sixteen_sixteen_"), text("sixteen_sixteen_s"), text("sixteen_sixteen"), code(2), text("")};
  others[4] = {text("seventeen_seventeen"), text("seventeen_SEVENTEEN"), text("seventeen_other"), text("unknown"), code(1), code(9)};
  others[5] = {number(3), number(3.5), text("77"), boolean(false)};
  others[6] = {text("FALSE"), number(1), number(2)};
  others[7] = {integer(20000), text("2026-02-30"), boolean(true)};
  others[8] = {text(""), number(1)};
  others[9] = {number(kNan), text("nan"), number(std::numeric_limits<double>::infinity())};
  for (size_t i = 0; i < kInputs; i++) {
    others[i].push_back(missingCell());
    for (const kiln_cell& cell : others[i]) rows.push_back(plainRow()), rows.back()[i] = cell;
  }
  rows.push_back(Row(kInputs, missingCell()));
  return rows;
}

TEST(PlainRows, AreScoredAsAnyOther) {
  const ir::Pipeline pipeline = everyInput();
  ASSERT_TRUE(ir::verify(pipeline).empty());
  EXPECT_EQ(differences(pipeline, rowsOf()), std::vector<std::string>());
}

TEST(PlainRows, HaveNoInputThatIsMissing) {
  const ir::Pipeline pipeline = everyInput();
  const auto plain = codegen::plainRows(pipeline);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(ir::verify(*plain).empty());
  ASSERT_EQ(plain->inputs().size(), kInputs);
  for (const ir::NodeId node : plain->inputs()) EXPECT_FALSE(plain->type(plain->nodes[node].results[0]).nullable);
  ASSERT_EQ(plain->outputs().size(), pipeline.outputs().size());
  for (const ir::NodeId node : plain->outputs()) EXPECT_FALSE(plain->type(plain->nodes[node].operands[0]).nullable);
}

TEST(PlainRows, HaveCodeOfTheirOwnWhereInputsMayBeMissing) {
  codegen::Want want;
  want.llvm = true;
  codegen::Options options;
  options.tiers = {"v2"};
  for (const bool nullable : {true, false}) {
    ir::Pipeline pipeline;
    ir::Builder b(pipeline);
    ir::Input x;
    x.field = "x", x.nullable = nullable;
    output(b, "y", b.call("neg", {b.add(x)}));
    EXPECT_EQ(codegen::plainRows(pipeline).has_value(), nullable);
    codegen::Artefact artefact;
    Diagnostics diagnostics;
    ASSERT_TRUE(codegen::compile(pipeline, options, want, artefact, diagnostics));
    EXPECT_EQ(artefact.llvm.at(0).second.find("@whole_row(") != std::string::npos, nullable);
  }
}

TEST(PlainRows, DoNotDoubleModelsThatDwarfTheirInputs) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::ValueId x = input(b, "x", ir::Elem::f64);
  for (int i = 0; i < 600; i++) x = b.call("add", {x, b.number(i)});
  output(b, "y", x);
  EXPECT_FALSE(codegen::plainRows(pipeline));
}

/// Text that ends so many bytes before a page that must not be read.
class BeforePage {
 public:
  BeforePage(const char* text, size_t before) : length_(std::strlen(text)) {
    pages_ = static_cast<char*>(mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (pages_ == MAP_FAILED || mprotect(pages_ + kPage, kPage, PROT_NONE) != 0) throw std::bad_alloc();
    at_ = pages_ + kPage - before - length_;
    std::memcpy(at_, text, length_);
  }
  ~BeforePage() { munmap(pages_, 2 * kPage); }
  BeforePage(const BeforePage&) = delete;
  kiln_cell cell() const {
    kiln_cell cell = text("");
    cell.as.text = at_, cell.length = static_cast<uint32_t>(length_);
    return cell;
  }

 private:
  static constexpr size_t kPage = 4096;
  size_t length_;
  char *pages_, *at_;
};

// Labels are read in whole words, but never from a page that they do not touch.
TEST(PlainRows, ReadNoPageBehindALabel) {
  std::deque<BeforePage> texts;
  std::vector<Row> rows;
  for (const auto& [column, label] : {std::pair<size_t, const char*>{2, "bb"}, {2, "eight888"}, {3, "nine99999"}, {3, "a"}, {4, "seventeen_seventeen"}})
    for (size_t before = 0; before < 18; before++) {
      texts.emplace_back(label, before);
      rows.push_back(plainRow());
      rows.back()[column] = texts.back().cell();
    }
  EXPECT_EQ(differences(everyInput(), rows), std::vector<std::string>());
}

constexpr uint32_t kLongest = 40;

ir::ValueId listOf(ir::Builder& b, const std::string& name, ir::Elem elem, ir::TableRef labels = {}) {
  ir::Input input;
  input.field = name, input.elem = elem, input.dict = labels, input.list = kLongest;
  return b.add(ir::Check(), {b.add(input, {}, name)});
}
ir::ValueId reduced(ir::Builder& b, ir::Reduce::Kind op, bool skip, ir::ValueId list) {
  ir::Reduce reduce;
  reduce.op = op, reduce.skip = skip;
  return b.add(reduce, {list});
}
/// A transaction as frontends import it: rules over its items, aggregates of its numbers, a key that nothing asks for.
ir::Pipeline transactions() {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  input(b, "key", ir::Elem::cat, labels(b, "keys", {}, true));
  const ir::ValueId items = listOf(b, "item", ir::Elem::cat, labels(b, "items", {"a", "b", "c"}, true)), prices = listOf(b, "price", ir::Elem::f64);
  ir::Lookup numbers;
  numbers.elem = ir::Elem::i32, numbers.sizes = {3}, numbers.integers = {0, 1, 2}, numbers.missing = {0, 0, 0};
  ir::LookupNode lookup;
  lookup.table = b.table(std::move(numbers), "numbers");
  ir::Itemsets rules;   // {a,b}->c, {c}->a, {}->b
  rules.items = 3, rules.firstAntecedent = {0, 2, 3, 3}, rules.antecedent = {0, 1, 2}, rules.firstConsequent = {0, 1, 2, 3}, rules.consequent = {2, 0, 1}, rules.rule = {7, 8, 9};
  ir::MatchItemsets match;
  match.table = b.table(std::move(rules), "rules"), match.k = 2;
  const ir::ValueId found = b.add(match, {b.add(lookup, {items})});
  for (uint32_t k = 0; k < 2; k++) {
    ir::Take take;
    take.at = {k};
    output(b, "rule" + std::to_string(k), b.add(take, {found}));
  }
  output(b, "sum", reduced(b, ir::Reduce::sum, true, b.call("mul", {prices, b.number(1.1)})));
  output(b, "count", reduced(b, ir::Reduce::count, true, prices));
  output(b, "median", reduced(b, ir::Reduce::median, true, prices));
  return pipeline;
}

TEST(PlainRows, OfShortListsAreScoredAsAnyOther) {
  const ir::Pipeline pipeline = transactions();
  ASSERT_TRUE(ir::verify(pipeline).empty());
  std::deque<std::vector<kiln_cell>> lists;
  std::vector<Row> rows;
  const auto listCell = [&](std::vector<kiln_cell> items) {
    lists.push_back(std::move(items));
    kiln_cell cell{};
    cell.kind = KILN_LIST, cell.as.items = lists.back().data(), cell.length = static_cast<uint32_t>(lists.back().size());
    return cell;
  };
  const std::vector<kiln_cell> items = {text("a"), text("x"), text("c"), missingCell(), text("b"), text("a")};
  const std::vector<kiln_cell> prices = {number(0.1), integer(3), missingCell(), number(1e16), number(-1e16), number(0.3), text("2.5")};
  for (const uint32_t n : {0u, 1u, 2u, 5u, codegen::kShortList - 1, codegen::kShortList, codegen::kShortList + 1, kLongest - 1, kLongest, kLongest + 1})
    for (uint32_t first = 0; first < 4; first++) {
      std::vector<kiln_cell> some, paid;
      for (uint32_t i = 0; i < n; i++) some.push_back(items[(first + i) % items.size()]), paid.push_back(prices[(first + i * 3) % prices.size()]);
      rows.push_back({text("t"), listCell(some), listCell(paid)});
      if (n > 0) paid.back() = text("none");
      rows.push_back({missingCell(), listCell(some), listCell(paid)});
    }
  rows.push_back({text("t"), missingCell(), text("a")});
  EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>());
}

TEST(PlainRows, HaveShortLists) {
  const auto plain = codegen::plainRows(transactions());
  ASSERT_TRUE(plain);
  EXPECT_TRUE(ir::verify(*plain).empty());
  EXPECT_EQ(plain->nodes[plain->inputs()[1]].op->as<ir::Input>().list, codegen::kShortList);
}

// The mean of all elements is missing unless the list is full; the first after a short list's end is none of it; a table may have a value for what is missing.
TEST(PlainRows, HaveWholeListsWhereTheirEndMatters) {
  ir::Take take;
  take.at = {codegen::kShortList};
  const auto ofMissing = [](ir::Builder& b) {
    ir::Lookup table;
    table.elem = ir::Elem::f64, table.sizes = {1}, table.numbers = {1, 10}, table.missingRow = 1;
    ir::LookupNode lookup;
    lookup.table = b.table(std::move(table), "values");
    return b.add(lookup, {listOf(b, "item", ir::Elem::cat, labels(b, "items", {"a"}))});
  };
  const std::function<ir::ValueId(ir::Builder&)> uses[] = {
      [&](ir::Builder& b) { return b.add(take, {listOf(b, "price", ir::Elem::f64)}); },
      [&](ir::Builder& b) { return reduced(b, ir::Reduce::mean, false, listOf(b, "price", ir::Elem::f64)); },
      [&](ir::Builder& b) { return reduced(b, ir::Reduce::sum, true, ofMissing(b)); }};
  for (const auto& use : uses) {
    ir::Pipeline pipeline;
    ir::Builder b(pipeline);
    output(b, "y", use(b));
    output(b, "x", input(b, "x", ir::Elem::f64));
    const auto plain = codegen::plainRows(pipeline);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->nodes[plain->inputs()[0]].op->as<ir::Input>().list, kLongest);
  }
}

}  // namespace
}  // namespace kiln::test
