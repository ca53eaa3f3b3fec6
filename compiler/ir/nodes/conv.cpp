// conv: convolution over one to three axes.
#include "compiler/ir/nodes/conv.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::ir {

static uint32_t orElse(const std::vector<uint32_t>& list, size_t i, uint32_t fallback) { return list.empty() ? fallback : list[i]; }

Conv::Extent Conv::extent(const std::vector<uint32_t>& x, const std::vector<uint32_t>& w) const {
  Extent r{x[0], w[1], w[0], {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}};
  const size_t axes = x.size() - 2;
  for (size_t i = 0; i < axes; i++) {
    const size_t to = 3 - axes + i;
    r.size[to] = x[2 + i], r.kernel[to] = w[2 + i];
    r.stride[to] = orElse(strides, i, 1), r.dilation[to] = orElse(dilations, i, 1), r.pad[to] = orElse(before, i, 0);
    const int64_t room = int64_t{r.pad[to]} + r.size[to] + orElse(after, i, 0) - (int64_t{r.dilation[to]} * (r.kernel[to] - 1) + 1);
    r.result[to] = room < 0 ? 0 : static_cast<uint32_t>(room / r.stride[to] + 1);
  }
  return r;
}

std::vector<Type> Conv::infer(Inference& inference) const {
  const bool wGiven = weights.id == kNone, bGiven = biased && bias.id == kNone;
  if (!expectOperands(inference, 1u + wGiven + bGiven, 1u + wGiven + bGiven)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  Type type = scalarType(x[0].elem, anyNullable(x), anyFallible(x));
  const size_t rank = x[0].shape.size();
  if (!expectOperand(inference, 0, isNumber(x[0].elem) && rank >= 3 && rank <= 5, "[b, c, s1 ..] numbers with up to three axes s")) return {type};
  const Matrix* table = wGiven ? nullptr : inference.table<Matrix>(weights);
  if (!wGiven && !table) return {type};
  const std::vector<uint32_t>& w = wGiven ? x[1].shape : table->shape;
  inference.expect((wGiven ? x[1].elem : table->elem) == x[0].elem, "the weights have another element type");
  for (const auto* list : {&strides, &dilations, &before, &after}) inference.expect(list->empty() || list->size() == rank - 2, "has not one entry an axis");
  for (const auto* list : {&strides, &dilations})
    for (uint32_t v : *list) inference.expect(v > 0 && v < 1u << 20, "a stride or dilation of 0, or over 2^20");
  for (const auto* list : {&before, &after})
    for (uint32_t v : *list) inference.expect(v < 1u << 20, "a padding over 2^20");
  if (w.size() != rank || groups == 0 || w[0] % groups || uint64_t{w[1]} * groups != x[0].shape[1])
    inference.problems.push_back("weights and groups do not fit " + describe(x[0]));
  if (biased) {
    const Matrix* offsets = bGiven ? nullptr : inference.table<Matrix>(bias);
    const bool ok = bGiven ? x.back().elem == x[0].elem && x.back().shape == std::vector<uint32_t>{w[0]}
                           : offsets && offsets->elem == x[0].elem && offsets->shape == std::vector<uint32_t>{w[0]};
    inference.expect(ok, "the bias is not one number an output");
  } else {
    inference.expect(bias.id == kNone, "a bias that is not biased");
  }
  if (!inference.problems.empty()) return {type};
  const Extent e = extent(x[0].shape, w);
  type.shape = {e.batch, e.outputs};
  for (size_t i = 5 - rank; i < 3; i++) {
    inference.expect(e.result[i] > 0, "the kernel is larger than the padded tensor");
    type.shape.push_back(std::max(1u, e.result[i]));
  }
  return {type};
}

void Conv::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Storage storage = e.resultType().storage();
  const auto constants = [&](TableRef ref) {
    const Matrix& m = e.pipeline.table<Matrix>(ref);
    std::vector<Datum> all;
    for (double v : m.numbers) all.push_back(fromDouble(v, storage));
    for (int64_t v : m.integers) all.push_back(fromInteger(v, storage));
    return all;
  };
  const bool given = weights.id == kNone;
  const std::vector<Datum>& x = e.operand(0).elements;
  const std::vector<Datum> w = given ? e.operand(1).elements : constants(weights);
  const std::vector<Datum> b = !biased ? std::vector<Datum>() : bias.id == kNone ? e.operand(e.operands() - 1).elements : constants(bias);
  if (std::any_of(w.begin(), w.end(), [](const Datum& d) { return d.missing; })) return setMissing(y);
  if (std::any_of(b.begin(), b.end(), [](const Datum& d) { return d.missing; })) return setMissing(y);
  const Extent t = extent(e.operandType(0).shape, given ? e.operandType(1).shape : e.pipeline.table<Matrix>(weights).shape);
  const size_t perGroup = t.outputs / groups;
  size_t at = 0;
  withStorage(storage, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bool>) return;
    for (size_t n = 0; n < t.batch; n++)
      for (size_t j = 0; j < t.outputs; j++)
        for (uint32_t o0 = 0; o0 < t.result[0]; o0++)
          for (uint32_t o1 = 0; o1 < t.result[1]; o1++)
            for (uint32_t o2 = 0; o2 < t.result[2]; o2++, at++) {
              T sum = biased ? get<T>(b[j]) : T(0);
              const uint32_t o[3] = {o0, o1, o2};
              for (size_t c = 0; c < t.channels; c++)
                for (uint32_t k0 = 0; k0 < t.kernel[0]; k0++)
                  for (uint32_t k1 = 0; k1 < t.kernel[1]; k1++)
                    for (uint32_t k2 = 0; k2 < t.kernel[2]; k2++) {
                      const uint32_t k[3] = {k0, k1, k2};
                      size_t from = (n * groups + j / perGroup) * t.channels + c, weight = j * t.channels + c;
                      bool inside = true;
                      for (int d = 0; d < 3; d++) {
                        const int64_t s = int64_t{o[d]} * t.stride[d] + int64_t{k[d]} * t.dilation[d] - t.pad[d];
                        inside &= s >= 0 && s < t.size[d];
                        from = from * t.size[d] + static_cast<size_t>(inside ? s : 0), weight = weight * t.kernel[d] + k[d];
                      }
                      if (!inside) continue;
                      y.elements[at].missing |= x[from].missing;
                      if constexpr (std::is_floating_point_v<T>) {
                        sum = static_cast<T>(sum + get<T>(x[from]) * get<T>(w[weight]));
                      } else {
                        T product;
                        __builtin_mul_overflow(get<T>(x[from]), get<T>(w[weight]), &product), __builtin_add_overflow(sum, product, &sum);
                      }
                    }
              if (!y.elements[at].missing) set(y.elements[at], sum);
            }
  });
}

}  // namespace kiln::ir
