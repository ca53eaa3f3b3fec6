// onehot_sums: weighted sums over one-hot vectors add the weight of the code. What an encoder spread over a hundred columns of 0 and 1, and a
// linear model or the first layer of a network multiplies, is one addition for each output; the vector is never made.
//
// The sum is the same to the bit where adding the products with 0 changes nothing (Dense::zerosAddNothing). Short vectors stay: rows in lanes multiply faster than they gather.
#include <algorithm>
#include <cmath>

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/passes/onehot_parts.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr uint32_t kFewestColumns = 4;   // of a code
constexpr size_t kMostCodes = 256;

class OneHotSums {
 public:
  explicit OneHotSums(Pipeline& pipeline) : pipeline_(pipeline), rewriter_(pipeline) {}

  bool run() {
    bool changed = false;
    for (NodeId id = 0; id < rewriter_.size(); id++) {
      if (rewriter_.old(id).op->kind() == OpKind::Dense && rewrite(id))
        changed = true;
      else
        rewriter_.keep(id);
    }
    return changed;
  }

 private:
  bool rewrite(NodeId id) {
    const Node& node = rewriter_.old(id);
    const auto& dense = node.op->as<Dense>();
    const ValueId x = rewriter_.operandsNow(id)[0];
    if (!dense.codeAt.empty() || pipeline_.type(x).shape.size() != 1 || !dense.zerosAddNothing(pipeline_)) return false;
    std::vector<Part> parts = partsOf(pipeline_, x);
    for (Part& part : parts)
      if (part.spread != 0 && part.spread < kFewestColumns) part = {part.vector, part.columns(), 0, part.vector};
    size_t codes = 0;
    for (const Part& part : parts) codes += part.spread ? part.size : 0;
    if (codes == 0 || codes > kMostCodes || !areFinite(dense, parts)) return false;

    auto sums = std::make_unique<Dense>(dense);
    std::vector<ValueId> numbers, operands;
    uint32_t column = 0;
    for (const Part& part : parts) {
      if (part.spread == 0) numbers.push_back(part.value);
      for (uint32_t i = 0; part.spread != 0 && i < part.size; i++) {
        operands.push_back(codeOf(part, i, node.place));
        sums->codeAt.push_back(column + i * part.spread), sums->codeSize.push_back(part.spread);
      }
      column += part.columns();
    }
    if (!numbers.empty()) operands.insert(operands.begin(), vectorOf(numbers, node.place));
    rewriter_.replace(node.results[0], rewriter_.add(std::move(sums), std::move(operands), rewriter_.oldValue(node.results[0]).name, node.place));
    return true;
  }

  bool areFinite(const Dense& dense, const std::vector<Part>& parts) const {
    const Matrix& w = pipeline_.table<Matrix>(dense.weights);
    const size_t n = w.shape[1];
    size_t column = 0;
    for (const Part& part : parts) {
      for (size_t k = column; part.spread != 0 && k < column + part.columns(); k++)
        for (size_t j = 0; j < w.shape[0]; j++)
          if (!std::isfinite(w.numbers[j * n + k])) return false;
      column += part.columns();
    }
    return true;
  }

  ValueId add(std::unique_ptr<Op> op, std::vector<ValueId> operands, const Place& place) {
    const std::string name = rewriter_.freeName("part");
    return rewriter_.add(std::move(op), std::move(operands), name, place);
  }
  ValueId codeOf(const Part& part, uint32_t i, const Place& place) {
    const Type& type = pipeline_.type(part.value);
    if (type.isScalar()) return part.value;
    ValueId codes = part.value;
    if (type.shape.size() > 1) codes = add(std::make_unique<Reshape>(std::vector<uint32_t>{type.size()}), {codes}, place);
    auto take = std::make_unique<Take>();
    take->at = {i};
    return add(std::move(take), {codes}, place);
  }
  ValueId vectorOf(std::vector<ValueId>& numbers, const Place& place) {
    for (ValueId& v : numbers)
      if (const Type& type = pipeline_.type(v); type.shape.size() > 1 || (type.isScalar() && numbers.size() == 1))
        v = add(std::make_unique<Reshape>(std::vector<uint32_t>{type.size()}), {v}, place);
    return numbers.size() == 1 ? numbers[0] : add(std::make_unique<Concat>(), numbers, place);
  }

  Pipeline& pipeline_;
  Rewriter rewriter_;
};

}  // namespace

bool onehot_sums(Pipeline& pipeline) { return OneHotSums(pipeline).run(); }

}  // namespace kiln::passes
