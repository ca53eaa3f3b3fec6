// Concat: tensors end to end.
#include <algorithm>

#include "frontends/onnx/axes.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

// OnnxMLTools writes integers beside float, for a VectorAssembler of Spark, whose vector is of double.
static void agreeOnNumber(OperatorImport& n, std::vector<Tensor>& parts) {
  const auto isWhole = [](const Tensor& part) { return part.type == ElementType::i64 || part.type == ElementType::i32; };
  const auto number = std::find_if(parts.begin(), parts.end(), [](const Tensor& part) { return part.type == ElementType::f32 || part.type == ElementType::f64; });
  if (number == parts.end() || std::none_of(parts.begin(), parts.end(), isWhole)) return;
  const ElementType type = number->type;
  n.warn("takes one element type, but has integers and " + std::string(elementName(type)), "integers are cast to it, as the exporter meant; ONNX Runtime refuses the model");
  for (Tensor& part : parts)
    if (isWhole(part)) part = n.cast(part, type);
}

void concat(OperatorImport& n) {
  std::vector<Tensor> parts;
  for (size_t i = 0; i < n.inputs(); i++) parts.push_back(n.tensor(i));
  if (parts.empty()) n.invalid("has no inputs");
  agreeOnNumber(n, parts);
  agreeOnFloat(n, parts);
  for (const Tensor& part : parts) {
    if (part.rank() != parts[0].rank()) n.invalid("joins " + describe(parts[0].axes) + " and " + describe(part.axes));
  }
  const size_t axis = n.axis(n.version() >= 4 ? n.integer("axis") : n.integer("axis", 1), parts[0].rank());
  n.output(0, joined(n, parts, axis));
}

}  // namespace kiln::onnx
