// Dropout of a trained model, or one that drops nothing: the input as it is, and a mask that keeps everything.
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

void dropout(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  n.ignore("seed"), n.ignore("consumed_inputs");
  const double ratio = n.version() < 12 ? n.number("ratio", 0.5) : n.has(1) && n.isConstant(1) ? n.constantNumber(1) : 0.5;
  bool trains = n.version() < 7 && n.integer("is_test", 0) == 0;
  if (n.version() >= 12 && n.has(2)) trains = n.constantNumber(2) != 0;
  if (trains && ratio != 0) n.unsupported("Dropout in training mode", "export the model for inference");
  n.output(0, x);
  if (!n.wanted(1)) return;
  const ElementType mask = n.version() < 10 ? x.type : ElementType::boolean;
  Elements ones;
  if (isFloat(mask)) ones.numbers.assign(static_cast<size_t>(x.count()), 1.0);
  else ones.integers.assign(static_cast<size_t>(x.count()), 1);
  n.output(1, hostTensor(mask, x.axes, std::move(ones)));
}

}  // namespace kiln::onnx
