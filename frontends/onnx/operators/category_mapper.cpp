// CategoryMapper: strings to integers or back, by two lists; the type of the input says which way. Of equal keys the last counts.
#include "frontends/onnx/keys.h"

namespace kiln::onnx {

void categoryMapper(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str, ElementType::i64});
  Elements strings, integers, noString, noInteger;
  strings.texts = n.texts("cats_strings"), integers.integers = n.integers("cats_int64s");
  noString.texts = {n.text("default_string", "_Unused")}, noInteger.integers = {n.integer("default_int64", -1)};
  if (strings.size() != integers.size() || strings.size() == 0)
    n.invalid("has " + std::to_string(strings.size()) + " strings for " + std::to_string(integers.size()) + " integers");
  const bool toString = x.type == ElementType::i64;
  const Keys keys = keysOf(n, x.type, toString ? integers : strings, Duplicates::last);
  const ElementType to = toString ? ElementType::str : ElementType::i64;
  const ValueId codes = codesOf(n, keys, n.value(x));
  n.output(0, to, x.axes, mapped(n, keys, codes, to, toString ? strings : integers, toString ? noString : noInteger));
}

}  // namespace kiln::onnx
