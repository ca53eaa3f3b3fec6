// Range: numbers at equal distances, known while compiling.
#include <cmath>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

void range(OperatorImport& n) {
  const Tensor& start = n.number(0);
  if (n.tensor(1).type != start.type || n.tensor(2).type != start.type) n.invalid("start, limit and delta are not of one type");
  const auto wrongCount = [&](double count) {
    if (!(count < 1 << 24)) n.unsupported("a range of " + std::to_string(count) + " numbers");
  };
  Elements all;
  if (isFloat(start.type)) {
    const double from = n.constantNumber(0), limit = n.constantNumber(1), delta = n.constantNumber(2);
    if (delta == 0) n.invalid("a delta of 0");
    const double count = std::ceil((limit - from) / delta);
    wrongCount(count);
    for (double i = 0; i < count; i++) all.numbers.push_back(start.type == ElementType::f32 ? static_cast<float>(from + i * delta) : from + i * delta);
  } else {
    const int64_t from = n.constantIntegers(0).at(0), limit = n.constantIntegers(1).at(0), delta = n.constantIntegers(2).at(0);
    if (delta == 0) n.invalid("a delta of 0");
    wrongCount(std::ceil((static_cast<double>(limit) - static_cast<double>(from)) / static_cast<double>(delta)));
    for (int64_t v = from; delta > 0 ? v < limit : v > limit; v += delta) all.integers.push_back(v);
  }
  const auto count = static_cast<int64_t>(all.size());
  n.output(0, hostTensor(start.type, plainAxes({count}), std::move(all)));
}

}  // namespace kiln::onnx
