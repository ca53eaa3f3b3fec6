#include "tests/differential/random_pipeline.h"

#include "compiler/ir/columns.h"
#include "tests/differential/random_models.h"
#include "tests/differential/random_scalars.h"
#include "tests/differential/random_tensors.h"
#include "tests/differential/random_texts.h"
#include "tests/differential/values.h"

namespace kiln::test {
namespace {

class Generator : ScalarSteps, TensorSteps, TextSteps, ModelSteps {
 public:
  Generator(uint64_t seed, std::string focus) : focus_(std::move(focus)) { random_ = Random(seed); }

  ir::Pipeline run() {
    pipeline_.name = "random";
    for (int i = 0; i < 2; i++) addDict();
    const uint32_t inputs = 3 + random_.below(6);
    for (uint32_t i = 0; i < inputs; i++) input(i);
    const uint32_t steps = 12 + random_.below(30);
    for (uint32_t done = 0, tried = 0; done < steps && tried < 1500; tried++) {
      const auto& step = !focus_.empty() && random_.chance(50) ? steps_.at(focus_) : random_.of(all_);
      try {
        step();
        done++;
      } catch (const ir::BuildError&) {  // operands that the node does not take
      }
    }
    outputs();
    return std::move(pipeline_);
  }

 private:
  // ---- the end: late values come out, most of them so that a failure does not end the row
  void outputs() {
    uint32_t made = 0;
    for (size_t i = values_.size(); i-- > 0 && made < 10;) {
      ValueId v = values_[i];
      if (!type(v).isScalar() && random_.chance(60)) v = element(v);
      if (type(v).elem == Elem::cat && pipeline_.table<ir::Dict>(ir::TableRef{type(v).dict}).open)
        v = b_.call("is_missing", {v});
      const std::string name = "y" + std::to_string(made++);
      if (random_.chance(85))
        addOutput(b_, name, v);
      else
        addStrictOutput(b_, name, v);
    }
  }
  ValueId element(ValueId v) {
    ir::Take op;
    op.at = {random_.below(type(v).size())};
    return b_.add(op, {b_.add(ir::Reshape({type(v).size()}), {v})});
  }

  std::string focus_;
};

kiln_cell labelCell(const ir::Dict& dict, Random& random) {
  if (random.chance(15)) return code(static_cast<int64_t>(random.below(9)) - 1);
  const uint32_t i = random.below(dict.size());
  if (dict.elem == Elem::str) return random.chance(20) ? text("unknown") : text(dict.text[i].c_str());
  if (ir::isFloat(dict.elem)) return number(random.chance(20) ? random.number() : dict.numbers[i]);
  return integer(random.chance(20) ? static_cast<int64_t>(random.below(9)) : dict.integers[i]);
}

}  // namespace

ir::Pipeline randomPipeline(uint64_t seed, const std::string& focus) { return Generator(seed, focus).run(); }

std::vector<Row> randomRows(const ir::Pipeline& pipeline, uint64_t seed, size_t count) {
  Random random(seed ^ 0x5eed);
  std::vector<Row> rows;
  for (size_t r = 0; r < count; r++) {
    Row row;
    for (const ir::SchemaColumn& column : ir::inputColumns(pipeline)) {
      const auto& input = pipeline.nodes[column.node].op->as<ir::Input>();
      const uint32_t roll = random.below(100);
      if (roll < 12)
        row.push_back(missingCell());
      else if (roll < 30 || input.elem != Elem::cat) {
        std::vector<kiln_cell> cells = edgeCells(input.elem);
        if (roll < 60 && ir::isFloat(input.elem))
          row.push_back(number(random.number()));
        else if (roll < 75 && ir::isInteger(input.elem))
          row.push_back(integer(static_cast<int64_t>(random.below(12)) - 3));
        else
          row.push_back(
              roll < 18 ? cells[1]
                        : random.of(std::vector<kiln_cell>(cells.begin() + (cells.size() > 2 ? 2 : 0), cells.end())));
      } else {
        row.push_back(labelCell(pipeline.table<ir::Dict>(input.dict), random));
      }
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace kiln::test
