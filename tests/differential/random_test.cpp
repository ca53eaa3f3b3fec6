// The strongest test of the compiler: random pipelines of every node, compiled for every tier and run row by row and in
// batches, must give the evaluator's bits. KILN_RANDOM_PIPELINES=n runs that many, KILN_RANDOM_SEED=n begins elsewhere;
// a failure names its seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/print.h"
#include "compiler/ir/verify.h"
#include "tests/differential/random_pipeline.h"

namespace kiln::test {
namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

void compare(uint64_t seed, const std::string& focus, const ir::Pipeline& pipeline, const std::vector<Row>& rows) {
  const std::vector<ir::Problem> problems = ir::verify(pipeline);
  for (const ir::Problem& problem : problems) ADD_FAILURE() << "seed " << seed << ": " << problem.message;
  if (!problems.empty()) return;
  EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>()) << "seed " << seed << " focus '" << focus << "'\n"
                                                                     << ir::print(pipeline);
}

void compare(uint64_t seed, const std::string& focus) {
  const ir::Pipeline pipeline = randomPipeline(seed, focus);
  compare(seed, focus, pipeline, randomRows(pipeline, seed, 150));
}

class RandomNode : public testing::TestWithParam<const char*> {};

TEST_P(RandomNode, EqualsTheEvaluator) {
  const uint64_t count = setting("KILN_RANDOM_NODE_PIPELINES", 4), seed = setting("KILN_RANDOM_SEED", 1000);
  for (uint64_t i = 0; i < count; i++) compare(seed + i, GetParam());
}
INSTANTIATE_TEST_SUITE_P(All, RandomNode,
                         testing::Values("const", "matrix", "prepare", "call", "cast", "select", "coalesce", "choose",
                                         "raise_if", "recover", "encode", "lookup", "discretize", "piecewise", "concat",
                                         "take", "reduce", "argmax", "topk", "tally", "dense", "terms", "normalize",
                                         "combine", "matches", "rewrite", "format", "count_terms", "check", "note", "solve",
                                         "pairwise", "neighbors", "kernel_machine", "reshape", "arrange",
                                         "gather", "scatter", "cumsum", "matmul", "conv"),
                         [](const auto& info) { return std::string(info.param); });

TEST(RandomPipelines, EqualTheEvaluator) {
  const uint64_t count = setting("KILN_RANDOM_PIPELINES", 20), seed = setting("KILN_RANDOM_SEED", 1);
  for (uint64_t i = 0; i < count; i++) compare(seed + i, "");
}

/// As many pipelines of tensors as KILN_RANDOM_PIPELINES says, or a part of them where each takes long.
void compareTensors(ir::Pipeline (*make)(uint64_t), const char* what, uint64_t part) {
  const uint64_t count = (setting("KILN_RANDOM_PIPELINES", 20) + part - 1) / part, seed = setting("KILN_RANDOM_SEED", 1);
  for (uint64_t i = 0; i < count; i++) {
    const ir::Pipeline pipeline = make(seed + i);
    compare(seed + i, what, pipeline, rowsOfTensors(pipeline, seed + i, 70));
  }
}
TEST(RandomPipelines, OfTensorsThatMeetInSeveralShapes) { compareTensors(randomTensors, "tensors", 1); }
TEST(RandomPipelines, OfOneTensorInAndOneOut) { compareTensors(randomElements, "elements", 1); }
TEST(RandomPipelines, OfUnitsThatShareCode) { compareTensors(randomUnits, "units", 4); }

// Forests: forest_test.cpp. What reads lists, and networks: tests/ir, which IrFiles compiles.
bool testedElsewhere(ir::OpKind kind) {
  return kind == ir::OpKind::ForestNode || kind == ir::OpKind::MatchItemsets || kind == ir::OpKind::MatchSequences ||
         kind == ir::OpKind::BayesNet || kind == ir::OpKind::CountNgrams || kind == ir::OpKind::Tokens;
}

// The generator must not become blind: enough rows keep their results, enough results are present, and every node
// occurs.
TEST(RandomPipelines, SayMuch) {
  size_t rows = 0, results = 0, cells = 0, present = 0;
  std::set<ir::OpKind> met;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    const ir::Pipeline pipeline = randomPipeline(seed);
    for (const ir::Node& node : pipeline.nodes) met.insert(node.op->kind());
    ir::Evaluator evaluator(pipeline);
    Row out(ir::outputColumns(pipeline).size());
    for (const Row& row : randomRows(pipeline, seed, 150)) {
      kiln_status status{};
      evaluator.evaluate(row.data(), out.data(), &status);
      rows++, results += !(status.bits & KILN_NO_RESULT);
      for (const kiln_cell& c : out) cells++, present += c.kind != KILN_MISSING;
    }
  }
  EXPECT_GT(results * 100 / rows, 30u);
  EXPECT_GT(present * 100 / cells, 15u);
#define NODE(Type, text)                          \
  if (!testedElsewhere(ir::OpKind::Type)) EXPECT_TRUE(met.count(ir::OpKind::Type)) << #text;
#include "compiler/ir/nodes.def"
#undef NODE
}

}  // namespace
}  // namespace kiln::test
