// Functions of strings, element by element.
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/matches.h"
#include "compiler/ir/regex/regex.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void stringConcat(OperatorImport& n) {
  n.tensor(0, {ElementType::str}), n.tensor(1, {ElementType::str});
  n.output(0, n.call("join", {n.tensor(0), n.tensor(1)}, ElementType::str));
}

// Case by the simple mappings of Unicode, code point by code point: the locale of the attribute cannot change what they say.
// Stop words are whole elements; without them there are fewer elements.
void stringNormalizer(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str});
  const int action = n.choice("case_change_action", {"NONE", "LOWER", "UPPER"}, 0);
  n.ignore("locale"), n.ignore("is_case_sensitive");
  if (!n.texts("stopwords").empty()) {
    for (const Axis& axis : x.axes)
      if (axis.isBatch()) n.mixesRows("stop words take rows away from the batch");
    n.unsupported("stop words", "how many elements are left depends on the row");
  }
  const ValueId v = n.value(x);
  n.output(0, x.type, x.axes, action == 0 ? v : n.build.call(action == 1 ? "lower" : "upper_simple", {v}));
}

void regexFullMatch(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str});
  ir::Matches matches;
  matches.pattern = "\\A(?:" + n.text("pattern") + ")\\z";
  if (const std::string why = regex::compile(matches.pattern)->error; !why.empty())
    n.unsupported("the pattern '" + n.text("pattern") + "'", why);
  n.output(0, ElementType::boolean, x.axes, n.build.add(std::move(matches), {n.value(x)}));
}

// MurmurHash3 of com.microsoft: of the bytes of a string or an integer; as uint32, or int32 if not `positive`.
void murmurHash3(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str, ElementType::i32, ElementType::u32, ElementType::i64, ElementType::u64});
  const bool isUnsigned = n.integer("positive", 1) != 0;
  const int64_t seed = n.integer("seed", 0);
  if (seed < 0 || seed > 0xffffffffll) n.invalid("attribute 'seed' is " + std::to_string(seed));
  ValueId v = n.value(x);
  if (x.type == ElementType::u32) v = n.build.add(ir::Cast(ir::Elem::i32, ir::Cast::wrap), {v});
  v = n.build.call(x.type == ElementType::str ? "murmur3_text" : "murmur3", {v}, false, {static_cast<double>(seed)});
  if (isUnsigned) v = settled(n, ElementType::u32, n.build.add(ir::Cast(ir::Elem::i64, ir::Cast::wrap), {v}));
  n.output(0, isUnsigned ? ElementType::u32 : ElementType::i32, x.axes, v);
}

}  // namespace kiln::onnx
