// Functions of strings, element by element.
#include "compiler/ir/letters.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/matches.h"
#include "compiler/ir/regex/regex.h"
#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/given.h"
#include "frontends/onnx/keys.h"

namespace kiln::onnx {

void stringConcat(OperatorImport& n) {
  n.tensor(0, {ElementType::str}), n.tensor(1, {ElementType::str});
  n.output(0, n.call("join", {n.tensor(0), n.tensor(1)}, ElementType::str));
}

// Case by the simple mappings of Unicode, code point by code point: the locale of the attribute cannot change what they say.
static Tensor inCase(OperatorImport& n, const Tensor& x, int action) {
  return action == 0 ? x : n.call(action == 1 ? "lower_simple" : "upper_simple", {x}, ElementType::str);
}

static std::string wordInCase(const std::string& word, int action) {
  return action == 0 ? word : ir::inCase(word, action == 1 ? ir::Case::lowerSimple : ir::Case::upperSimple);
}

// Which elements of x, along its last axis, are stop words: compared as they are, or both in one case.
static Tensor areStopwords(OperatorImport& n, const Tensor& x, const std::vector<std::string>& words, int action) {
  const int compared = n.integer("is_case_sensitive", 0) != 0 ? 0 : action == 2 ? 2 : 1;
  Elements list;
  for (const std::string& word : words) list.texts.push_back(wordInCase(word, compared));
  const Keys keys = keysOf(n, ElementType::str, list, Duplicates::first);
  Elements every, other;
  every.integers.assign(words.size(), 1), other.integers = {0};
  const ValueId codes = codesOf(n, keys, n.value(withAxes(n, inCase(n, x, compared), {x.axes.back()})));
  return n.tensorOf(ElementType::boolean, {x.axes.back()}, mapped(n, keys, codes, ElementType::boolean, every, other));
}

// A text a row, of which more is made: a stop word alone becomes an empty text. What is shown itself has rows less.
static void emptyStopwords(OperatorImport& n, const Tensor& x, const std::vector<std::string>& words, int action) {
  n.warn("a text that is one of the stop words as a whole is scored as an empty text", "so does ONNX Runtime with that row alone; of several rows it leaves such a row out, and what follows has fewer");
  n.output(0, selected(n, areStopwords(n, x, words, action), hostText(""), inCase(n, x, action)));
}

// Stop words are whole elements; without them there are fewer elements. How many are left must be what the model declares. Where none
// is left, one empty text is.
static void withoutStopwords(OperatorImport& n, const Tensor& x, const std::vector<std::string>& words, int action) {
  if (x.rank() == 1 && x.axes[0].isBatch() && !n.isResult(0)) return emptyStopwords(n, x, words, action);
  for (const Axis& axis : x.axes)
    if (axis.isBatch()) n.mixesRows(x.rank() == 1 ? "stop words take rows away from the batch" : "stop words take elements away from the row");
  const auto declared = n.declared(0);
  if (!declared) n.unsupported("stop words without a declared shape of the result", "how many elements are left depends on the row");
  const Axis left = declared->empty() ? Axis{} : declared->back();
  Axes expected = x.axes;
  if (!expected.empty()) expected.back() = left;
  if (x.rank() == 0 || x.rank() > 2 || (x.rank() == 2 && x.axes[0] != Axis{}) || expected != *declared || left.size < 1)
    n.invalid(describe(x.axes) + " without stop words is declared as " + describe(*declared), "the input is [C] or [1,C]");
  const Tensor kept = n.call("not", {areStopwords(n, x, words, action)}, ElementType::boolean);
  const Tensor places = placesOf(n, kept, left.size, 0, left.size == 1);
  Tensor result = gatheredAt(n, withAxes(n, x, {x.axes.back()}), {left}, places);
  if (left.size == 1) result = selected(n, withAxes(n, reduced(n, kept, {0}, "any"), {}), withAxes(n, result, {}), hostText(""));
  n.output(0, withAxes(n, inCase(n, result, action), *declared));
}

void stringNormalizer(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str});
  const int action = n.choice("case_change_action", {"NONE", "LOWER", "UPPER"}, 0);
  n.ignore("locale"), n.ignore("is_case_sensitive");
  if (const auto words = n.texts("stopwords"); !words.empty()) return withoutStopwords(n, x, words, action);
  n.output(0, inCase(n, x, action));
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
  if (isFloat(n.tensor(0).type)) n.unsupported(std::string("a hash of ") + elementName(n.tensor(0).type), "of text and integers it is");
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
