// Identity and Constant: values as they are.
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

void identity(OperatorImport& n) { n.output(0, n.input(0)); }

void constant(OperatorImport& n) {
  const auto numbers = [&](const std::vector<double>& values, bool scalar) {
    Elements elements;
    elements.numbers = values;
    n.output(0, hostTensor(ElementType::f32, scalar ? Axes() : plainAxes({static_cast<int64_t>(values.size())}), std::move(elements)));
  };
  const auto texts = [&](const std::vector<std::string>& values, bool scalar) {
    Elements elements;
    elements.texts = values;
    n.output(0, hostTensor(ElementType::str, scalar ? Axes() : plainAxes({static_cast<int64_t>(values.size())}), std::move(elements)));
  };
  if (auto tensor = n.tensorAttribute("value")) return n.output(0, *tensor);
  if (n.hasAttribute("value_float")) return numbers({n.number("value_float", 0)}, true);
  if (n.hasAttribute("value_floats")) return numbers(n.numbers("value_floats"), false);
  if (n.hasAttribute("value_int")) return n.output(0, hostInteger(n.integer("value_int")));
  if (n.hasAttribute("value_ints")) return n.output(0, hostIntegers(n.integers("value_ints")));
  if (n.hasAttribute("value_string")) return texts({n.text("value_string")}, true);
  if (n.hasAttribute("value_strings")) return texts(n.texts("value_strings"), false);
  if (n.hasAttribute("sparse_value")) n.unsupported("a sparse tensor");
  n.invalid("needs one of the attributes 'value', 'value_float', 'value_int' ...");
}

}  // namespace kiln::onnx
