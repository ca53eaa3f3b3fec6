// call: a scalar function of scalars.def, printed by the function's name. Elementwise, with numpy broadcasting of
// shapes.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

struct ScalarFunction;  // compiler/ir/scalars.h

/// All operands have the element types that the function's signature asks for. `checked`: any NaN result, integer
/// overflow or division by zero fails UNDEFINED (whatever the operands were). `parameters` are the function's
/// constants.
struct Call final : OpBase<Call, OpKind::Call> {
  const ScalarFunction* function = nullptr;
  bool checked = false;
  std::vector<double> parameters;

  Call() = default;
  explicit Call(const char* functionName, bool checked = false, std::vector<double> parameters = {});
  const char* name() const override;
  void fields(FieldVisitor& f) override { f.field("checked", checked), f.field("parameters", parameters); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
