// argmax: the index of the largest or smallest element.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n] (a number type); of [.., n] a result [..], each from its n elements. Result: i32, or cat of `dict` (n labels) by the same index. Missing elements and NaN
/// never win; missing if none is left. Ties: the first, or the last.
struct ArgMax final : OpBase<ArgMax, OpKind::ArgMax> {
  bool smallest = false, last = false;
  TableRef dict;

  void fields(FieldVisitor& f) override { f.field("smallest", smallest), f.field("last", last), f.field("dict", dict); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
