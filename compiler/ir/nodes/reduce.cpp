// reduce: the last axis to one element.
#include "compiler/ir/nodes/reduce.h"

#include "compiler/ir/elements.h"
#include "runtime/kernels/fused.h"

namespace kiln::ir {

static bool isLogical(Reduce::Kind op) { return op == Reduce::any || op == Reduce::all; }
static bool isSum(Reduce::Kind op) { return op == Reduce::sum || op == Reduce::product || op == Reduce::sumsq; }

std::vector<Type> Reduce::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  const bool boolean = x.elem == Elem::boolean && (isLogical(op) || op == count);
  expectOperand(inference, 0, (isNumber(x.elem) || boolean) && !x.shape.empty(), "[.., n] numbers");
  inference.expect(!checked || (isSum(op) && isInteger(x.elem)), "only sums and products of integers can be checked");
  const bool hasOrder = order == fused ? op == sumsq && x.elem == Elem::f32 : op == sum && isFloat(x.elem);
  inference.expect(order == index || (hasOrder && !skip), "only a sum of floats has another order");
  Type type = scalarType(x.elem, x.nullable && !(skip && op == count), x.fallible || checked);
  if (op == count)
    type.elem = Elem::i64;
  else if (isLogical(op))
    type.elem = Elem::boolean;
  else if ((op == mean || op == median) && isInteger(x.elem))
    type.elem = Elem::f64;
  if (!x.shape.empty()) type.shape.assign(x.shape.begin(), x.shape.end() - 1);
  return {type};
}

// The middle by value, ties by index; of an even count half the sum of the two in the middle. Any NaN: NaN.
template <class T>
static T medianOf(std::vector<T> x) {
  for (T v : x)
    if (v != v) return v;
  for (size_t i = 1; i < x.size(); i++)  // insertion sort: stable, so that of two zeros the first stays first
    for (size_t j = i; j > 0 && x[j] < x[j - 1]; j--) std::swap(x[j], x[j - 1]);
  const size_t half = x.size() / 2;
  return x.size() % 2 ? x[half] : (x[half - 1] + x[half]) / 2;
}

template <class T>
static T extreme(T a, T b, bool largest) {
  if (a != a) return a;
  return b != b || (largest ? b > a : b < a) ? b : a;
}

// sum, product, sumsq, min, max in the operand's type; false on integer overflow, where the result has wrapped.
template <class T>
static bool fold(Reduce::Kind op, const std::vector<T>& x, T& y) {
  bool overflow = false;
  const auto add = [&](T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(a + b);
    else
      return overflow |= __builtin_add_overflow(a, b, &a), a;
  };
  const auto multiply = [&](T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(a * b);
    else
      return overflow |= __builtin_mul_overflow(a, b, &a), a;
  };
  y = op == Reduce::product ? T(1) : op == Reduce::min || op == Reduce::max ? x[0] : T(0);
  for (T v : x) {
    if (op == Reduce::sum)
      y = add(y, v);
    else if (op == Reduce::product)
      y = multiply(y, v);
    else if (op == Reduce::sumsq)
      y = add(y, multiply(v, v));
    else
      y = extreme(y, v, op == Reduce::max);
  }
  return !overflow;
}

template <class T>
static T sumOfVectors(const std::vector<T>& x) {
  constexpr size_t w = 16 / sizeof(T);
  const size_t whole = x.size() / w * w, pairs = x.size() / (2 * w) * (2 * w);
  T y = x[0];
  if (whole) {
    std::vector<T> sums(x.begin(), x.begin() + w), odd(w);
    if (pairs) std::copy_n(x.begin() + w, w, odd.begin());
    for (size_t i = 2 * w; i < pairs; i++) (i % (2 * w) < w ? sums[i % w] : odd[i % w]) += x[i];
    for (size_t k = 0; k < w && pairs; k++) sums[k] += odd[k];
    for (size_t k = 0; k < w && pairs && whole > pairs; k++) sums[k] += x[pairs + k];
    for (size_t half = w / 2; half > 0; half /= 2)
      for (size_t k = 0; k < half; k++) sums[k] += sums[k + half];
    y = sums[0];
  }
  for (size_t i = std::max<size_t>(whole, 1); i < x.size(); i++) y += x[i];
  return y;
}

template <class T>
static T sumOfBlocks(const std::vector<T>& x) {
  T y = 0;
  for (size_t i = 0; i < x.size();) {
    const size_t left = x.size() - i, size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    T block = x[i];
    for (size_t k = 1; k < size; k++) block += x[i + k];
    y += block, i += size;
  }
  return y;
}

static float fusedSquares(const std::vector<float>& x) {
  const size_t whole = x.size() / 8 * 8;
  float sums[8] = {};
  for (size_t i = 0; i < whole; i++) sums[i % 8] = kernel::fused<1>(x[i], x[i], sums[i % 8]);
  for (size_t half = 4; half > 0; half /= 2)
    for (size_t k = 0; k < half; k++) sums[k] += sums[k + half];
  for (size_t i = whole; i < x.size(); i++) sums[0] += x[i] * x[i];
  return sums[0];
}

template <class T>
static T meanOf(const std::vector<T>& x) {
  T sum = 0;
  for (T v : x) sum = sum + v;
  return sum / static_cast<T>(x.size());
}

// Of the present elements, one or more. False: failed.
template <class T>
static bool reduce(const Reduce& op, const std::vector<T>& x, Datum& y) {
  const auto truths = static_cast<size_t>(std::count_if(x.begin(), x.end(), [](T v) { return v != T(0); }));
  switch (op.op) {
    case Reduce::count: y.i64 = static_cast<int64_t>(std::is_same_v<T, bool> ? truths : x.size()); return true;
    case Reduce::any: y.boolean = truths != 0; return true;
    case Reduce::all: y.boolean = truths == x.size(); return true;
    case Reduce::mean:
    case Reduce::median:
      if constexpr (std::is_floating_point_v<T>) {
        set(y, op.op == Reduce::mean ? meanOf(x) : medianOf(x));
      } else {
        const std::vector<double> numbers(x.begin(), x.end());
        y.f64 = op.op == Reduce::mean ? meanOf(numbers) : medianOf(numbers);
      }
      return true;
    default:
      if constexpr (std::is_same_v<T, float>)
        if (op.order == Reduce::fused) return set(y, fusedSquares(x)), true;
      if constexpr (std::is_floating_point_v<T>)
        if (op.order != Reduce::index) return set(y, op.order == Reduce::vectors ? sumOfVectors(x) : sumOfBlocks(x)), true;
      if constexpr (!std::is_same_v<T, bool>) {
        T result = 0;
        const bool exact = fold(op.op, x, result);
        set(y, result);
        return exact || !op.checked;
      }
      return true;
  }
}

void Reduce::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<Datum>& x = e.operand(0).elements;
  const size_t n = e.operandType(0).shape.back();
  for (size_t r = 0; r < y.elements.size(); r++) {
    const bool ok = withStorage(e.operandType(0).storage(), [&](auto zero) {
      using T = decltype(zero);
      std::vector<T> present;
      for (size_t i = r * n; i < (r + 1) * n; i++)
        if (!x[i].missing) present.push_back(get<T>(x[i]));
      y.elements[r].missing = skip ? present.empty() && op != count : present.size() < n;
      return y.elements[r].missing || present.empty() || reduce(*this, present, y.elements[r]);
    });
    if (!ok) {
      y.failure = e.failure(KILN_UNDEFINED);
      return;
    }
  }
}

}  // namespace kiln::ir
