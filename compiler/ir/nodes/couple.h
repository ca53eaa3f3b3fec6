// couple: probabilities of classes from those of their pairs.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand r [k(k-1)/2], f64 or f32: the probability of class i against class j for i < j, pairs in the order (0,1), (0,2) ..
/// (1,2) ..; k = `classes` (2 .. 1024). Result [k]: the second method of Wu, Lin and Weng (2004) as libsvm computes it, in the
/// operand's type: from 1/k each, at most 100 rounds, until no class is off by 0.005 / k. Missing strict.
struct Couple final : OpBase<Couple, OpKind::Couple> {
  uint32_t classes = 2;

  void fields(FieldVisitor& f) override { f.field("classes", classes); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
