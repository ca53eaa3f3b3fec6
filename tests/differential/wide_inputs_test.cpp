// Inputs of many elements: cells that stand side by side are read eight at a time, and of a matrix only the columns that something reads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compiler/codegen/read_elements.h"
#include "compiler/ir/parse.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

ir::Pipeline parsed(const std::string& text) {
  Source source("wide.ir", text);
  Diagnostics diagnostics;
  auto pipeline = ir::parse(source, diagnostics);
  if (!pipeline) throw std::runtime_error(diagnostics.all().at(0).message);
  return std::move(*pipeline);
}
std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) text.replace(at, what.size(), by);
  return text;
}

const char kDoubled[] = R"(pipeline "doubled" {
  %x = input field "x" elem ELEM TREATMENT shape [21] columns [21]
  %c = check %x
  %y = add %c, %c
  output %y field "y" columns [21]
}
)";

/// Rows of numbers; in each of the others one cell is anything else.
std::vector<Row> rowsOfOdd(size_t columns) {
  std::vector<Row> rows(3);
  for (size_t r = 0; r < rows.size(); r++)
    for (size_t i = 0; i < columns; i++) rows[r].push_back(number(static_cast<double>(i) * 0.37 - static_cast<double>(r)));
  const Row plain = rows[0];
  for (size_t at = 0; at < columns; at++)
    for (const kiln_cell& odd : {integer(7), boolean(true), text("2.5"), text("north"), missingCell(), number(std::nan("")), number(1e300), code(1)}) {
      rows.push_back(plain);
      rows.back()[at] = odd;
    }
  rows.emplace_back(columns, integer(3));
  rows.emplace_back(columns, missingCell());
  return rows;
}

TEST(WideInputs, CellsOfAnyKindAmongNumbers) {
  for (const char* elem : {"f64", "f32"})
    for (const char* treatment : {"nan value nullable true", "nan missing nullable true", "nan invalid nullable true", "nan value nullable false",
                                  "nan missing nullable false", "nan invalid nullable false", "blank nan value nullable false"}) {
      const std::string text = replaced(replaced(kDoubled, "ELEM", elem), "TREATMENT", treatment);
      EXPECT_EQ(differences(parsed(text), rowsOfOdd(21)), std::vector<std::string>()) << text;
    }
}

const char kSelection[] = R"(pipeline "selection" {
  table @trees : forest {
    columns 42
    tree 0
      0  c5 <= 0.5  1 2 2
      1  leaf 0 = -0.5
      2  c41 < 3  3 4 4
      3  leaf 1 = 0.75
      4  leaf 2 = 0.125
  }
  %x = input field "x" elem f32 nullable false blank nan value shape [40] columns [40]
  %c = check %x
  %some = take %c at [3, 17, 18, 39]
  %twice = add %some, %some
  %two = take %some at [1, 2]
  %f = forest %two, %c table @trees elem f32
  output %twice field "twice" columns [4]
  output %f field "f" columns [1]
}
)";

std::vector<Row> rowsOf(size_t columns, size_t count) {
  std::vector<Row> rows(count);
  for (size_t r = 0; r < count; r++)
    for (size_t i = 0; i < columns; i++) rows[r].push_back(number(std::sin(static_cast<double>(r * columns + i)) * 5));
  rows.back()[3] = number(std::nan("")), rows.back()[0] = missingCell();
  return rows;
}
std::vector<uint32_t> elementsRead(const ir::Pipeline& pipeline) {
  std::vector<uint32_t> found;
  const auto read = codegen::readElements(pipeline, pipeline.inputs()[0]);
  for (uint32_t e = 0; e < read.size(); e++)
    if (read[e]) found.push_back(e);
  return found;
}

TEST(WideInputs, WhatASelectionLeavesOutIsNotRead) {
  const ir::Pipeline pipeline = parsed(kSelection);
  EXPECT_EQ(elementsRead(pipeline), (std::vector<uint32_t>{3, 17, 18, 39}));   // the forest's columns 2 to 41 are x: 5 is x[3], 41 x[39]
  EXPECT_EQ(differences(pipeline, rowsOf(40, 150)), std::vector<std::string>());
}
TEST(WideInputs, AnyOtherUseReadsAll) {
  const ir::Pipeline pipeline = parsed(replaced(kSelection, "output %f", "%s = reduce %c\n  output %s field \"sum\"\n  output %f"));
  EXPECT_EQ(elementsRead(pipeline).size(), 40u);
  EXPECT_EQ(differences(pipeline, rowsOf(40, 150)), std::vector<std::string>());
}

const char kForest[] = R"(pipeline "forest" {
  table @trees : forest {
    columns 40
    tree 0
      0  c5 <= 0.5  1 2 2
      1  leaf 0 = -0.5
      2  c39 < 3  3 4 3
      3  leaf 1 = 0.75
      4  leaf 2 = 0.125
    tree 1
      0  c3 > -1  1 2 1
      1  leaf 3 = 2
      2  leaf 4 = 8
  }
  %x = input field "x" elem f32 nullable false blank nan value shape [40] columns [40]
  %c = check %x
  %f = forest %c table @trees elem f32
  output %f field "f" columns [1]
}
)";

TEST(WideInputs, ForestsOfOneVector) {
  const ir::Pipeline pipeline = parsed(kForest);
  for (const std::string& strategy : codegen::strategies()) {
    codegen::Options options;
    options.strategy = strategy;
    EXPECT_EQ(differences(pipeline, rowsOf(40, 150), options), std::vector<std::string>()) << strategy;
  }
  const Loaded loaded(pipeline, {});
  Row row = rowsOf(40, 1)[0], out(1);
  row[5] = number(1), row[39] = number(std::nan("")), row[3] = number(-2);   // the second leaf by NaN, and the fifth
  Scratch scratch(*loaded.scorer());
  EXPECT_EQ(loaded.scorer()->score_row(row.data(), out.data(), scratch.data(), scratch.size(), nullptr), KILN_OK);
  EXPECT_EQ(out[0].as.number, 0.75 + 8);
}

}  // namespace
}  // namespace kiln::test
