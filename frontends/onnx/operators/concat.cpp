// Concat: tensors end to end.
#include "frontends/onnx/axes.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void concat(OperatorImport& n) {
  std::vector<Tensor> parts;
  for (size_t i = 0; i < n.inputs(); i++) parts.push_back(n.tensor(i));
  if (parts.empty()) n.invalid("has no inputs");
  agreeOnFloat(n, parts);
  for (const Tensor& part : parts) {
    if (part.rank() != parts[0].rank()) n.invalid("joins " + describe(parts[0].axes) + " and " + describe(part.axes));
  }
  const size_t axis = n.axis(n.version() >= 4 ? n.integer("axis") : n.integer("axis", 1), parts[0].rank());
  n.output(0, joined(n, parts, axis));
}

}  // namespace kiln::onnx
