// Steps of a random pipeline: inputs, constants, and nodes that work element by element or by a table of one.
#pragma once
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/choose.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/discretize.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/piecewise.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/edges.h"
#include "compiler/ir/tables/knots.h"
#include "compiler/ir/tables/lookup.h"
#include "tests/differential/random_operands.h"

namespace kiln::test {

class ScalarSteps : protected virtual Operands {
 protected:
  ScalarSteps() {
    step(this, "const", &ScalarSteps::constant, 2);
    step(this, "matrix", &ScalarSteps::matrix, 1);
    step(this, "prepare", &ScalarSteps::prepare, 2);
    step(this, "call", &ScalarSteps::call, 12);
    step(this, "cast", &ScalarSteps::cast, 4);
    step(this, "select", &ScalarSteps::select, 3);
    step(this, "coalesce", &ScalarSteps::coalesce, 2);
    step(this, "choose", &ScalarSteps::choose, 2);
    step(this, "raise_if", &ScalarSteps::raiseIf, 1);
    step(this, "recover", &ScalarSteps::recover, 1);
    step(this, "encode", &ScalarSteps::encode, 2);
    step(this, "lookup", &ScalarSteps::lookup, 3);
    step(this, "discretize", &ScalarSteps::discretize, 2);
    step(this, "piecewise", &ScalarSteps::piecewise, 2);
  }

  void input(uint32_t i) {
    static const Elem elems[] = {Elem::f64,     Elem::f64, Elem::f64, Elem::f32, Elem::f32,  Elem::i64,     Elem::i32,
                                 Elem::boolean, Elem::cat, Elem::cat, Elem::str, Elem::date, Elem::datetime};
    const Elem elem = i == 0 ? Elem::f64 : elems[random_.below(13)];
    ir::Input op;
    op.field = "x" + std::to_string(i), op.elem = elem;
    if (elem == Elem::cat) op.dict = random_.of(dicts_);
    op.nan = static_cast<ir::Input::Nan>(random_.below(3)), op.nullable = random_.chance(80);
    if (random_.chance(25)) op.shape = shapeOf(1 + random_.below(8));
    if (random_.chance(20) && (ir::isFloat(elem) || elem == Elem::str)) op.blank = true, op.nullable = false, op.nan = ir::Input::value;
    ValueId v = b_.add(op, {}, op.field);
    if (random_.chance(40)) v = b_.add(ir::Check(), {v});
    keep({v});
  }
  void constant() {
    ir::Const op;
    static const Elem elems[] = {Elem::f64, Elem::f64,     Elem::f32, Elem::i64,
                                 Elem::i32, Elem::boolean, Elem::str, Elem::cat};
    op.elem = elems[random_.below(8)];
    if (op.elem == Elem::cat) op.dict = random_.of(dicts_);
    if (random_.chance(10))
      op.isMissing = true;
    else if (op.elem == Elem::cat)
      op.integer = random_.below(pipeline_.table<ir::Dict>(op.dict).size());
    else if (op.elem == Elem::f64)
      op.number = random_.number();
    else if (op.elem == Elem::f32)
      op.number = static_cast<float>(random_.number());
    else if (op.elem == Elem::boolean)
      op.integer = random_.below(2);
    else if (op.elem == Elem::str)
      op.text = random_.label();
    else
      op.integer = op.elem == Elem::i32 ? static_cast<int32_t>(random_.integer()) : random_.integer();
    add(op, {});
  }
  void matrix() {
    static const Elem elems[] = {Elem::f64, Elem::f32, Elem::i64, Elem::i32, Elem::boolean};
    ir::Const op;
    op.elem = elems[random_.below(5)];
    std::vector<uint32_t> shape = {1 + random_.below(6)};
    if (random_.chance(25)) shape.push_back(1 + random_.below(3));
    op.matrix = addMatrix(op.elem, shape, false);
    add(op, {});
  }
  void prepare() {
    ir::Prepare op;
    const ValueId x = scalar([](Elem) { return true; });
    const Elem elem = type(x).elem;
    const bool text = elem == Elem::str;
    const auto value = [&]() -> double {
      if (elem == Elem::cat) return random_.below(pipeline_.table<ir::Dict>(ir::TableRef{type(x).dict}).size());
      return elem == Elem::boolean ? random_.below(2) : random_.finite();
    };
    for (uint32_t n = random_.below(3); n > 0; n--)
      text ? op.missingTexts.push_back(random_.label()) : op.missingValues.push_back(value());
    for (uint32_t n = random_.chance(50) ? 0 : random_.below(12); n > 0; n--)
      text ? op.validTexts.push_back(random_.label()) : op.validValues.push_back(value());
    for (uint32_t n = text || random_.chance(60) ? 0 : random_.below(7); n > 0; n--) {
      double low = random_.number(), high = random_.number();
      if (low > high) std::swap(low, high);
      op.intervalLow.push_back(low), op.intervalHigh.push_back(high);
      op.intervalClosed.push_back(static_cast<uint8_t>(random_.below(4)));
    }
    op.closed = random_.chance(20);
    op.invalid = static_cast<ir::Prepare::Invalid>(random_.below(4)),
    op.missing = static_cast<ir::Prepare::Missing>(random_.below(3));
    if (ir::isNumber(elem)) op.outlier = static_cast<ir::Prepare::Outlier>(random_.below(3));
    op.missingValue = value(), op.invalidValue = value(), op.missingText = random_.label(),
    op.invalidText = random_.label();
    op.low = -4.5, op.high = 6.25;
    if (random_.chance(50)) op.fieldIndex = 0;
    const std::vector<ValueId> results = b_.addAll(op, {x});
    keep(results);
    if (random_.chance(40)) keep({b_.add(ir::Check(), {results[0], results[2]})});
  }
  void call() {
    const ir::ScalarFunction& f = random_.of(ir::scalarFunctions());
    std::vector<ValueId> operands;
    for (int i = 0; i < f.arity(); i++) {
      const char letter = f.signature[i];
      const Type first = operands.empty() ? Type() : type(operands[0]);
      operands.push_back(pick([&](const Type& t) {
        if (i > 0 && (letter == 'n' || letter == 'e')) return t.elem == first.elem && t.dict == first.dict;
        switch (letter) {
          case 'd':
            return t.elem == Elem::f64;
          case 'l':
            return t.elem == Elem::i64;
          case 'b':
            return t.elem == Elem::boolean;
          case 's':
            return t.elem == Elem::str;
          case 't':
            return t.elem == Elem::date || t.elem == Elem::datetime;
          case 'n':
            return ir::isNumber(t.elem);
          default:
            return true;
        }
      }));
    }
    ir::Call op(f.name, random_.chance(40));
    op.parameters.assign(static_cast<size_t>(f.parameterCount()), 1900 + random_.below(150));
    add(op, operands);
  }
  void cast() {
    static const Elem elems[] = {Elem::f64,     Elem::f32, Elem::i64,  Elem::i32,
                                 Elem::boolean, Elem::str, Elem::date, Elem::datetime};
    add(ir::Cast(elems[random_.below(8)], static_cast<ir::Cast::Mode>(random_.below(8))), {any()});
  }
  void select() {
    const ValueId c = pick([](const Type& t) { return t.elem == Elem::boolean; }), a = any();
    const Type t = type(a);
    add(ir::Select(), {c, a, pick([&](const Type& o) { return o.elem == t.elem && o.dict == t.dict; })});
  }
  void coalesce() {
    std::vector<ValueId> operands = {any()};
    for (uint32_t n = random_.below(4); n > 0; n--) operands.push_back(like(operands[0]));
    add(ir::Coalesce(), operands);
  }
  void choose() {
    std::vector<ValueId> operands = {scalar(isCode), any()};
    for (uint32_t n = random_.below(4); n > 0; n--) operands.push_back(like(operands[1]));
    add(ir::Choose(), operands);
  }
  void raiseIf() {
    ir::RaiseIf op;
    op.cause = 2u << random_.below(5);
    if (random_.chance(30) && pipeline_.inputs().size() > 1) op.fieldIndex = 1;
    const ValueId x = any();
    add(op, {x, scalarOf(Elem::boolean)});
  }
  void recover() {
    ir::Recover op;
    if (random_.chance(50)) op.causes = 2u << random_.below(5);
    add(op, {pick([](const Type& t) { return t.fallible; })});
  }
  void encode() {
    ir::Encode op;
    op.dict = random_.chance(30) ? addDict() : random_.of(dicts_);
    const auto& dict = pipeline_.table<ir::Dict>(op.dict);
    op.unknown = dict.open && random_.chance(60) ? ir::Encode::other
                 : random_.chance(50)            ? ir::Encode::missing
                                                 : ir::Encode::fail;
    const Elem elem = dict.elem;
    add(op, {pick([&](const Type& t) {
          return t.elem == elem ||
                 (t.elem == Elem::cat && pipeline_.table<ir::Dict>(ir::TableRef{t.dict}).elem == elem);
        })});
  }
  void lookup() {
    ir::Lookup t;
    static const Elem elems[] = {Elem::f64, Elem::f64,     Elem::f32, Elem::i64,
                                 Elem::i32, Elem::boolean, Elem::str, Elem::cat};
    t.elem = elems[random_.below(8)];
    if (t.elem == Elem::cat) t.dict = random_.of(dicts_);
    std::vector<ValueId> keys;
    const uint32_t count = random_.chance(60) ? 1 : 2 + random_.below(2);
    uint32_t combinations = 1;
    for (uint32_t k = 0; k < count; k++) {
      keys.push_back(count == 1 && random_.chance(30) ? vector(isCode) : scalar(isCode));
      t.sizes.push_back(1 + random_.below(5));
      combinations *= t.sizes.back();
    }
    if (type(keys[0]).isScalar() && random_.chance(40)) t.width = 1 + random_.below(4);
    uint32_t rows = combinations;
    if (random_.chance(50)) {
      rows = 0;
      for (uint32_t i = 0; i < combinations; i++)
        if (random_.chance(50)) t.keys.push_back(i), rows++;
      if (rows == 0) t.keys.push_back(0), rows++;
    }
    if (random_.chance(50)) t.defaultRow = rows++;
    if (random_.chance(50)) t.missingRow = rows++;
    fillValues(t, rows * t.elementsPerRow());
    ir::LookupNode op;
    op.table = b_.table(t, tableName());
    add(op, keys);
  }
  void discretize() {
    ir::Edges t;
    for (uint32_t n = random_.chance(80) ? 1 + random_.below(8) : 20 + random_.below(20); n > 0; n--) {
      double low = random_.chance(15) ? -kInf : random_.number(), high = random_.chance(15) ? kInf : random_.number();
      if (low > high) std::swap(low, high);
      t.low.push_back(low), t.high.push_back(high), t.closed.push_back(static_cast<uint8_t>(random_.below(4)));
    }
    ir::Discretize op;
    op.edges = b_.table(t, tableName());
    add(op, {scalar(ir::isFloat)});
  }
  void piecewise() {
    ir::Knots t;
    double x = random_.finite();
    for (uint32_t n = 2 + (random_.chance(80) ? random_.below(6) : 10 + random_.below(20)); n > 0; n--) {
      t.x.push_back(x), t.y.push_back(random_.finite() / 3);
      x += 0.25 * (1 + random_.below(8));
    }
    ir::Piecewise op;
    op.knots = b_.table(t, tableName()), op.outlier = static_cast<ir::Piecewise::Outlier>(random_.below(3));
    add(op, {pick([](const Type& o) { return ir::isFloat(o.elem); })});
  }
};

}  // namespace kiln::test
