// Products with so many constant weights that blocks of rows have a kernel of their own, and the weights of an input places between them.
#include <gtest/gtest.h>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/tables/matrix.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

/// Numbers of three digits, the same each time.
class Numbers {
 public:
  double next() { return seed_ = seed_ * 1664525 + 1013904223, static_cast<double>(seed_ >> 16) / 65536 - 0.5; }

 private:
  uint32_t seed_ = 1;
};

ir::Pipeline productOf(ir::Elem elem, uint32_t inputs, uint32_t outputs, bool biased) {
  ir::Pipeline pipeline;
  pipeline.name = "product", pipeline.sourceFormat = "hand";
  ir::Builder b(pipeline);
  ir::Input in;
  in.field = "X", in.elem = elem, in.nullable = false, in.nan = ir::Input::value, in.shape = in.columns = {inputs};
  Numbers numbers;
  const auto matrix = [&](std::vector<uint32_t> shape, const char* name) {
    ir::Matrix m;
    m.elem = elem, m.shape = std::move(shape);
    size_t count = 1;
    for (uint32_t d : m.shape) count *= d;
    for (size_t i = 0; i < count; i++) m.numbers.push_back(static_cast<float>(numbers.next()));
    return b.table(std::move(m), name);
  };
  ir::Dense dense;
  dense.weights = matrix({outputs, inputs}, "weights");
  if (biased) dense.bias = matrix({outputs}, "bias");
  if (elem == ir::Elem::f32) dense.order = ir::Dense::fused, dense.panel = 256;
  ir::Output out;
  out.field = "Y", out.columns = {outputs};
  b.add(out, {b.add(dense, {b.add(ir::Check(), {b.add(in, {}, "X")})})});
  return pipeline;
}

TEST(Products, OfManyWeightsEqualTheEvaluator) {
  for (const auto& [inputs, outputs] : {std::pair{40u, 17u}, {200u, 64u}, {600u, 3u}})
    for (const ir::Elem elem : {ir::Elem::f32, ir::Elem::f64})
      for (const bool biased : {false, true}) {
        Numbers numbers;
        std::vector<Row> rows(70);
        for (Row& row : rows)
          for (uint32_t i = 0; i < inputs; i++) row.push_back(number(static_cast<float>(numbers.next())));
        for (const std::string& difference : differences(productOf(elem, inputs, outputs, biased), rows)) ADD_FAILURE() << inputs << " x " << outputs << ": " << difference;
      }
}

}  // namespace
}  // namespace kiln::test
