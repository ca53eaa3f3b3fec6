// cast: from one element type to another, elementwise.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x; result of element type `elem`, missing where x is.
/// mode saturate   any of f64 f32 i64 i32 bool to any other: float to integer truncates and saturates, NaN gives 0;
///                 float to float and integer to float round to nearest even; i64 to i32 saturates; bool to number is
///                 0 or 1; number to bool is x != 0 (NaN: true)
/// mode lowest     float to i64 or i32 as saturate, but NaN and what is beyond becomes the lowest integer, as on x86-64
/// mode wrap       integer to integer keeps the low bits
/// mode checked    number to integer or bool, text to number, bool or date (the rules of a text cell): fails
///                 TYPE_MISMATCH where the value is not exactly one of the target's
/// mode label      cat (of a closed dict) to the element type of its labels
/// mode shortest   number, bool, date to str: shortest round trip, integers without point, `true`/`false`, ISO dates
/// mode java       as shortest, in Java's layout of doubles and floats (1.0E20, 2.0, 1.0E-7)
/// mode onnx       number or bool to str as ONNX Runtime writes it: floats by %.8g, NaN, INF, -INF; bools 1 and 0
struct Cast final : OpBase<Cast, OpKind::Cast> {
  enum Mode : uint8_t { saturate, wrap, checked, label, shortest, java, lowest, onnx };
  Elem elem = Elem::f64;
  Mode mode = saturate;

  Cast() = default;
  explicit Cast(Elem to, Mode m = saturate) : elem(to), mode(m) {}
  static constexpr const char* kModes[] = {"saturate", "wrap", "checked", "label", "shortest", "java", "lowest", "onnx"};
  void fields(FieldVisitor& f) override { f.field("elem", elem), f.choice("mode", mode, kModes); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
