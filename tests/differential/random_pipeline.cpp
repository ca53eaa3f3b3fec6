#include "tests/differential/random_pipeline.h"

#include "compiler/ir/columns.h"
#include "compiler/ir/nodes/arrange.h"
#include "tests/differential/random_models.h"
#include "tests/differential/random_scalars.h"
#include "tests/differential/random_shapes.h"
#include "tests/differential/random_tensors.h"
#include "tests/differential/random_texts.h"
#include "tests/differential/values.h"

namespace kiln::test {
namespace {

class Generator : ScalarSteps, TensorSteps, TextSteps, ModelSteps, ShapeSteps {
 public:
  Generator(uint64_t seed, std::string focus) : focus_(std::move(focus)) { random_ = Random(seed); }

  ir::Pipeline run() {
    pipeline_.name = "random";
    for (int i = 0; i < 2; i++) addDict();
    const uint32_t inputs = 3 + random_.below(6);
    for (uint32_t i = 0; i < inputs; i++) input(i);
    const uint32_t steps = 12 + random_.below(30);
    take(steps, 1500, [&] { (!focus_.empty() && random_.chance(50) ? steps_.at(focus_) : random_.of(all_))(); });
    outputs();
    return std::move(pipeline_);
  }

  /// Few nodes over tensors of many lengths. Every second one has one input of numbers that are there, and often one output: what has loops of its own.
  ir::Pipeline ofTensors() {
    pipeline_.name = "tensors";
    mostElements_ = kMostElements;
    for (int i = 0; i < 2; i++) addDict();
    const bool plain = random_.chance(50);
    for (uint32_t i = 0, inputs = plain && random_.chance(70) ? 1 : 1 + random_.below(3); i < inputs; i++) tensorInput("x" + std::to_string(i), plain);
    const uint32_t steps = 1 + random_.below(9);
    take(steps, 1000, [&] {
      if (random_.chance(65)) shapeStep();
      else random_.of(all_)();
    });
    outputTensors();
    return std::move(pipeline_);
  }

  /// One tensor of numbers that are there in, one out.
  ir::Pipeline ofElements() {
    pipeline_.name = "elements";
    mostElements_ = kMostElements;
    const bool runs = random_.chance(60);
    ir::Input input;
    static const uint32_t lengths[] = {32, 33, 34, 40, 47, 48, 63, 64, 65, 72, 100, 257};
    input.field = "x", input.elem = random_.chance(70) ? Elem::f32 : Elem::f64, input.nan = ir::Input::value, input.nullable = false;
    input.shape = runs ? Shape{lengths[random_.below(12)]} : inputShape();
    if (!runs && random_.chance(20)) input.elem = random_.chance(50) ? Elem::i64 : Elem::boolean;
    const ValueId x = b_.add(input, {}, "x");
    keep({random_.chance(90) ? b_.add(ir::Check(), {x}) : x});
    const uint32_t steps = 1 + random_.below(6);
    take(steps, 200, [&] { elementStep(runs); });
    while (type(values_.back()).size() > 300) values_.pop_back();
    addStrictOutput(b_, "y", values_.back());
    return std::move(pipeline_);
  }
  /// The same few steps over many parts of a row, of one length or of several: units that share their code.
  ir::Pipeline ofUnits() {
    pipeline_.name = "units";
    mostElements_ = 100;
    for (int i = 0; i < 2; i++) addDict();
    ir::Input input;
    input.field = "x", input.elem = random_.chance(50) ? Elem::f32 : Elem::f64, input.nan = ir::Input::value, input.nullable = random_.chance(30);
    static const uint32_t longest[] = {1, 3, 7, 8, 9, 16, 17, 20, 25, 33, 40};
    const uint32_t most = longest[random_.below(11)], least = random_.chance(50) ? most : most - std::min(most - 1, 9u), units = 12 + random_.below(28);
    input.shape = {most + units};
    const ValueId x = b_.add(ir::Check(), {b_.add(input, {}, "x")});
    const uint32_t steps = 2 + random_.below(5);
    const Random alike = random_;
    for (uint32_t unit = 0; unit < units; unit++) unitOf(x, unit, least + unit % (most - least + 1), steps, alike);
    return std::move(pipeline_);
  }

 private:
  /// So many steps, of at most `tries`: some draw operands that their node does not take.
  template <class Step> static void take(uint32_t steps, uint32_t tries, Step step) {
    for (uint32_t done = 0, tried = 0; done < steps && tried < tries; tried++) {
      try {
        step();
        done++;
      } catch (const ir::BuildError&) {
      }
    }
  }
  void unitOf(ValueId x, uint32_t unit, uint32_t length, uint32_t steps, const Random& alike) {
    ir::Arrange part;
    part.start = unit, part.shape = {length}, part.strides = {1};
    const ValueId some = b_.add(part, {x});
    ir::Const factor;
    factor.elem = type(x).elem, factor.number = unit / 4.0;
    values_ = {some, b_.call("mul", {some, b_.add(factor)})};
    random_ = alike;
    take(steps, 200, [&] {
      if (random_.chance(80)) shapeStep();
      else random_.of(all_)();
    });
    while (values_.size() > 1 && type(values_.back()).elem == Elem::cat) values_.pop_back();
    addOutput(b_, "y" + std::to_string(unit), values_.back());
  }
  void outputTensors() {
    const uint32_t most = random_.chance(40) ? 1 : 2 + random_.below(4);
    uint32_t made = 0;
    for (size_t i = values_.size(); i-- > 0 && made < most; i -= std::min<size_t>(i, random_.below(2))) {
      const ValueId v = values_[i];
      if (type(v).elem == Elem::cat || type(v).size() > 300) continue;
      for (uint32_t n = random_.chance(10) ? 2 : 1; n > 0; n--) {
        const std::string name = "y" + std::to_string(made++);
        if (random_.chance(60)) addOutput(b_, name, v);
        else addStrictOutput(b_, name, v);
      }
    }
  }
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

ir::Pipeline randomTensors(uint64_t seed) { return Generator(seed, "").ofTensors(); }
ir::Pipeline randomElements(uint64_t seed) { return Generator(seed, "").ofElements(); }
ir::Pipeline randomUnits(uint64_t seed) { return Generator(seed, "").ofUnits(); }

std::vector<Row> rowsOfTensors(const ir::Pipeline& pipeline, uint64_t seed, size_t count) {
  Random random(seed ^ 0x7e50);
  const std::vector<Row> odd = randomRows(pipeline, seed, count);
  std::vector<Row> rows;
  for (size_t r = 0; r < count; r++) {
    const uint32_t few = r % 4 == 3 ? 1 + random.below(20) : 0;   // percent of cells that may be anything
    Row row;
    for (const ir::SchemaColumn& column : ir::inputColumns(pipeline)) {
      const auto& input = pipeline.nodes[column.node].op->as<ir::Input>();
      if (random.chance(few) || (!ir::isNumber(input.elem) && input.elem != Elem::boolean)) row.push_back(odd[r][row.size()]);
      else if (ir::isFloat(input.elem)) row.push_back(number(random.finite() / (random.chance(30) ? 3 : 1)));
      else row.push_back(input.elem == Elem::boolean ? boolean(random.chance(50)) : integer(static_cast<int64_t>(random.below(12)) - 3));
    }
    rows.push_back(row);
  }
  return rows;
}

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
