// reduce: a vector to a scalar.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n] (f64, f32, i64, i32; count and any also bool). Left to right in the operand's type. `skip`: missing
/// elements are left out, and the result is missing if none is left (count: 0); otherwise any missing element makes it missing.
/// mean = sum / count; median: of an even count, half the sum of the two in the middle; integer mean and median are f64.
/// product, sum of integers: `checked` fails UNDEFINED on overflow, else they wrap. min, max: NaN wins.
struct Reduce final : OpBase<Reduce, OpKind::Reduce> {
  enum Kind : uint8_t { sum, product, min, max, mean, median, count, sumsq, any, all };
  Kind op = sum;
  bool skip = false;
  bool checked = false;

  static constexpr const char* kKinds[] = {"sum", "product", "min", "max", "mean", "median", "count", "sumsq", "any", "all"};
  void fields(FieldVisitor& f) override { f.choice("op", op, kKinds), f.field("skip", skip), f.field("checked", checked); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
