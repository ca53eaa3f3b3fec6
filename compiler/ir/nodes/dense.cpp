// dense: weighted sums of a vector with a constant matrix.
#include "compiler/ir/nodes/dense.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::ir {

std::vector<Dense::Run> Dense::runs(uint32_t columns) const {
  std::vector<Run> all;
  uint32_t column = 0, first = 0;
  for (uint32_t i = 0; i <= codeAt.size(); i++) {
    const bool isEnd = i == codeAt.size();
    const uint32_t until = isEnd ? columns : codeAt[i];
    all.push_back({column, until - column, first, isEnd ? kNone : i});
    first += until - column;
    if (!isEnd) column = until + codeSize[i];
  }
  return all;
}

bool Dense::zerosAddNothing(const Pipeline& pipeline) const {
  if (bias.id == kNone || (order == serial ? biasLast || skipZero : order != fused)) return false;
  const std::vector<double>& b = pipeline.table<Matrix>(bias).numbers;
  return std::none_of(b.begin(), b.end(), [](double x) { return x == 0 && std::signbit(x); });
}

// Whether the codes' vectors are apart and within the columns; adds up their columns.
static bool areApart(const Dense& op, uint32_t columns, uint32_t& filled) {
  uint64_t end = 0;
  for (size_t i = 0; i < op.codeAt.size(); i++) {
    if (op.codeAt[i] < end) return false;
    end = uint64_t{op.codeAt[i]} + op.codeSize[i];
    filled += op.codeSize[i];
    if (end > columns) return false;
  }
  return true;
}

std::vector<Type> Dense::infer(Inference& inference) const {
  const size_t codes = codeAt.size();
  inference.expect(codeSize.size() == codes, "code_at and code_size differ in length");
  if (codeSize.size() != codes || !expectOperands(inference, std::max<size_t>(1, codes), codes + 1)) return {Type()};
  const bool hasX = inference.operands.size() > codes;
  const Matrix* w = inference.table<Matrix>(weights);
  Type type = scalarType(hasX ? inference.operands[0].elem : w ? w->elem : Elem::f64, hasX && inference.operands[0].nullable, false);
  for (const Type& t : inference.operands) type.fallible |= t.fallible;
  if (hasX) expectOperand(inference, 0, isFloat(type.elem) && !inference.operands[0].shape.empty(), "[.., n] f64 or f32");
  for (size_t i = hasX; i < inference.operands.size(); i++)
    expectOperand(inference, i, inference.operands[i].isScalar() && (inference.operands[i].elem == Elem::cat || inference.operands[i].elem == Elem::i32), "a scalar code");
  if (!w) return {type};
  const std::vector<uint32_t> shape = hasX ? inference.operands[0].shape : std::vector<uint32_t>{0};
  const uint32_t m = w->shape.empty() ? 0 : w->shape[0], columns = w->shape.size() == 2 ? w->shape[1] : 0;
  uint32_t n = shape.empty() ? 1 : shape.back();
  if (codes != 0) {
    inference.expect(shape.size() == 1 && areApart(*this, columns, n), "the vectors of its codes overlap, or lie outside of the columns");
    inference.expect(order == fused || (order == serial && bias.id != kNone && !biasLast && !skipZero), "sums with codes begin with the bias or are fused");
  }
  inference.expect(w->shape.size() == 2 && w->shape[1] == n && w->elem == type.elem,
                   "the weights are not [m," + std::to_string(n) + "] of " + elemName(type.elem));
  if (bias.id != kNone)
    if (const Matrix* b = inference.table<Matrix>(bias))
      inference.expect(b->shape == std::vector<uint32_t>{m} && b->elem == type.elem,
                       "the bias is not [" + std::to_string(m) + "] of " + elemName(type.elem));
  type.shape = shape;
  if (!shape.empty()) type.shape.back() = m;
  inference.expect(!scalar || type.size() == 1, "is no scalar, it has " + std::to_string(type.size()) + " elements");
  inference.expect(order != fused || (type.elem == Elem::f32 && !skipZero && panel > 0), "fused sums are of float, with a panel and all weights");
  if (scalar) type.shape.clear();
  return {type};
}

// The products that count, added in index order: onto the bias, or from the first product.
template <class T>
static T addSerial(const std::vector<T>& products, const T* bias, bool biasLast) {
  size_t i = 0;
  T sum = bias && !biasLast ? *bias : products.empty() ? T(0) : products[i++];
  for (; i < products.size(); i++) sum = sum + products[i];
  if (bias && biasLast) sum = products.empty() ? *bias : sum + *bias;
  return sum;
}

// 16 partial sums from zero, added pairwise; then the bias.
template <class T>
static T addStriped(const std::vector<T>& partial, const T* bias) {
  T s[16];
  std::copy(partial.begin(), partial.end(), s);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) s[i] = s[i] + s[i + half];
  return bias ? s[0] + *bias : s[0];
}

// Panels of fused multiply-add from zero, added to the bias.
static float addFused(const float* weights, const std::vector<float>& x, size_t panel, const float* bias) {
  float sum = bias ? *bias : 0;
  for (size_t i = 0; i < x.size(); i += panel) {
    float part = 0;
    for (size_t k = i; k < std::min(x.size(), i + panel); k++) part = std::fma(weights[k], x[k], part);
    sum = i == 0 && !bias ? part : sum + part;
  }
  return sum;
}

static void evaluateFused(const Dense& op, const Matrix& w, const Matrix* b, Evaluation& e, RowValue& y) {
  const size_t m = w.shape[0], n = w.shape[1];
  const std::vector<float> weights(w.numbers.begin(), w.numbers.end());
  std::vector<float> x(n);
  for (size_t r = 0; r < y.elements.size(); r++) {
    const Datum* from = &e.operand(0).elements[r / m * n];
    Datum& sum = y.elements[r];
    for (size_t i = 0; i < n; i++) x[i] = get<float>(from[i]), sum.missing |= from[i].missing;
    const float offset = b ? static_cast<float>(b->numbers[r % m]) : 0;
    if (!sum.missing) set(sum, addFused(&weights[r % m * n], x, op.panel, b ? &offset : nullptr));
  }
}

// What each column holds, if it counts.
template <class T>
static std::vector<std::optional<T>> columnsOf(const Dense& op, Evaluation& e, uint32_t n, bool& missing) {
  std::vector<std::optional<T>> columns(n);
  const size_t codes = e.operands() - op.codeAt.size();   // the first of them
  for (const Dense::Run& run : op.runs(n)) {
    for (uint32_t k = 0; k < run.count; k++) {
      const Datum& x = e.operand(0).elements[run.first + k];
      columns[run.column + k] = get<T>(x), missing |= x.missing;
    }
    if (run.code == kNone) break;
    const Datum& code = e.operand(codes + run.code).elements[0];
    if (code.missing || code.i32 < 0 || static_cast<uint32_t>(code.i32) >= op.codeSize[run.code]) continue;
    columns[op.codeAt[run.code] + static_cast<uint32_t>(code.i32)] = T(1);
  }
  return columns;
}

static void evaluateWithCodes(const Dense& op, const Matrix& w, const Matrix* b, Evaluation& e, RowValue& y) {
  const uint32_t n = w.shape[1];
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    bool missing = false;
    const auto columns = columnsOf<T>(op, e, n, missing);
    for (size_t j = 0; j < y.elements.size(); j++) {
      if ((y.elements[j].missing = missing)) continue;
      const uint32_t panel = op.order == Dense::fused ? op.panel : n;
      T sum = b ? static_cast<T>(b->numbers[j]) : T(0);
      for (uint32_t begin = 0; begin < n; begin += panel) {
        T part = op.order == Dense::fused ? T(0) : sum;
        for (uint32_t k = begin; k < std::min(n, begin + panel); k++) {
          const T weight = static_cast<T>(w.numbers[j * n + k]);
          if (columns[k]) part = op.order == Dense::fused ? std::fma(weight, *columns[k], part) : part + weight * *columns[k];
        }
        sum = op.order == Dense::serial || (begin == 0 && !b) ? part : sum + part;
      }
      set(y.elements[j], sum);
    }
  });
}

void Dense::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Matrix& w = e.pipeline.table<Matrix>(weights);
  const Matrix* b = bias.id == kNone ? nullptr : &e.pipeline.table<Matrix>(bias);
  if (!codeAt.empty()) return evaluateWithCodes(*this, w, b, e, y);
  if (order == fused) return evaluateFused(*this, w, b, e, y);
  const size_t m = w.shape[0], n = w.shape[1];
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> terms;   // striped: the partial sums, else the products
    for (size_t r = 0; r < y.elements.size(); r++) {
      const size_t j = r % m;
      const Datum* x = &e.operand(0).elements[r / m * n];
      Datum& sum = y.elements[r];
      terms.assign(order == striped ? 16 : 0, T(0));
      for (size_t i = 0; i < n; i++) {
        const T weight = static_cast<T>(w.numbers[j * n + i]);
        if (skipZero && weight == 0) continue;
        sum.missing |= x[i].missing;
        const T product = weight * get<T>(x[i]);
        if (order == striped)
          terms[i % 16] = terms[i % 16] + product;
        else
          terms.push_back(product);
      }
      const T offset = b ? static_cast<T>(b->numbers[j]) : T(0);
      if (!sum.missing)
        set(sum, order == striped ? addStriped(terms, b ? &offset : nullptr)
                                            : addSerial(terms, b ? &offset : nullptr, biasLast));
    }
  });
}

}  // namespace kiln::ir
