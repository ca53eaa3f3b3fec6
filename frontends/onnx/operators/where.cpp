// Where: one of two tensors, element by element.
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void where(OperatorImport& n) {
  const Tensor &condition = n.tensor(0, {ElementType::boolean}), &x = n.tensor(1), &y = n.tensor(2);
  sameTypes(n, {x, y});
  const OperatorImport::Broadcast all = n.broadcast({condition, x, y});
  n.output(0, x.type, all.axes, select(n, all.values[0], all.values[1], all.values[2]));
}

}  // namespace kiln::onnx
