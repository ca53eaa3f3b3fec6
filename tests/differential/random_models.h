// Steps of a random pipeline: nodes of models, and checks and notes.
#pragma once
#include <cmath>

#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/combine.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/couple.h"
#include "compiler/ir/nodes/kernel_machine.h"
#include "compiler/ir/nodes/neighbors.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/note.h"
#include "compiler/ir/nodes/onehot.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/solve.h"
#include "compiler/ir/nodes/terms.h"
#include "compiler/ir/tables/exponents.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/measure.h"
#include "tests/differential/random_operands.h"

namespace kiln::test {

class ModelSteps : protected virtual Operands {
 protected:
  ModelSteps() {
    step(this, "onehot", &ModelSteps::oneHot, 1);
    step(this, "couple", &ModelSteps::couple, 1);
    step(this, "terms", &ModelSteps::terms, 2);
    step(this, "normalize", &ModelSteps::normalize, 3);
    step(this, "combine", &ModelSteps::combine, 4);
    step(this, "solve", &ModelSteps::solve, 1);
    step(this, "pairwise", &ModelSteps::pairwise, 2);
    step(this, "neighbors", &ModelSteps::neighbors, 2);
    step(this, "kernel_machine", &ModelSteps::kernelMachine, 2);
    step(this, "check", &ModelSteps::check, 1);
    step(this, "note", &ModelSteps::note, 1);
  }

  void terms() {
    const ValueId x = vector(ir::isFloat);
    ir::Exponents t;
    t.first = {0};
    static const double exponents[] = {0, 1, 1, 2, 3, 5, 16, 17, -1, 0.5, 2.5};
    for (uint32_t n = 1 + random_.below(5); n > 0; n--) {
      for (uint32_t f = random_.below(4); f > 0; f--)
        t.operand.push_back(random_.below(type(x).size())), t.exponent.push_back(exponents[random_.below(11)]);
      t.first.push_back(static_cast<uint32_t>(t.operand.size()));
    }
    ir::Terms op;
    op.exponents = b_.table(t, tableName());
    add(op, {x});
  }
  void solve() {
    const ValueId b = vector(ir::isFloat);
    ir::Solve op;
    op.matrix = addMatrix(type(b).elem, {type(b).size(), type(b).size()}, false);
    op.upper = random_.chance(40);
    add(op, {b});
  }
  ir::TableRef addMeasure(uint32_t columns) {
    ir::Measure m;
    m.metric = static_cast<ir::Measure::Metric>(random_.below(14));
    static const double powers[] = {1, 2, 3, 0.5, 2.5}, degrees[] = {1, 2, 3, 0.5, 17};
    m.p = powers[random_.below(5)], m.degree = degrees[random_.below(5)];
    m.gamma = random_.finite(), m.coef0 = random_.finite();
    if (m.metric == ir::Measure::binarySimilarity)
      for (int i = 0; i < 8; i++) m.binary.push_back(random_.finite());
    m.skip = !m.isDot() && random_.chance(50);
    const auto list = [&](std::vector<double>& numbers) {
      if (random_.chance(50))
        for (uint32_t c = 0; c < columns; c++) numbers.push_back(random_.finite());
    };
    list(m.adjust);
    if (!m.isDot() && !m.isBinary()) {
      list(m.weight), list(m.scale);
      const uint32_t count = random_.chance(30) ? 0 : random_.chance(50) ? 1 : columns;
      for (uint32_t c = 0; c < count; c++) m.compare.push_back(ir::Measure::kCompares[random_.below(5)]);
      const auto byTables = std::count(m.compare.begin(), m.compare.end(), "table") * (m.compare.size() == 1 ? columns : 1);
      for (auto t = byTables; t > 0; t--) m.sizes.push_back(1 + random_.below(4));
      for (uint32_t size : m.sizes)
        for (uint32_t i = 0; i < size * size; i++) m.tables.push_back(random_.finite());
    }
    return b_.table(m, tableName());
  }
  // Few, or so many that kernels take them by thirty-two.
  uint32_t instances() { return 1 + random_.below(random_.chance(25) ? 120 : 20); }
  // Instances of whole numbers, or of any, some with a missing element.
  ir::TableRef addInstances(Elem elem, uint32_t rows, uint32_t columns) {
    const ir::TableRef matrix = addMatrix(elem, {rows, columns}, false);
    const bool whole = random_.chance(25);
    if (whole)
      for (double& v : b_.get<ir::Matrix>(matrix).numbers) v = random_.chance(80) ? random_.below(3) : -1.0 * random_.below(1000);
    if (whole) return matrix;
    for (double& v : b_.get<ir::Matrix>(matrix).numbers)
      if (v != v || random_.chance(20)) v = random_.chance(90) ? random_.below(2) : std::nan("");
    return matrix;
  }
  void pairwise() {
    const ValueId x = vector(ir::isFloat);
    ir::Pairwise op;
    op.rows = addInstances(type(x).elem, instances(), type(x).size()), op.measure = addMeasure(type(x).size());
    add(op, {x});
  }
  void neighbors() {
    const ValueId x = vector(ir::isFloat);
    ir::Neighbors op;
    op.rows = addInstances(type(x).elem, instances(), type(x).size()), op.measure = addMeasure(type(x).size());
    op.k = 1 + random_.below(6), op.largest = random_.chance(30);
    add(op, {x});
  }
  void kernelMachine() {
    const ValueId x = vector(ir::isFloat);
    const Elem elem = type(x).elem;
    const uint32_t rows = instances(), outputs = 1 + random_.below(4);
    ir::KernelMachine op;
    op.rows = addInstances(elem, rows, type(x).size()), op.measure = addMeasure(type(x).size());
    op.coefficients = addMatrix(elem, {outputs, rows}, random_.chance(50));
    if (random_.chance(60)) op.bias = addMatrix(elem, {outputs}, false);
    op.scalar = outputs == 1 && random_.chance(50);
    add(op, {x});
  }
  void oneHot() {
    static const Elem elems[] = {Elem::f64, Elem::f32, Elem::i64, Elem::i32};
    ir::OneHot op;
    op.elem = elems[random_.below(4)], op.size = 1 + random_.below(6);
    add(op, {pick([](const Type& t) { return isCode(t.elem) && t.shape.size() < 3; })});
  }
  void couple() {
    const Elem elem = random_.chance(50) ? Elem::f64 : Elem::f32;
    ir::Couple op;
    op.classes = 2 + random_.below(3);
    std::vector<ValueId> pairs;
    for (uint32_t p = 0; p < op.classes * (op.classes - 1) / 2; p++) pairs.push_back(scalarOf(elem));
    add(op, {b_.add(ir::Concat(), pairs)});
  }
  void normalize() { add(ir::Normalize(static_cast<ir::Normalize::Method>(random_.below(7))), {vector(ir::isFloat)}); }
  void combine() {
    ir::Combine op;
    op.method = static_cast<ir::Combine::Method>(random_.below(6)),
    op.missing = static_cast<ir::Combine::Missing>(random_.below(3));
    op.threshold = random_.below(5) / 4.0;
    const bool votes = op.method == ir::Combine::vote;
    if (votes) op.size = 1 + random_.below(5);
    const ValueId x = votes                ? vector(isCode)
                      : random_.chance(70) ? vector(ir::isFloat)
                                           : pick([](const Type& t) { return ir::isFloat(t.elem) && !t.isScalar(); });
    const uint32_t n = type(x).shape[0];
    const Elem weightElem = votes ? Elem::f64 : type(x).elem;
    std::vector<ValueId> operands = {x, ranFor(n)};
    if ((op.weighted = random_.chance(50))) operands.push_back(weightsFor(n, weightElem));
    add(op, operands);
  }
  // Which members ran: a vector of the row's own bools, or a constant.
  ValueId ranFor(uint32_t n) {
    std::vector<ValueId> bools;
    for (uint32_t i = 0; i < n; i++) {
      ValueId c = b_.boolean(random_.chance(70));
      if (random_.chance(60)) c = b_.call("is_present", {scalar([](Elem) { return true; })});
      bools.push_back(c);
    }
    return b_.add(ir::Concat(), bools);
  }
  ValueId weightsFor(uint32_t n, Elem elem) {
    ir::Const op;
    op.elem = elem, op.matrix = addMatrix(elem, {n}, false);
    return b_.add(op);
  }
  void check() {
    keep({b_.add(ir::Check(), {pick([](const Type& t) { return t.fallible; })})});
  }
  void note() {
    ir::Note op;
    op.bit = KILN_DEFAULT_USED;
    b_.add(op, {scalarOf(Elem::boolean)});
  }
};

}  // namespace kiln::test
