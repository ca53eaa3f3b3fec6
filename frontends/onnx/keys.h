// Values looked up by keys: what LabelEncoder, CategoryMapper and OneHotEncoder share.
#pragma once
#include <optional>

#include "frontends/onnx/operator.h"

namespace kiln::onnx {

/// Keys of one element type as labels of a dict. Of equal keys (-0 equals 0) the first or the last counts; NaN is no label.
struct Keys {
  ir::TableRef dict;                  ///< open
  std::vector<size_t> places;         ///< by code: where the key stands in its list
  std::optional<size_t> nan;          ///< where NaN stands
  bool hasDuplicates = false;
};
enum class Duplicates { first, last };
Keys keysOf(OperatorImport& n, ElementType type, const Elements& keys, Duplicates duplicates);

/// Codes of the elements of x; those without key have the code "some other value", or fail.
ValueId codesOf(OperatorImport& n, const Keys& keys, ValueId x, bool fails = false);
/// values[place of x's key], `fallback` where x is no key. Both are elements of `type`; values are as many as keys, fallback one.
ValueId mapped(OperatorImport& n, const Keys& keys, ValueId codes, ElementType type, const Elements& values, const Elements& fallback);

}  // namespace kiln::onnx
