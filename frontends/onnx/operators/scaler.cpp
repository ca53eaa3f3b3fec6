// Scaler: (x - offset) * scale, column by column. The result is float; of doubles it is computed in double, integers are subtracted
// from as floats, which is what ONNX Runtime does.
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

namespace {

// A list that is absent changes nothing; one of one number holds for all elements, so that rows may be columns.
Tensor list(OperatorImport& n, const char* name, ElementType type, const Axis& columns, double neutral) {
  Elements elements;
  elements.numbers = n.numbers(name);
  if (elements.numbers.empty()) {
    n.warn("has no attribute '" + std::string(name) + "'", neutral == 0 ? "nothing is subtracted; ONNX Runtime refuses the model" : "nothing is multiplied; ONNX Runtime refuses the model");
    elements.numbers = {neutral};
  }
  const auto size = static_cast<int64_t>(elements.numbers.size());
  if (size != 1 && columns.isBatch()) n.columnsAreRows();
  if (size != 1 && size != columns.size) n.invalid("attribute '" + std::string(name) + "' has " + std::to_string(size) + " entries for " + std::to_string(columns.size) + " columns");
  return hostTensor(type, plainAxes({size}), std::move(elements));
}

}  // namespace

void scaler(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64});
  if (x.rank() == 0) n.invalid("needs a tensor of one or two dimensions");
  const Axis columns = x.axes.back();
  const ElementType type = x.type == ElementType::f64 ? x.type : ElementType::f32;
  const Tensor offset = list(n, "offset", type, columns, 0), scale = list(n, "scale", type, columns, 1);
  const Tensor moved = n.call("sub", {n.cast(x, type), offset}, type);
  n.output(0, n.cast(n.call("mul", {moved, scale}, type), ElementType::f32));
}

}  // namespace kiln::onnx
