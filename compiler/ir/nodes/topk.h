// topk: the k largest or smallest elements, in order.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [.., n]. Results: values [.., k], indices i32 [.., k], each from its n elements. Ties by index; missing elements are never chosen, and what is
/// left over is missing; NaN comes last. `order` heap: as ONNX Runtime's heap has it, where NaN comes neither before nor after any number; `unsorted`:
/// as the heap lies; both of x without missing elements, k <= n.
struct TopK final : OpBase<TopK, OpKind::TopK> {
  uint32_t k = 1;
  bool smallest = false;
  enum Order : uint8_t { value, heap, unsorted };
  Order order = value;

  static constexpr const char* kOrders[] = {"value", "heap", "unsorted"};
  void fields(FieldVisitor& f) override { f.field("k", k), f.field("smallest", smallest), f.choice("order", order, kOrders); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
