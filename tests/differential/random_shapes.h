// Steps of a random pipeline of tensors: values that meet in several shapes and roles, are cut, turned and put together, and lead to codes and trees.
#pragma once
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/onehot.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/forest.h"
#include "tests/differential/random_scalars.h"
#include "tests/differential/random_tensors.h"

namespace kiln::test {

class ShapeSteps : protected virtual Operands {
 protected:
  using Shape = std::vector<uint32_t>;
  static constexpr uint32_t kMostElements = 640;

  void shapeStep() {
    static constexpr void (ShapeSteps::*kSteps[])() = {&ShapeSteps::meet, &ShapeSteps::meet, &ShapeSteps::meet, &ShapeSteps::function, &ShapeSteps::function,
                                                       &ShapeSteps::chain, &ShapeSteps::choice, &ShapeSteps::castTensor, &ShapeSteps::halves, &ShapeSteps::product,
                                                       &ShapeSteps::codes, &ShapeSteps::trees, &ShapeSteps::turn};
    (this->*kSteps[random_.below(std::size(kSteps))])();
  }
  /// What the forms of a scorer for one element, or for wide rows, have: elements by themselves; with `runs` the least, sums and softmax of a row, and parts of it.
  void elementStep(bool runs) {
    const uint32_t roll = random_.below(runs ? 100 : 60);
    if (roll < 20) return chain();
    if (roll < 40) return ownFunction();
    if (roll < 50) return castTensor();
    if (roll < 60) return runs ? ownChoice() : random_.chance(50) ? ownChoice() : endOfRow();
    if (roll < 78) return ofRow();
    if (roll < 86) return add(ir::Normalize(random_.chance(70) ? ir::Normalize::softmaxMlas : ir::Normalize::logSoftmaxMlas), {tensor([](Elem e) { return e == Elem::f32; })});
    halves();
  }
  /// Lengths around those of lanes.
  Shape inputShape() {
    static const uint32_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 257};
    const uint32_t n = lengths[random_.below(random_.chance(85) ? 17 : 21)];
    return random_.chance(60) ? Shape{n} : shapeOf(n);
  }
  void tensorInput(const std::string& field, bool plain) {
    static const Elem elems[] = {Elem::f32, Elem::f32, Elem::f32, Elem::f64, Elem::f64, Elem::f64, Elem::i64, Elem::i32, Elem::boolean, Elem::str};
    ir::Input op;
    op.field = field, op.elem = elems[random_.below(10)];
    if (random_.chance(85)) op.shape = inputShape();
    op.nullable = !plain && random_.chance(60), op.nan = plain ? ir::Input::value : static_cast<ir::Input::Nan>(random_.below(3));
    ValueId v = b_.add(op, {}, op.field);
    if (plain || random_.chance(50)) v = b_.add(ir::Check(), {v});
    keep({v});
  }

 private:
  static bool spreads(const Shape& from, const Shape& to) {
    if (from.size() > to.size()) return false;
    for (size_t i = 0; i < from.size(); i++)
      if (const uint32_t have = from[from.size() - 1 - i]; have != 1 && have != to[to.size() - 1 - i]) return false;
    return true;
  }
  ValueId shaped(ValueId x, Shape shape) {
    if (type(x).shape == shape) return x;
    keep({b_.add(ir::Reshape(std::move(shape)), {x})});
    return values_.back();
  }
  uint32_t last(ValueId x) const { return type(x).shape.back(); }
  bool fits(uint64_t elements) const { return elements <= kMostElements; }

  /// What meets x element by element: x itself, turned; another vector, turned; the sums of its rows; a constant; any value.
  ValueId partner(ValueId x) {
    const Type t = type(x);
    const uint32_t n = last(x);
    const uint32_t roll = random_.below(100);
    if (roll < 20 && fits(uint64_t{t.size()} * n)) {   // [.., n, 1] with [.., 1, n]
      Shape down = t.shape;
      down.push_back(1);
      return shaped(x, down);
    }
    if (roll < 40) {
      const ValueId y = pick([&](const Type& o) { return o.elem == t.elem && fits(uint64_t{o.size()} * t.size()); });
      return shaped(y, {type(y).size(), 1});
    }
    if (roll < 55 && t.elem != Elem::boolean && t.elem != Elem::str) {
      ir::Reduce op;
      op.op = random_.chance(40) ? ir::Reduce::max : ir::Reduce::sum;
      const ValueId sums = b_.add(op, {x});
      keep({sums});
      if (type(sums).elem != t.elem || random_.chance(20)) return sums;
      Shape kept = t.shape;
      kept.back() = 1;
      return shaped(sums, kept);
    }
    if (roll < 70 && t.elem != Elem::str) {
      ir::Const op;
      Shape shape = t.shape;
      for (uint32_t& d : shape)
        if (random_.chance(25)) d = 1;
      if (random_.chance(30)) shape = {n};
      op.elem = t.elem, op.matrix = addMatrix(t.elem, shape, false);
      keep({b_.add(op)});
      return values_.back();
    }
    if (roll < 80) {
      const ValueId y = pick([&](const Type& o) { return o.elem == t.elem && o.size() == t.size(); });
      return shaped(y, random_.chance(50) ? t.shape : type(y).shape);
    }
    return pick([&](const Type& o) { return o.elem == t.elem && (spreads(o.shape, t.shape) || spreads(t.shape, o.shape)); });
  }
  const ir::ScalarFunction& binary() {
    std::vector<const ir::ScalarFunction*> all;
    for (const ir::ScalarFunction& f : ir::scalarFunctions())
      if (f.arity() == 2 && f.parameterCount() == 0 && f.signature[0] == f.signature[1]) all.push_back(&f);
    static const char* const often[] = {"add", "sub", "mul", "div", "min", "max"};
    const ir::ScalarFunction* f = random_.of(all);
    if (random_.chance(60))
      for (const ir::ScalarFunction* one : all)
        if (std::string(one->name) == often[random_.below(6)]) f = one;
    return *f;
  }
  static bool takes(char letter, Elem elem) {
    switch (letter) {
      case 'd': return elem == Elem::f64;
      case 'f': return elem == Elem::f32;
      case 'l': return elem == Elem::i64;
      case 'i': return elem == Elem::i32;
      case 'b': return elem == Elem::boolean;
      case 's': return elem == Elem::str;
      case 'w': return ir::isInteger(elem);
      case 'n': return ir::isNumber(elem);
      case 'e': return true;
      default: return false;
    }
  }
  void meet() {
    const ir::ScalarFunction& f = binary();
    ValueId x = pick([&](const Type& t) { return !t.isScalar() && takes(f.signature[0], t.elem); }), y = partner(x);
    if (random_.chance(50)) std::swap(x, y);
    add(ir::Call(f.name, random_.chance(15)), {x, y});
    if (random_.chance(40)) add(ir::Call(binary().name), {y, x});   // neighbours in one loop
  }
  void function() {
    const ir::ScalarFunction& f = random_.of(ir::scalarFunctions());
    if (f.parameterCount() != 0) throw ir::BuildError("another step");
    std::vector<ValueId> operands;
    for (int i = 0; i < f.arity(); i++) {
      const char letter = f.signature[i];
      operands.push_back(pick([&](const Type& t) {
        if (!takes(letter, t.elem)) return false;
        if (i == 0) return !t.isScalar();
        const Type& first = type(operands[0]);
        return ((letter != 'n' && letter != 'e' && letter != 'w') || t.elem == first.elem) && (spreads(t.shape, first.shape) || spreads(first.shape, t.shape));
      }));
    }
    add(ir::Call(f.name, random_.chance(20)), operands);
  }
  ValueId constantLike(ValueId x) {
    ir::Const op;
    op.elem = type(x).elem, op.matrix = addMatrix(op.elem, random_.chance(70) ? type(x).shape : Shape{random_.chance(50) ? last(x) : 1}, random_.chance(20));
    keep({b_.add(op)});
    return values_.back();
  }
  /// Of elements that each meet their own, a constant's, or a scalar.
  void ownFunction() {
    const ir::ScalarFunction& f = binary();
    const ValueId x = tensor([&](Elem e) { return takes(f.signature[0], e); });
    const uint32_t roll = random_.below(100);
    const ValueId y = roll < 40 && type(x).elem != Elem::str ? constantLike(x) : roll < 60 ? scalarOf(type(x).elem) : like(x);
    const bool turned = random_.chance(50);
    add(ir::Call(f.name), {turned ? y : x, turned ? x : y});
  }
  void ownChoice() {
    const ValueId c = tensor([](Elem e) { return e == Elem::boolean; });
    const ValueId a = pick([&](const Type& t) { return t.shape == type(c).shape && t.elem != Elem::str; });
    add(ir::Select(), {c, a, random_.chance(50) ? constantLike(a) : like(a)});
  }
  /// The row ends where any element is true.
  void endOfRow() {
    const ValueId c = tensor([](Elem e) { return e == Elem::boolean; });
    ir::Reduce any;
    any.op = ir::Reduce::any;
    const ValueId x = pick([&](const Type& t) { return t.shape == type(c).shape; });
    add(ir::RaiseIf(), {x, b_.add(any, {shaped(c, {type(c).size()})})});
    if (random_.chance(70)) add(ir::Check(), {values_.back()});
  }
  void ofRow() {
    const ValueId x = tensor(ir::isFloat);
    if (random_.chance(20)) return add(ir::ArgMax(), {x});
    ir::Reduce op;
    static constexpr ir::Reduce::Kind kinds[] = {ir::Reduce::min, ir::Reduce::max, ir::Reduce::sum, ir::Reduce::sumsq};
    op.op = kinds[random_.below(4)];
    if (op.op == ir::Reduce::sum) op.order = random_.chance(80) ? ir::Reduce::vectors : ir::Reduce::index;
    if (op.op == ir::Reduce::sumsq && type(x).elem == Elem::f32) op.order = ir::Reduce::fused;
    add(op, {x});
  }
  void chain() {
    static const char* const names[] = {"neg", "abs", "sqrt", "exp", "floor", "tanh", "sign"};
    ValueId x = tensor(ir::isNumber);
    for (uint32_t n = 1 + random_.below(4); n > 0; n--) {
      if (random_.chance(50)) add(ir::Call(names[random_.below(7)]), {x});
      else add(ir::Call(random_.chance(50) ? "add" : "mul"), {x, random_.chance(40) ? x : like(x)});
      x = values_.back();
    }
  }
  void choice() {
    const ValueId c = pick([](const Type& t) { return t.elem == Elem::boolean; });
    const auto meets = [&](const Type& t, const Shape& shape) { return spreads(t.shape, shape) || spreads(shape, t.shape); };
    const ValueId a = pick([&](const Type& t) { return meets(t, type(c).shape); });
    add(ir::Select(), {c, a, pick([&](const Type& t) { return t.elem == type(a).elem && t.dict == type(a).dict && meets(t, type(c).shape) && meets(t, type(a).shape); })});
  }
  void castTensor() {
    static const Elem elems[] = {Elem::f64, Elem::f32, Elem::i64, Elem::i32, Elem::boolean};
    add(ir::Cast(elems[random_.below(5)]), {tensor([](Elem e) { return ir::isNumber(e) || e == Elem::boolean; })});
  }
  /// Parts of a vector, something done to one or both, and these together again.
  void halves() {
    const ValueId x = pick([](const Type& t) { return t.shape.size() == 1 && t.shape[0] >= 2; });
    const uint32_t n = last(x), cut = 1 + random_.below(n - 1);
    const auto part = [&](uint32_t from, uint32_t to) {
      ir::Arrange op;
      op.start = from, op.shape = {to - from}, op.strides = {1};
      ValueId v = b_.add(op, {x});
      keep({v});
      if (ir::isNumber(type(x).elem) && random_.chance(60)) {
        v = b_.add(ir::Call(random_.chance(50) ? "neg" : "abs"), {v});
        keep({v});
      }
      return v;
    };
    const ValueId a = part(0, cut), b = part(cut, n);
    add(ir::Concat(), random_.chance(50) ? std::vector<ValueId>{a, b} : random_.chance(50) ? std::vector<ValueId>{b, a, x} : std::vector<ValueId>{b, a});
  }
  /// Of a matrix and itself turned over, or of a vector and itself.
  void product() {
    const ValueId x = pick([](const Type& t) { return !t.isScalar() && t.shape.size() <= 2 && ir::isNumber(t.elem); });
    const uint32_t m = type(x).shape.size() == 2 ? type(x).shape[0] : 1, n = last(x);
    const ValueId rows = shaped(x, {m, n});
    ir::Arrange over;
    over.shape = {n, m}, over.strides = {1, n};
    const ValueId columns = b_.add(over, {rows});
    keep({columns});
    if (random_.chance(50) || !fits(uint64_t{n} * n)) add(ir::MatMul(), {rows, columns});
    else add(ir::MatMul(), {columns, rows});
  }
  void turn() {
    const ValueId x = tensor([](Elem) { return true; });
    ir::Arrange op;
    const Shape& shape = type(x).shape;
    int64_t stride = 1;
    for (size_t d = shape.size(); d-- > 0; stride *= shape[d]) {
      const bool back = random_.chance(40);
      op.shape.insert(op.shape.begin(), shape[d]), op.strides.insert(op.strides.begin(), back ? -stride : stride);
      if (back) op.start += stride * (shape[d] - 1);
    }
    if (op.shape.size() > 1 && random_.chance(60)) std::swap(op.shape[0], op.shape.back()), std::swap(op.strides[0], op.strides.back());
    add(op, {x});
  }
  /// Codes of computed numbers: looked up, as marks, or as places.
  void codes() {
    const ValueId x = tensor(ir::isNumber);
    const ValueId code = b_.add(ir::Cast(Elem::i32), {x});
    keep({code});
    if (random_.chance(40)) {
      ir::OneHot op;
      op.elem = random_.chance(50) ? Elem::f32 : Elem::f64, op.size = 2 + random_.below(4);
      if (fits(uint64_t{type(x).size()} * op.size)) return add(op, {code});
    }
    ir::Lookup t;
    static const Elem elems[] = {Elem::f64, Elem::f32, Elem::i64, Elem::i32, Elem::boolean, Elem::str};
    t.elem = elems[random_.below(6)], t.sizes = {2 + random_.below(6)};
    uint32_t rows = t.sizes[0];
    if (random_.chance(70)) t.defaultRow = rows++;
    if (random_.chance(50)) t.missingRow = rows++;
    fillValues(t, rows);
    if (random_.chance(70)) t.missing.clear();
    ir::LookupNode op;
    op.table = b_.table(t, tableName());
    add(op, {code});
  }
  /// A few small trees over computed columns.
  void trees() {
    std::vector<ValueId> operands;
    uint32_t columns = 0;
    for (uint32_t n = 1 + random_.below(3); n > 0; n--) {
      operands.push_back(pick([](const Type& t) { return ir::isNumber(t.elem) && t.size() <= 64; }));
      columns += type(operands.back()).size();
    }
    ir::Forest f;
    f.columns = columns, f.targets = 1;
    for (uint32_t n = 1 + random_.below(12); n > 0; n--) f.roots.push_back(treeNode(f, random_.below(4)));
    ir::ForestNode op;
    op.table = b_.table(f, tableName()), op.result = static_cast<ir::ForestNode::Result>(random_.below(4));
    op.elem = random_.chance(50) ? Elem::f32 : Elem::f64;
    add(op, operands);
  }
  uint32_t treeNode(ir::Forest& f, uint32_t depth) {
    if (depth == 0) {
      const uint32_t leaf = f.addLeaf();
      f.addWeight(0, static_cast<float>(random_.finite()));
      return f.addLeafNode(leaf, 0);
    }
    const uint32_t n = f.addNode(static_cast<ir::Test>(random_.below(4)), random_.below(f.columns), random_.finite() / 4, 0);
    const uint32_t yes = treeNode(f, depth - 1), no = treeNode(f, depth - 1);
    f.yes[n] = yes, f.no[n] = no, f.missing[n] = random_.chance(50) ? yes : no;
    return n;
  }
};

}  // namespace kiln::test
