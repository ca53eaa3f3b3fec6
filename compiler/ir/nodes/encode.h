// encode: a value to the code of its label.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x: the element type of the dict's labels, or a cat whose labels have it (then code to code). Result: cat of
/// `dict`, missing where x is. A value without label: `other` (the dict is open), `missing`, or `fail` (INVALID_VALUE).
/// Floats compare by value, -0 equals 0; NaN has no label.
struct Encode final : OpBase<Encode, OpKind::Encode> {
  enum Unknown : uint8_t { other, missing, fail };
  TableRef dict;
  Unknown unknown = other;
  uint32_t fieldIndex = kNone;

  static constexpr const char* kUnknown[] = {"other", "missing", "fail"};
  void fields(FieldVisitor& f) override {
    f.field("dict", dict), f.choice("unknown", unknown, kUnknown), f.field("field", fieldIndex);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
