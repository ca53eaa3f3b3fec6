// HannWindow, HammingWindow, BlackmanWindow: of a size that is known while compiling, or that the model declares.
#include <cmath>
#include <numbers>

#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

// a0 - a1 cos(2 pi i / d) + a2 cos(4 pi i / d), where d is the size, or one less for a symmetric window. In float, as the function that
// the standard gives.
void windowOf(OperatorImport& n, double a0, double a1, double a2) {
  const ElementType type = n.elementType("output_datatype", ElementType::f32);
  const bool periodic = n.integer("periodic", 1) != 0;
  if (type != ElementType::f32 && type != ElementType::f64) n.unsupported(std::string("a window of ") + elementName(type));
  int64_t size = 0;
  if (n.isConstant(0)) {
    size = n.constantInteger(0);
  } else {
    const Axes declared = declaredAxes(n, 0, 0);
    if (declared.size() != 1 || declared[0].isBatch()) n.invalid("a window is declared as " + describe(declared));
    expectIntegers(n, 0, {size = declared[0].size});
  }
  if (size < 0 || size > 1 << 24) n.invalid("a window of " + std::to_string(size));
  Elements all;
  const double d = static_cast<double>(periodic ? size : size - 1);
  for (int64_t i = 0; i < size; i++) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / d, value = a0 - a1 * std::cos(turn) + a2 * std::cos(2 * turn);
    all.numbers.push_back(type == ElementType::f32 ? static_cast<double>(static_cast<float>(value)) : value);
  }
  n.output(0, hostTensor(type, {{size}}, std::move(all)));
}

}  // namespace

void hannWindow(OperatorImport& n) { windowOf(n, 0.5, 0.5, 0); }
void hammingWindow(OperatorImport& n) { windowOf(n, 25.0 / 46, 21.0 / 46, 0); }
void blackmanWindow(OperatorImport& n) { windowOf(n, 0.42, 0.5, 0.08); }

}  // namespace kiln::onnx
