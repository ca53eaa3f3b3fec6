// kernel_machine: weighted sums of kernels of a row and the instances (support vectors).
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n] (f64 or f32). Result [o], or a scalar if `scalar` (o must be 1): from 0, in the order of `rows`, coefficient
/// times measure, then bias [o] if given. `coefficients` is [o,m]; those that are 0 do not count. Missing if any measure is.
struct KernelMachine final : OpBase<KernelMachine, OpKind::KernelMachine> {
  TableRef rows, measure, coefficients, bias;
  bool scalar = false;

  void fields(FieldVisitor& f) override {
    f.field("rows", rows), f.field("measure", measure), f.field("coefficients", coefficients), f.field("bias", bias);
    f.field("scalar", scalar);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
