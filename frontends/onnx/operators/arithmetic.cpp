// Elementwise arithmetic.
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

void add(OperatorImport& n) {
  const Tensor &a = n.number(0), &b = n.number(1);
  if (a.type != b.type) n.invalid(std::string("adds ") + elementName(a.type) + " and " + elementName(b.type));
  if (n.version() < 7) n.unsupported("Add before opset 7 (its broadcasting)");
  n.output(0, n.call("add", {a, b}, a.type));
}

}  // namespace kiln::onnx
