// Dropout of a trained model, or one that drops nothing: the input as it is, and a mask: that of opset 12 keeps everything, for the older ones,
// where the text is silent, ONNX Runtime has zeros.
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
  const bool kept = n.version() >= 12 || n.spec();
  Elements all;
  if (isFloat(mask)) all.numbers.assign(static_cast<size_t>(x.count()), kept);
  else all.integers.assign(static_cast<size_t>(x.count()), kept);
  n.output(1, hostTensor(mask, x.axes, std::move(all)));
}

}  // namespace kiln::onnx
