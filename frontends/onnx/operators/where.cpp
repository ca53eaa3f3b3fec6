// Where: one of two tensors, element by element.
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void where(OperatorImport& n) {
  const Tensor& condition = n.tensor(0, {ElementType::boolean});
  std::vector<Tensor> arms = {n.tensor(1), n.tensor(2)};
  agreeOnFloat(n, arms);
  const OperatorImport::Broadcast all = n.broadcast({condition, arms[0], arms[1]});
  n.output(0, arms[0].type, all.axes, select(n, all.values[0], all.values[1], all.values[2]));
}

}  // namespace kiln::onnx
