// The reference arithmetic of measures.
#include "compiler/ir/measures.h"

#include "runtime/kernels/math.h"

namespace kiln::ir {

namespace math = kernel::math;

uint32_t expectMeasured(Inference& inference, TableRef rows, TableRef measure) {
  if (!expectOperands(inference, 1, 1)) return 0;
  const Type& x = inference.operands[0];
  if (!expectOperand(inference, 0, isFloat(x.elem) && x.shape.size() == 1 && x.shape[0] > 0, "[n] f64 or f32")) return 0;
  const Matrix* instances = inference.table<Matrix>(rows);
  const Measure* m = inference.table<Measure>(measure);
  if (!instances || !m) return 0;
  const bool fits = instances->shape.size() == 2 && instances->shape[1] == x.size() && instances->elem == x.elem;
  inference.expect(fits, "the instances are not [m," + std::to_string(x.size()) + "] of " + elemName(x.elem));
  inference.expect(m->fits(x.size()), "the measure is not one of " + std::to_string(x.size()) + " columns");
  return fits ? instances->shape[0] : 0;
}

bool mayMiss(const Inference& inference, TableRef rows) {
  if (inference.operands.empty() || inference.operands[0].nullable || rows.id >= inference.pipeline.tables.size()) return true;
  const auto& numbers = inference.pipeline.table<Matrix>(rows).numbers;
  return std::any_of(numbers.begin(), numbers.end(), [](double v) { return std::isnan(v); });
}

template <class T>
static T power(T x, double exponent) {
  if (exponent != std::trunc(exponent) || exponent < 1 || exponent > 16)
    return static_cast<T>(math::pow(static_cast<double>(x), exponent));
  T y = x;
  for (int i = 1; i < static_cast<int>(exponent); i++) y = y * x;
  return y;
}

// Which table a column compares by, and where its numbers begin.
static double byTables(const Measure& m, size_t column, double x, double z) {
  size_t table = 0, first = 0;
  for (size_t c = 0; c < column; c++) {
    if (m.compareOf(c) != Measure::byTable) continue;
    first += size_t{m.sizes[table]} * m.sizes[table];
    table++;
  }
  const size_t size = m.sizes[table];
  const auto code = [&](double v) { return static_cast<size_t>(v >= 0 ? std::min(v, static_cast<double>(size - 1)) : 0); };
  return m.tables[first + code(x) * size + code(z)];
}

template <class T>
static T compared(const Measure& m, size_t c, T x, T z) {
  const T d = x - z;
  switch (m.compareOf(c)) {
    case Measure::gaussSim: {
      const T s = m.scale.empty() ? T(1) : static_cast<T>(m.scale[c]);
      return static_cast<T>(math::exp(static_cast<double>(static_cast<T>(-0.69314718055994530942) * (d * d) / (s * s))));
    }
    case Measure::delta: return x == z ? T(0) : T(1);
    case Measure::equal: return x == z ? T(1) : T(0);
    case Measure::byTable: return static_cast<T>(byTables(m, c, static_cast<double>(x), static_cast<double>(z)));
    default: return d < 0 ? -d : d;
  }
}

template <class T>
static T ofCounts(const Measure& m, T a00, T a01, T a10, T a11) {
  const auto weighed = [&](int first) {
    const auto w = [&](int i) { return static_cast<T>(m.binary[static_cast<size_t>(first + i)]); };
    return ((w(0) * a00 + w(1) * a01) + w(2) * a10) + w(3) * a11;
  };
  switch (m.metric) {
    case Measure::simpleMatching: return (a11 + a00) / (((a11 + a10) + a01) + a00);
    case Measure::jaccard: return a11 / ((a11 + a10) + a01);
    case Measure::tanimoto: return (a11 + a00) / ((a11 + T(2) * (a10 + a01)) + a00);
    default: return weighed(0) / weighed(4);
  }
}

template <class T>
static T finished(const Measure& m, T sum) {
  const T gamma = static_cast<T>(m.gamma), coef0 = static_cast<T>(m.coef0);
  switch (m.metric) {
    case Measure::euclidean: return static_cast<T>(math::sqrt(static_cast<double>(sum)));
    case Measure::minkowski: return static_cast<T>(math::pow(static_cast<double>(sum), 1 / m.p));
    case Measure::rbf: return static_cast<T>(math::exp(static_cast<double>(-(gamma * sum))));
    case Measure::exponential: return gamma * static_cast<T>(math::exp(static_cast<double>(-sum)));
    case Measure::polynomial: return power<T>(gamma * sum + coef0, m.degree);
    case Measure::sigmoid: return static_cast<T>(math::tanh(static_cast<double>(gamma * sum + coef0)));
    default: return sum;
  }
}

template <class T>
Measured<T> measured(const Measure& m, const Matrix& rows, size_t row, const RowValue& x) {
  const size_t n = x.elements.size();
  const bool square = m.metric == Measure::euclidean || m.metric == Measure::squaredEuclidean || m.metric == Measure::rbf;
  const bool powers = m.metric == Measure::minkowski || m.metric == Measure::exponential;
  T sum = 0, counts[2][2] = {}, all = 0, present = 0;
  bool any = false;
  for (size_t c = 0; c < n; c++) {
    const T z = static_cast<T>(rows.numbers[row * n + c]), v = get<T>(x.elements[c]);
    const T q = m.adjust.empty() ? T(1) : static_cast<T>(m.adjust[c]);
    all = all + q;
    if (x.elements[c].missing || z != z) {
      if (!m.skip) return {0, true};
      continue;
    }
    any = true, present = present + q;
    if (m.isDot()) {
      sum = sum + v * z;
    } else if (m.isBinary()) {
      T& count = counts[v == 1][z == 1];
      count = count + T(1);
    } else {
      const T d = compared<T>(m, c, v, z), t = square ? d * d : powers ? power<T>(d, m.p) : d;
      const T term = m.weight.empty() ? t : static_cast<T>(m.weight[c]) * t;
      sum = m.metric != Measure::chebychev ? sum + term : term > sum ? term : sum;
    }
  }
  if (!any) return {0, true};
  if (m.isBinary()) return {ofCounts<T>(m, counts[0][0], counts[0][1], counts[1][0], counts[1][1]), false};
  if (m.skip) sum = sum * (all / present);
  return {finished<T>(m, sum), false};
}

template Measured<double> measured(const Measure&, const Matrix&, size_t, const RowValue&);
template Measured<float> measured(const Measure&, const Matrix&, size_t, const RowValue&);

}  // namespace kiln::ir
