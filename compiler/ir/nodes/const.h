// const: a literal, a missing value, or a constant matrix.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// No operands; one result. Exactly one of: `matrix` (a vector or matrix), `isMissing`, `number` (f64, f32), `integer`
/// (i64, i32, bool as 0/1, dates, the code of a cat), `text` (str).
struct Const final : OpBase<Const, OpKind::Const> {
  Elem elem = Elem::f64;
  TableRef dict;             ///< of a cat
  TableRef matrix;
  bool isMissing = false;
  std::optional<double> number;
  std::optional<int64_t> integer;
  std::optional<std::string> text;

  void fields(FieldVisitor& f) override {
    f.field("elem", elem), f.field("dict", dict), f.field("matrix", matrix), f.field("missing", isMissing);
    f.field("number", number), f.field("integer", integer), f.field("text", text);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
