// Steps of a random pipeline: nodes over the elements of vectors and tensors.
#pragma once
#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/conv.h"
#include "compiler/ir/nodes/cumsum.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/gather.h"
#include "compiler/ir/nodes/matmul.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/nodes/scatter.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/tally.h"
#include "compiler/ir/nodes/topk.h"
#include "tests/differential/random_operands.h"

namespace kiln::test {

class TensorSteps : protected virtual Operands {
 protected:
  TensorSteps() {
    step(this, "concat", &TensorSteps::concat, 4);
    step(this, "take", &TensorSteps::take, 2);
    step(this, "reduce", &TensorSteps::reduce, 3);
    step(this, "argmax", &TensorSteps::argmax, 2);
    step(this, "topk", &TensorSteps::topk, 2);
    step(this, "tally", &TensorSteps::tally, 3);
    step(this, "dense", &TensorSteps::dense, 3);
    step(this, "reshape", &TensorSteps::reshape, 3);
    step(this, "arrange", &TensorSteps::arrange, 4);
    step(this, "gather", &TensorSteps::gather, 2);
    step(this, "scatter", &TensorSteps::scatter, 2);
    step(this, "cumsum", &TensorSteps::cumsum, 1);
    step(this, "matmul", &TensorSteps::matmul, 1);
    step(this, "conv", &TensorSteps::conv, 2);
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
    if (op.op == ir::Reduce::sumsq && type(x).elem == Elem::f32 && !op.skip && random_.chance(50)) op.order = ir::Reduce::fused;
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
    if (random_.chance(30)) return denseWithCodes();
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
  void denseWithCodes() {
    const ValueId x = pick([](const Type& t) { return ir::isFloat(t.elem) && t.shape.size() == 1; });
    const Elem elem = type(x).elem;
    ir::Dense op;
    std::vector<ValueId> operands;
    uint32_t columns = 0, numbers = 0;
    if (random_.chance(80)) operands.push_back(x), numbers = type(x).shape[0];
    for (uint32_t n = 1 + random_.below(4); n > 0; n--) {
      const uint32_t before = random_.below(numbers + 1);   // of the numbers, between two codes
      columns += before, numbers -= before;
      op.codeAt.push_back(columns), op.codeSize.push_back(1 + random_.below(6));
      columns += op.codeSize.back();
      operands.push_back(pick([](const Type& t) { return t.isScalar() && isCode(t.elem); }));
    }
    columns += numbers;
    const uint32_t m = random_.chance(50) ? 1 + random_.below(3) : 4 + random_.below(9);
    if (elem == Elem::f32 && random_.chance(60)) op.order = ir::Dense::fused, op.panel = 1 + random_.below(5);
    op.scalar = m == 1 && random_.chance(50);
    op.weights = addMatrix(elem, {m, columns}, random_.chance(20));
    if (op.order != ir::Dense::fused || random_.chance(60)) op.bias = addMatrix(elem, {m}, false);
    add(op, operands);
  }
};

}  // namespace kiln::test
