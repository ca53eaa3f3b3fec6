// format: a number or a moment as text, by a pattern.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x; result str, missing where x is; TEXT_TOO_LONG where there is no room.
/// style printf    `pattern` has one conversion: %d or %i of i64, or %f %F %e %E %g %G of f64, with C's flags, width
/// (to 999) and
///                 precision (to 99); %% is a percent sign. As C prints: the exact value, ties to even.
/// style strftime  conversions of a date, time or datetime in the C locale; %% is a percent sign. Years outside of 0 to 9999 fail
///                 UNDEFINED
/// java            printf: rounds the shortest decimal text half up, NaN and Infinity; strftime: %e without blank, %p in small letters
struct Format final : OpBase<Format, OpKind::Format> {
  enum Style : uint8_t { printf, strftime };
  std::string pattern;
  Style style = printf;
  bool java = false;

  static constexpr const char* kStyles[] = {"printf", "strftime"};
  void fields(FieldVisitor& f) override {
    f.field("pattern", pattern), f.choice("style", style, kStyles), f.field("java", java);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;

  /// A printf pattern in its parts; `error` says why it is none, `unsupported` that C or Java has one of this kind.
  struct Number {
    std::string error, before, after;
    bool unsupported = false;
    char conversion = 0;  ///< d f e g
    bool upper = false, left = false, plus = false, space = false, zero = false, alternate = false;
    int width = 0, precision = -1;
  };
  static Number parseNumber(const std::string& pattern);
  /// A strftime pattern of plain conversions only (%D and the like spelled out), or why it is none for this element
  /// type. `unsupported`: strftime knows it.
  struct Moment {
    std::string error, pattern;
    bool unsupported = false;
  };
  static Moment parseMoment(const std::string& pattern, Elem elem);
};

}  // namespace kiln::ir
