// Range: numbers at equal distances. Each is the one before plus delta, in the type of the numbers, as ONNX Runtime adds them up;
// by the standard's text it is start + i * delta. How many they are must be known while compiling: from constants, or from
// the declared shape.
#include <cmath>

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/cumsum.h"
#include "frontends/onnx/given.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

namespace {

void rangeOfRow(OperatorImport& n, const Tensor& start) {
  const Axes declared = declaredAxes(n, 0, 0);
  if (declared.size() != 1 || declared[0].isBatch()) n.invalid("declared are " + describe(declared) + " for a list");
  for (size_t i = 0; i < 3; i++)
    if (n.tensor(i).count() != 1) n.invalid("start, limit and delta must be numbers");
  const auto scalar = [&](size_t i) { return withAxes(n, n.tensor(i), {}); };
  const Tensor distance = apply(n, "sub", n.cast(scalar(1), ElementType::f64), n.cast(scalar(0), ElementType::f64));
  const Tensor many = apply(n, "max", apply(n, "ceil", apply(n, "div", distance, n.cast(scalar(2), ElementType::f64))), hostScalar(ElementType::f64, 0));
  n.expect(n.call("eq", {many, hostScalar(ElementType::f64, static_cast<double>(declared[0].size))}, ElementType::boolean), 1);
  if (declared[0].size == 0) return n.output(0, hostTensor(start.type, declared, {}));
  std::vector<ValueId> steps(static_cast<size_t>(declared[0].size), n.value(scalar(2)));
  if (n.spec()) {
    const Tensor delta = scalar(2), first = scalar(0);
    std::vector<ValueId> all;
    for (int64_t i = 0; i < declared[0].size; i++) all.push_back(n.value(apply(n, "add", first, apply(n, "mul", delta, constantLike(delta, static_cast<double>(i))))));
    return n.output(0, n.assemble(start.type, declared, all));
  }
  steps[0] = n.value(scalar(0));
  if (steps.size() == 1) return n.output(0, n.assemble(start.type, declared, steps));
  n.output(0, start.type, declared, n.build.add(ir::CumSum(), {n.concat(steps)}));
}

}  // namespace

void range(OperatorImport& n) {
  const Tensor& start = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::i16, ElementType::i32, ElementType::i64});
  if (n.tensor(1).type != start.type || n.tensor(2).type != start.type) n.invalid("start, limit and delta are not of one type");
  if (!(n.isConstant(0) && n.isConstant(1) && n.isConstant(2))) {
    if (start.type == ElementType::i16) n.unsupported("a range of int16 that the row gives");
    return rangeOfRow(n, start);
  }
  if (n.tensor(1).host->hasBatch()) {   // from 0 to the number of rows
    const std::vector<Monomial> limit = n.monomials(1);
    if (limit.size() != 1 || limit[0].value != 1 || limit[0].power != 1 || n.constantNumber(0) != 0 || n.constantNumber(2) != 1)
      n.mixesRows("as many numbers as there are rows");
    Tensor places = placesOfRows({1, Batch::outer, limit[0].rows});
    places.type = start.type;
    return n.output(0, places);
  }
  const auto wrongCount = [&](double count) {
    if (!(count < 1 << 24)) n.unsupported("a range of " + std::to_string(count) + " numbers");
  };
  const auto single = [&](double v) { return start.type == ElementType::f32 ? static_cast<double>(static_cast<float>(v)) : v; };
  Elements all;
  if (isFloat(start.type)) {
    const double from = n.constantNumber(0), limit = n.constantNumber(1), delta = n.constantNumber(2);
    if (delta == 0) n.invalid("a delta of 0");
    const double count = std::ceil((limit - from) / delta);
    wrongCount(count);
    double next = from;
    for (double i = 0; i < count; i++, next = single(next + delta)) all.numbers.push_back(n.spec() ? single(from + single(i * delta)) : next);
  } else {
    const int64_t from = n.constantInteger(0), limit = n.constantInteger(1), delta = n.constantInteger(2);
    if (delta == 0) n.invalid("a delta of 0");
    wrongCount(std::ceil((static_cast<double>(limit) - static_cast<double>(from)) / static_cast<double>(delta)));
    const auto left = [&](int64_t v) { return delta > 0 ? static_cast<uint64_t>(limit) - static_cast<uint64_t>(v) : static_cast<uint64_t>(v) - static_cast<uint64_t>(limit); };
    const uint64_t step = delta > 0 ? static_cast<uint64_t>(delta) : 0 - static_cast<uint64_t>(delta);
    if (delta > 0 ? from < limit : from > limit)   // the one after the last may be beyond int64
      for (int64_t v = from;; v += delta) {
        all.integers.push_back(v);
        if (left(v) <= step) break;
      }
  }
  const auto count = static_cast<int64_t>(all.size());
  n.output(0, hostTensor(start.type, plainAxes({count}), std::move(all)));
}

}  // namespace kiln::onnx
