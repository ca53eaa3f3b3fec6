// LabelEncoder: a value for each key. ONNX Runtime, of equal keys, takes the first (1: the last); the standard of version 4
// takes the last. A key NaN is found from version 4 on.
#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/keys.h"
#include "frontends/onnx/tokens.h"

namespace kiln::onnx {

namespace {

struct List {
  ElementType type = ElementType::undefined;
  Elements elements;
};

// The list of keys or values: one of the attributes PREFIX_strings, PREFIX_int64s, PREFIX_floats, PREFIX_tensor.
List listOf(OperatorImport& n, const std::string& prefix) {
  List list;
  int given = 0;
  const auto take = [&](const char* kind, ElementType type, auto read) {
    if (!n.hasAttribute((prefix + kind).c_str())) return;
    given++, list.type = type, read((prefix + kind).c_str());
  };
  take("_strings", ElementType::str, [&](const char* a) { list.elements.texts = n.texts(a); });
  take("_int64s", ElementType::i64, [&](const char* a) { list.elements.integers = n.integers(a); });
  take("_floats", ElementType::f32, [&](const char* a) { list.elements.numbers = n.numbers(a); });
  if (n.version() >= 4 && n.hasAttribute((prefix + "_tensor").c_str())) {
    const std::optional<Tensor> tensor = n.tensorAttribute((prefix + "_tensor").c_str());
    given++, list.type = tensor->type, list.elements = *tensor->host;
  }
  if (given != 1) n.invalid("needs one of the attributes '" + prefix + "_strings', '" + prefix + "_int64s' ...");
  return list;
}

// What keys that are not found become. Attributes are for values of their own type, as in ONNX Runtime: others have default_tensor.
Elements fallbackOf(OperatorImport& n, ElementType type) {
  Elements fallback;
  const std::string text = n.text("default_string", "_Unused");
  const int64_t integer = n.integer("default_int64", -1);
  const double number = n.number("default_float", -0.0);
  if (n.version() >= 4 && n.hasAttribute("default_tensor")) {
    const std::optional<Tensor> tensor = n.tensorAttribute("default_tensor");
    if (tensor->type != type || tensor->count() != 1) n.invalid("attribute 'default_tensor' must be one element of the values' type");
    return *tensor->host;
  }
  const bool isOwn = type == ElementType::str || type == ElementType::f32 || type == ElementType::i64;
  if (const char* given = isFloat(type) ? "default_float" : "default_int64"; !isOwn && n.hasAttribute(given))
    n.warn("attribute '" + std::string(given) + "' has no effect on values of " + elementName(type), "keys that are not found become " + std::string(isFloat(type) ? "-0" : "-1") + ", as in ONNX Runtime: 'default_tensor' says otherwise");
  if (type == ElementType::str) fallback.texts = {text};
  else if (isFloat(type)) fallback.numbers = {isOwn ? number : -0.0};
  else fallback.integers = {isOwn ? integer : -1};
  return fallback;
}

// Tokens, whose number depends on the row, wait for what counts them: it is told which token is which integer.
void encodeTokens(OperatorImport& n, const List& keys, const List& values, const Elements& fallback, Duplicates duplicates) {
  if (keys.type != ElementType::str || !isInteger(values.type)) n.unsupported("tokens that become other than integers");
  std::map<std::string, int64_t> byToken;
  for (size_t i = 0; i < keys.elements.texts.size(); i++) {
    const auto [at, isNew] = byToken.emplace(keys.elements.texts[i], values.elements.integers[i]);
    if (!isNew && duplicates == Duplicates::last) at->second = values.elements.integers[i];
  }
  std::vector<std::string> texts;
  std::vector<int64_t> integers;
  for (const auto& [token, code] : byToken) texts.push_back(token), integers.push_back(code);
  n.output(0, coded(n, n.input(0), texts, integers, fallback.integers[0]));
}

// Version 1: strings to their places in a list, or places to strings. OnnxMLTools writes the attribute for IndexToString of Spark under
// version 2 as well, which ONNX Runtime refuses.
void byPlace(OperatorImport& n) {
  List strings{ElementType::str, {}}, places{ElementType::i64, {}};
  strings.elements.texts = n.texts("classes_strings");
  for (size_t i = 0; i < strings.elements.texts.size(); i++) places.elements.integers.push_back(static_cast<int64_t>(i));
  if (strings.elements.size() == 0) n.invalid("attribute 'classes_strings' has no entries");
  if (n.input(0).kind == Value::tokens) return encodeTokens(n, strings, places, fallbackOf(n, ElementType::i64), Duplicates::last);
  const Tensor& x = n.tensor(0, {ElementType::str, ElementType::i64});
  const bool toString = x.type == ElementType::i64;
  const List &from = toString ? places : strings, &to = toString ? strings : places;
  const Keys keys = keysOf(n, from.type, from.elements, Duplicates::last);
  const ValueId codes = codesOf(n, keys, n.value(x));
  n.output(0, to.type, x.axes, mapped(n, keys, codes, to.type, to.elements, fallbackOf(n, to.type)));
}

}  // namespace

void labelEncoder(OperatorImport& n) {
  n.ignore("default_string"), n.ignore("default_int64"), n.ignore("default_float");
  if (n.version() >= 2 && n.hasAttribute("classes_strings")) {
    n.warn("has attribute 'classes_strings', which only version 1 reads", "it is taken as version 1 takes it; ONNX Runtime refuses the model");
    return byPlace(n);
  }
  if (n.version() < 2) return byPlace(n);
  const List keyList = listOf(n, "keys"), values = listOf(n, "values");
  if (keyList.elements.size() != values.elements.size() || values.elements.size() == 0)
    n.invalid("has " + std::to_string(keyList.elements.size()) + " keys and " + std::to_string(values.elements.size()) + " values");
  for (const List* list : {&keyList, &values})
    if (list->type == ElementType::boolean) n.invalid("has keys or values of bool, which the standard does not know");
  const Duplicates duplicates = n.spec() && n.version() >= 4 ? Duplicates::last : Duplicates::first;
  if (n.input(0).kind == Value::tokens) return encodeTokens(n, keyList, values, fallbackOf(n, values.type), duplicates);
  const Tensor& x = n.tensor(0, {keyList.type});
  const Keys keys = keysOf(n, keyList.type, keyList.elements, duplicates);
  if (keys.hasDuplicates)
    n.warn("a key stands in the list twice: ONNX Runtime takes the value of the first, the standard that of the last",
           "--semantics chooses");
  const Elements fallback = fallbackOf(n, values.type);
  const ValueId v = n.value(x);
  ValueId y = mapped(n, keys, codesOf(n, keys, v), values.type, values.elements, fallback);
  if (keys.nan && n.version() >= 4) {
    const size_t at = *keys.nan;
    const ValueId found = values.type == ElementType::str ? n.build.text(values.elements.texts[at])
                          : isFloat(values.type)          ? constantOf(n, values.type, values.elements.numbers[at])
                                                          : n.build.integer(values.elements.integers[at], elemOf(values.type));
    y = select(n, n.build.call("is_nan", {v}), found, y);
  }
  n.output(0, values.type, x.axes, y);
}

}  // namespace kiln::onnx
