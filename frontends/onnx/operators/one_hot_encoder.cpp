// OneHotEncoder: a vector of zeros with a one for each element, along a new last axis. Floats are truncated to integers before they
// are looked up, as ONNX Runtime does; of equal categories the last counts. zeros = 0: an unknown category fails the row.
#include "compiler/ir/nodes/onehot.h"
#include "frontends/onnx/keys.h"
#include "frontends/onnx/tokens.h"

namespace kiln::onnx {

namespace {

Elements rangeOf(size_t count) {
  Elements range;
  for (size_t i = 0; i < count; i++) range.integers.push_back(static_cast<int64_t>(i));
  return range;
}

}  // namespace

void oneHotEncoder(OperatorImport& n) {
  if (n.input(0).kind == Value::tokens) {
    if (n.integer("zeros", 1) == 0) n.unsupported("attribute 'zeros' of 0 for tokens");
    return n.output(0, oneHotTokens(n, n.input(0), n.texts("cats_strings"), n.integers("cats_int64s")));
  }
  const Tensor& x = n.tensor(0, {ElementType::str, ElementType::i64, ElementType::i32, ElementType::f32, ElementType::f64});
  const bool isText = x.type == ElementType::str;
  Elements categories;
  if (isText) categories.texts = n.texts("cats_strings"), n.ignore("cats_int64s");
  else categories.integers = n.integers("cats_int64s"), n.ignore("cats_strings");
  if (categories.size() == 0) n.invalid(std::string("has no categories ('") + (isText ? "cats_strings" : "cats_int64s") + "')");
  const bool fails = n.integer("zeros", 1) == 0;
  const Keys keys = keysOf(n, isText ? ElementType::str : ElementType::i64, categories, Duplicates::last);
  if (keys.hasDuplicates) n.warn("a category stands in the list twice: only the last of its columns is ever 1");
  ValueId codes = codesOf(n, keys, n.value(isText ? x : n.cast(x, ElementType::i64)), fails);
  Axes axes = x.axes;
  axes.push_back({static_cast<int64_t>(categories.size()), Batch::none});
  Elements one, none;
  one.numbers = {1}, none.numbers = {0};
  if (categories.size() == 1) return n.output(0, ElementType::f32, axes, mapped(n, keys, codes, ElementType::f32, one, none));
  if (keys.hasDuplicates) {
    Elements unknown;
    unknown.integers = {-1};
    codes = mapped(n, keys, codes, ElementType::i32, rangeOf(categories.size()), unknown);
  }
  ir::OneHot hot;
  hot.elem = ir::Elem::f32, hot.size = static_cast<uint32_t>(categories.size());
  n.output(0, ElementType::f32, axes, n.build.add(std::move(hot), {codes}));
}

}  // namespace kiln::onnx
