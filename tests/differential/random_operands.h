// What the steps of a random pipeline share: the pipeline so far, operands that a node may take, tables, and the list of steps.
#pragma once
#include <algorithm>
#include <functional>
#include <map>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "tests/differential/random.h"

namespace kiln::test {

using ir::Elem;
using ir::Type;
using ir::ValueId;

class Operands {
 protected:
  /// A node's step, by the node's name in nodes.def.
  template <class Steps> void step(Steps* steps, const char* name, void (Steps::*f)(), int weight) {
    steps_[name] = [steps, f] { (steps->*f)(); };
    for (int i = 0; i < weight; i++) all_.push_back(steps_[name]);
  }

  // ---- operands
  const Type& type(ValueId v) const { return b_.type(v); }
  ValueId pick(const std::function<bool(const Type&)>& wanted) {
    std::vector<ValueId> found;
    for (ValueId v : values_)
      if (wanted(type(v))) found.push_back(v);
    if (found.empty()) throw ir::BuildError("no operand");
    if (random_.chance(60))
      return found[found.size() - 1 - random_.below(std::min<uint32_t>(6, static_cast<uint32_t>(found.size())))];
    return random_.of(found);
  }
  ValueId any() {
    return pick([](const Type&) { return true; });
  }
  ValueId scalar(const std::function<bool(Elem)>& wanted) {
    return pick([&](const Type& t) { return t.isScalar() && wanted(t.elem); });
  }
  ValueId scalarOf(Elem elem) {
    return scalar([=](Elem e) { return e == elem; });
  }
  ValueId vector(const std::function<bool(Elem)>& wanted) {
    if (random_.chance(25)) return tensor(wanted);
    if (random_.chance(50)) return pick([&](const Type& t) { return t.shape.size() == 1 && wanted(t.elem); });
    return vectorOf(scalar(wanted), 1 + random_.below(7));
  }
  ValueId tensor(const std::function<bool(Elem)>& wanted) {
    return pick([&](const Type& t) { return !t.isScalar() && wanted(t.elem); });
  }
  // Any shape of n elements.
  std::vector<uint32_t> shapeOf(uint32_t n) {
    std::vector<uint32_t> shape;
    for (uint32_t d = 2; d <= n && shape.size() < 3; d++)
      if (n % d == 0 && random_.chance(70)) shape.push_back(d), n /= d, d = 1;
    if (random_.chance(20)) shape.insert(shape.begin() + random_.below(static_cast<uint32_t>(shape.size()) + 1), 1);
    shape.push_back(n);
    return shape;
  }
  // Scalars of the first one's type, end to end.
  ValueId vectorOf(ValueId first, uint32_t length) {
    std::vector<ValueId> operands = {first};
    while (operands.size() < length) operands.push_back(like(first));
    keep({b_.add(ir::Concat(), operands)});
    return values_.back();
  }
  ValueId like(ValueId v) {  // same element, same shape
    const Type t = type(v);
    return pick([&](const Type& o) { return o.elem == t.elem && o.dict == t.dict && o.shape == t.shape; });
  }
  static bool isCode(Elem e) { return e == Elem::i32 || e == Elem::cat; }
  void keep(const std::vector<ValueId>& results) {
    for (ValueId v : results)
      if (v != ir::kNone && type(v).size() <= mostElements_) values_.push_back(v);
  }
  template <class T>
  void add(T op, std::vector<ValueId> operands) {
    keep(b_.addAll(std::move(op), std::move(operands)));
  }

  // ---- tables
  std::string tableName() { return "t" + std::to_string(pipeline_.tables.size()); }
  ir::TableRef addDict() {
    ir::Dict dict;
    static const Elem elems[] = {Elem::str, Elem::str, Elem::str, Elem::f64,
                                 Elem::i64, Elem::f32, Elem::i32, Elem::boolean};
    dict.elem = elems[random_.below(8)], dict.open = random_.chance(50), dict.ordered = random_.chance(50);
    const uint32_t labels = 1 + random_.below(7);
    for (uint32_t i = 0; i < labels; i++) {
      if (dict.elem == Elem::str)
        dict.add(random_.label());
      else if (ir::isFloat(dict.elem))
        dict.add(static_cast<double>(static_cast<float>(random_.finite())));
      else
        dict.add(dict.elem == Elem::boolean ? int64_t{random_.below(2)} : int64_t{random_.below(20)} - 8);
    }
    dicts_.push_back(b_.table(dict, tableName()));
    return dicts_.back();
  }
  ir::TableRef addMatrix(Elem elem, std::vector<uint32_t> shape, bool sparse) {
    ir::Matrix m;
    m.elem = elem, m.shape = shape;
    size_t n = 1;
    for (uint32_t d : shape) n *= d;
    for (size_t i = 0; i < n; i++) {
      const double v = sparse && random_.chance(60) ? 0 : random_.finite() / 3;
      if (ir::isFloat(elem))
        m.numbers.push_back(elem == Elem::f32 ? static_cast<float>(v) : v);
      else
        m.integers.push_back(elem == Elem::boolean ? random_.below(2)
                             : elem == Elem::i32   ? static_cast<int32_t>(random_.integer())
                                                   : random_.integer());
    }
    return b_.table(m, tableName());
  }
  void fillValues(ir::Lookup& t, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
      if (t.elem == Elem::str)
        t.text.push_back(random_.label());
      else if (ir::isFloat(t.elem))
        t.numbers.push_back(t.elem == Elem::f32 ? static_cast<float>(random_.number()) : random_.number());
      else if (t.elem == Elem::cat)
        t.integers.push_back(random_.below(pipeline_.table<ir::Dict>(t.dict).size()));
      else
        t.integers.push_back(t.elem == Elem::boolean ? random_.below(2) : int64_t{random_.below(20)} - 5);
    }
    if (random_.chance(40))
      for (uint32_t i = 0; i < count; i++) t.missing.push_back(random_.chance(25));
  }

  Random random_{0};
  uint32_t mostElements_ = 64;   ///< of a value that is an operand
  ir::Pipeline pipeline_;
  ir::Builder b_{pipeline_};
  std::vector<ValueId> values_;
  std::vector<ir::TableRef> dicts_;
  std::map<std::string, std::function<void()>> steps_;
  std::vector<std::function<void()>> all_;   ///< each as often as its weight says
};

}  // namespace kiln::test
