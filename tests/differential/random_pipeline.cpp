#include "tests/differential/random_pipeline.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "compiler/ir/columns.h"
#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/choose.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/combine.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/conv.h"
#include "compiler/ir/nodes/count_terms.h"
#include "compiler/ir/nodes/couple.h"
#include "compiler/ir/nodes/cumsum.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/discretize.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/format.h"
#include "compiler/ir/nodes/gather.h"
#include "compiler/ir/nodes/kernel_machine.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/matches.h"
#include "compiler/ir/nodes/matmul.h"
#include "compiler/ir/nodes/neighbors.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/note.h"
#include "compiler/ir/nodes/onehot.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/piecewise.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/nodes/rewrite.h"
#include "compiler/ir/nodes/scatter.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/solve.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/tally.h"
#include "compiler/ir/nodes/terms.h"
#include "compiler/ir/nodes/topk.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/edges.h"
#include "compiler/ir/tables/exponents.h"
#include "compiler/ir/tables/knots.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/measure.h"
#include "compiler/ir/tables/pool.h"
#include "compiler/ir/tables/rules.h"
#include "tests/differential/values.h"

namespace kiln::test {
namespace {

using ir::Elem;
using ir::Type;
using ir::ValueId;

// splitmix64: std's distributions differ between libraries.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {
    state_ = next() ^ seed << 32;
  }  // neighbouring seeds must not share a stream
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((next() >> 32) * n >> 32); }
  bool chance(uint32_t percent) { return below(100) < percent; }
  /// Small numbers with few digits, so that they meet; now and then an extreme.
  double number() {
    static const double extremes[] = {0.0, -0.0, kInf, -kInf, 1e300, -1e300, 5e-324, 1e-20, 0.1};
    if (chance(8)) return extremes[below(9)];
    return (static_cast<int>(below(65)) - 32) / (chance(50) ? 1.0 : 4.0);
  }
  double finite() { return (static_cast<int>(below(65)) - 32) / (chance(50) ? 1.0 : 8.0); }
  int64_t integer() {
    static const int64_t extremes[] = {INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN, 3037000500, 9007199254740993};
    return chance(6) ? extremes[below(6)] : static_cast<int64_t>(below(21)) - 8;
  }
  std::string label() {
    static const char* const labels[] = {"red",
                                         "green",
                                         "blue",
                                         "",
                                         "a",
                                         "b",
                                         "eight by",
                                         "sixteen bytes ok",
                                         "a label longer than sixteen bytes",
                                         "a label longer than eighteen bytes",
                                         "Straße",
                                         "x y"};
    return labels[below(12)];
  }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(static_cast<uint32_t>(list.size()))];
  }

 private:
  uint64_t state_;
};

class Generator {
 public:
  Generator(uint64_t seed, std::string focus) : random_(seed), focus_(std::move(focus)), b_(pipeline_) { listSteps(); }

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
      if (v != ir::kNone && type(v).size() <= 64) values_.push_back(v);
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

  // ---- values
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
    add(ir::Cast(elems[random_.below(8)], static_cast<ir::Cast::Mode>(random_.below(6))), {any()});
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
    if (random_.chance(30)) op.fieldIndex = 1;
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
  void concat() {
    const ValueId x = pick([](const Type& t) { return t.shape.size() <= 1; });
    const Type t = type(x);
    std::vector<ValueId> operands = {x};
    for (uint32_t n = 1 + random_.below(5); n > 0; n--)
      operands.push_back(
          pick([&](const Type& o) { return o.elem == t.elem && o.dict == t.dict && o.shape.size() <= 1; }));
    ir::Concat op;
    if (random_.chance(30)) {   // along an axis
      const ValueId first = pick([](const Type& o) { return o.shape.size() >= 2; });
      op.axis = random_.below(static_cast<uint32_t>(type(first).shape.size()));
      operands = {first};
      for (uint32_t n = 1 + random_.below(2); n > 0; n--)
        operands.push_back(pick([&](const Type& o) {
          const Type& f = type(first);
          if (o.elem != f.elem || o.dict != f.dict || o.shape.size() != f.shape.size()) return false;
          for (size_t d = 0; d < o.shape.size(); d++)
            if (d != op.axis && o.shape[d] != f.shape[d]) return false;
          return true;
        }));
      return add(op, operands);
    }
    if (t.shape.size() == 1 && random_.chance(40)) {
      op.rows = true;
      for (ValueId& v : operands)
        if (type(v).shape != t.shape) v = x;
    }
    add(op, operands);
  }
  void reshape() {
    const ValueId x = any();
    add(ir::Reshape(type(x).size() == 1 && random_.chance(30) ? std::vector<uint32_t>() : shapeOf(type(x).size())), {x});
  }
  void arrange() {
    const ValueId x = random_.chance(85) ? tensor([](Elem) { return true; }) : any();
    const Elem elem = type(x).elem;
    const auto n = static_cast<int64_t>(type(x).size());
    ir::Arrange op;
    if (random_.chance(60)) {   // a slice, perhaps reversed, of the transposed tensor
      op.shape.clear();
      const std::vector<uint32_t>& shape = type(x).shape;
      int64_t stride = n;
      for (uint32_t d : shape) {
        stride /= d;
        const uint32_t first = random_.below(d), size = 1 + random_.below(d - first), step = size > 1 && random_.chance(30) ? 2 : 1;
        const bool reverse = random_.chance(30);
        op.shape.push_back((size + step - 1) / step);
        op.start += (reverse ? first + (op.shape.back() - 1) * step : first) * stride;
        op.strides.push_back(stride * step * (reverse ? -1 : 1));
      }
      for (size_t i = op.shape.size(); i > 1; i--)
        if (const size_t j = random_.below(static_cast<uint32_t>(i)); j != i - 1) std::swap(op.shape[i - 1], op.shape[j]), std::swap(op.strides[i - 1], op.strides[j]);
      if (random_.chance(20)) op.shape.push_back(1 + random_.below(3)), op.strides.push_back(0);
      return add(op, {x});
    }
    const bool canFill = ir::isNumber(elem) || elem == Elem::boolean || elem == Elem::str;
    std::vector<int64_t> at(1 + random_.below(9));
    for (int64_t& i : at) i = canFill && random_.chance(20) ? -1 : random_.below(static_cast<uint32_t>(n));
    std::vector<uint32_t> shape = shapeOf(static_cast<uint32_t>(at.size()));
    if (at.size() == 1 && random_.chance(50)) shape.clear();
    op = ir::Arrange::elements(std::move(shape), std::move(at));
    if (ir::isFloat(elem)) op.number = static_cast<float>(random_.number());
    else if (elem == Elem::str) op.text = random_.label();
    else if (canFill) op.integer = elem == Elem::boolean ? random_.below(2) : random_.below(9);
    add(op, {x});
  }
  // Along an axis of `target`, by indices that have the shape `shape`, of which no dimension is beyond the target's.
  ir::Addressing along(const std::vector<uint32_t>& target, const std::vector<uint32_t>& shape) {
    ir::Addressing places;
    const uint32_t axis = random_.below(static_cast<uint32_t>(target.size()));
    uint32_t stride = 1, own = 1;
    places.which.resize(shape.size()), places.offset.resize(shape.size());
    for (size_t d = target.size(); d-- > 0; stride *= target[d], own *= shape[d]) {
      places.which[d] = own, places.offset[d] = d == axis ? 0 : stride;
      if (d == axis) places.dims = {target[d]}, places.strides = {stride};
    }
    return places;
  }
  ValueId indicesFor(uint32_t n) {
    std::vector<ValueId> parts;
    const ValueId first = scalar([](Elem e) { return ir::isInteger(e); });
    const Elem elem = type(first).elem;
    for (uint32_t i = 0; i < n; i++)
      parts.push_back(random_.chance(25) ? pick([&](const Type& t) { return t.isScalar() && t.elem == elem; })
                                         : b_.integer(static_cast<int64_t>(random_.below(3)) - 1, elem));
    return b_.add(ir::Concat(), parts);
  }
  void gather() {
    const ValueId x = tensor([](Elem) { return true; });
    ir::Gather op;
    for (uint32_t d : type(x).shape) op.shape.push_back(1 + random_.below(d));
    op.places = along(type(x).shape, op.shape);
    const Type like = type(x).with(op.shape);
    add(op, {x, indicesFor(like.size())});
  }
  void scatter() {
    const ValueId x = tensor([](Elem) { return true; });
    ir::Scatter op;
    if (ir::isNumber(type(x).elem)) op.op = static_cast<ir::Scatter::Kind>(random_.below(5));
    ir::Arrange slice;
    int64_t stride = type(x).size();
    for (uint32_t d : type(x).shape) stride /= d, slice.shape.push_back(1 + random_.below(d)), slice.strides.push_back(stride);
    const ValueId updates = b_.add(slice, {x});
    op.places = along(type(x).shape, slice.shape);
    add(op, {x, indicesFor(type(updates).size()), updates});
  }
  void cumsum() {
    ir::CumSum op;
    op.exclusive = random_.chance(50), op.reverse = random_.chance(50);
    add(op, {vector(ir::isNumber)});
  }
  void matmul() {
    const ValueId a = pick([](const Type& t) { return t.shape.size() >= 2 && ir::isNumber(t.elem); });
    add(ir::MatMul(), {a, pick([&](const Type& t) {
      const Type& x = type(a);
      const size_t rank = x.shape.size();
      return t.elem == x.elem && t.shape.size() == rank && t.shape[rank - 2] == x.shape[rank - 1] && std::equal(x.shape.begin(), x.shape.end() - 2, t.shape.begin());
    })});
  }
  void conv() {
    ValueId x = tensor(ir::isNumber);
    const Elem elem = type(x).elem;
    std::vector<uint32_t> shape = type(x).shape;
    while (shape.size() < 3) shape.insert(shape.begin(), 1);
    if (shape.size() > 5) throw ir::BuildError("too many axes");
    x = b_.add(ir::Reshape(shape), {x});
    ir::Conv op;
    op.groups = shape[1] % 2 == 0 && random_.chance(40) ? 2 : 1, op.biased = random_.chance(60);
    std::vector<uint32_t> w = {op.groups * (1 + random_.below(2)), shape[1] / op.groups};
    for (size_t d = 2; d < shape.size(); d++) {
      w.push_back(1 + random_.below(3));
      op.strides.push_back(1 + random_.below(2)), op.dilations.push_back(1 + random_.below(2));
      op.before.push_back(random_.below(4)), op.after.push_back(random_.below(4));
    }
    const auto constant = [&](std::vector<uint32_t> of) {
      ir::Const c;
      c.elem = elem, c.matrix = addMatrix(elem, std::move(of), false);
      return b_.add(c);
    };
    std::vector<ValueId> operands = {x};
    if (random_.chance(60)) op.weights = addMatrix(elem, w, false);
    else operands.push_back(constant(w));
    if (op.biased && random_.chance(60)) op.bias = addMatrix(elem, {w[0]}, false);
    else if (op.biased) operands.push_back(random_.chance(50) ? constant({w[0]}) : vectorOf(scalarOf(elem), w[0]));
    add(op, operands);
  }
  void take() {
    const ValueId x = pick([](const Type& t) { return !t.isScalar(); });
    ir::Take op;
    op.scalar = random_.chance(70);
    std::vector<ValueId> operands = {x};
    if (random_.chance(40))
      operands.push_back(scalarOf(Elem::i32));
    else
      for (uint32_t n = op.scalar ? 1 : 1 + random_.below(4); n > 0; n--)
        op.at.push_back(random_.below(type(x).shape[0]));
    add(op, operands);
  }
  void reduce() {
    ir::Reduce op;
    op.op = static_cast<ir::Reduce::Kind>(random_.below(10)), op.skip = random_.chance(60);
    const ValueId x = vector([](Elem e) { return ir::isNumber(e) || e == Elem::boolean; });
    op.checked = ir::isInteger(type(x).elem) &&
                 (op.op == ir::Reduce::sum || op.op == ir::Reduce::product || op.op == ir::Reduce::sumsq) &&
                 random_.chance(60);
    if (op.op == ir::Reduce::sum && ir::isFloat(type(x).elem) && !op.skip) op.order = static_cast<ir::Reduce::Order>(random_.below(3));
    add(op, {x});
  }
  void argmax() {
    ir::ArgMax op;
    op.smallest = random_.chance(50), op.last = random_.chance(50);
    add(op, {vector(ir::isNumber)});
  }
  void topk() {
    ir::TopK op;
    op.k = 1 + random_.below(5), op.smallest = random_.chance(50);
    const ValueId x = vector(ir::isNumber);
    if (!type(x).nullable && op.k <= type(x).shape.back()) op.order = static_cast<ir::TopK::Order>(random_.below(3));
    add(op, {x});
  }
  void tally() {
    ir::Tally op;
    op.size = 1 + random_.below(5);
    const ValueId codes = vector(isCode);
    add(op, {codes, vectorOf(scalar(ir::isFloat), type(codes).size())});
  }
  void dense() {
    const ValueId x = vector(ir::isFloat);
    const Elem elem = type(x).elem;
    ir::Dense op;
    op.skipZero = random_.chance(40), op.order = random_.chance(30) ? ir::Dense::striped : ir::Dense::serial,
    op.biasLast = random_.chance(50);
    if (elem == Elem::f32 && random_.chance(50)) op.order = ir::Dense::fused, op.skipZero = false, op.panel = 1 + random_.below(4);
    const uint32_t m = random_.chance(50) ? 1 + random_.below(3) : 4 + random_.below(9);
    op.scalar = m == 1 && type(x).shape.size() == 1 && random_.chance(50);
    op.weights = addMatrix(elem, {m, type(x).shape.back()}, op.skipZero || random_.chance(30));
    if (random_.chance(60)) op.bias = addMatrix(elem, {m}, false);
    add(op, {x});
  }
  // ---- text
  ValueId anyText() {
    return pick([](const Type& t) { return t.elem == Elem::str; });
  }
  std::string pattern() {
    static const char* const patterns[] = {"e+",  "\\w+",  "[^a-z]", "(e|re)(.)?", "\\bb",
                                           "ß|x", "^.{2}", "t.*?e",  "l{2}|$",     "[[:digit:]]+"};
    return patterns[random_.below(10)];
  }
  void matches() {
    ir::Matches op;
    op.pattern = pattern(), op.ignoreCase = random_.chance(30);
    add(op, {anyText()});
  }
  void rewrite() {
    static const char* const replacements[] = {"", "_", "$0", "<$0", "e"};
    ir::Rules rules;
    rules.ignoreCase = random_.chance(30);
    for (uint32_t n = 1 + random_.below(3); n > 0; n--)
      rules.patterns.push_back(pattern()), rules.replacements.push_back(replacements[random_.below(5)]);
    ir::Rewrite op;
    op.table = b_.table(rules, tableName());
    add(op, {anyText()});
  }
  void format() {
    static const char* const reals[] = {"%.2f", "%e", "%G", "<%+09.1f>", "%-12.4g|", "%%%f"};
    static const char* const moments[] = {"%Y-%m-%d", "%a %e %b %y", "%j %U %W %V %G", "%% %A"};
    ir::Format op;
    op.java = random_.chance(30);
    const ValueId x = pick([](const Type& t) {
      return t.elem == Elem::f64 || t.elem == Elem::i64 || t.elem == Elem::date || t.elem == Elem::datetime;
    });
    const Elem elem = type(x).elem;
    if (elem == Elem::date || elem == Elem::datetime)
      op.style = ir::Format::strftime, op.pattern = moments[random_.below(4)];
    else
      op.pattern = elem == Elem::i64 ? "%05d" : reals[random_.below(6)];
    add(op, {x});
  }
  void countTerms() {
    ir::Pool pool;
    (random_.chance(50) ? pool.separators : pool.words) = random_.chance(50) ? "\\s+" : "\\w+";
    pool.maxDistance = random_.below(3), pool.best = random_.chance(50);
    for (uint32_t n = 1 + random_.below(3); n > 0; n--) {
      const std::string term = random_.label();
      bool known = pool.wordsOf(term).empty();
      for (const std::string& other : pool.terms) known = known || pool.wordsOf(other) == pool.wordsOf(term);
      if (!known) pool.terms.push_back(term);
    }
    if (pool.terms.empty()) throw ir::BuildError("no terms");
    ir::CountTerms op;
    op.most = random_.chance(50);
    op.table = b_.table(pool, tableName());
    add(op, {scalarOf(Elem::str)});
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
    op.rows = addInstances(type(x).elem, 1 + random_.below(20), type(x).size()), op.measure = addMeasure(type(x).size());
    add(op, {x});
  }
  void neighbors() {
    const ValueId x = vector(ir::isFloat);
    ir::Neighbors op;
    op.rows = addInstances(type(x).elem, 1 + random_.below(20), type(x).size()), op.measure = addMeasure(type(x).size());
    op.k = 1 + random_.below(6), op.largest = random_.chance(30);
    add(op, {x});
  }
  void kernelMachine() {
    const ValueId x = vector(ir::isFloat);
    const Elem elem = type(x).elem;
    const uint32_t rows = 1 + random_.below(20), outputs = 1 + random_.below(4);
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
  void normalize() { add(ir::Normalize(static_cast<ir::Normalize::Method>(random_.below(4))), {vector(ir::isFloat)}); }
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

  void listSteps() {
    const auto step = [this](const char* name, void (Generator::*f)(), int weight) {
      steps_[name] = [this, f] { (this->*f)(); };
      for (int i = 0; i < weight; i++) all_.push_back(steps_[name]);
    };
    step("const", &Generator::constant, 2), step("matrix", &Generator::matrix, 1),
        step("prepare", &Generator::prepare, 2);
    step("call", &Generator::call, 12), step("cast", &Generator::cast, 4), step("select", &Generator::select, 3);
    step("coalesce", &Generator::coalesce, 2), step("choose", &Generator::choose, 2),
        step("raise_if", &Generator::raiseIf, 1);
    step("recover", &Generator::recover, 1), step("encode", &Generator::encode, 2),
        step("lookup", &Generator::lookup, 3);
    step("discretize", &Generator::discretize, 2), step("piecewise", &Generator::piecewise, 2),
        step("concat", &Generator::concat, 4);
    step("onehot", &Generator::oneHot, 1), step("couple", &Generator::couple, 1);
    step("take", &Generator::take, 2), step("reduce", &Generator::reduce, 3), step("argmax", &Generator::argmax, 2);
    step("topk", &Generator::topk, 2), step("tally", &Generator::tally, 3), step("dense", &Generator::dense, 3);
    step("terms", &Generator::terms, 2), step("normalize", &Generator::normalize, 3),
        step("combine", &Generator::combine, 4);
    step("matches", &Generator::matches, 2), step("rewrite", &Generator::rewrite, 2);
    step("format", &Generator::format, 2), step("count_terms", &Generator::countTerms, 2);
    step("solve", &Generator::solve, 1), step("pairwise", &Generator::pairwise, 2),
        step("neighbors", &Generator::neighbors, 2), step("kernel_machine", &Generator::kernelMachine, 2);
    step("reshape", &Generator::reshape, 3), step("arrange", &Generator::arrange, 4), step("gather", &Generator::gather, 2);
    step("scatter", &Generator::scatter, 2), step("cumsum", &Generator::cumsum, 1), step("matmul", &Generator::matmul, 1),
        step("conv", &Generator::conv, 2);
    step("check", &Generator::check, 1), step("note", &Generator::note, 1);
  }

  Random random_;
  std::string focus_;
  ir::Pipeline pipeline_;
  ir::Builder b_;
  std::vector<ValueId> values_;
  std::vector<ir::TableRef> dicts_;
  std::map<std::string, std::function<void()>> steps_;
  std::vector<std::function<void()>> all_;
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
