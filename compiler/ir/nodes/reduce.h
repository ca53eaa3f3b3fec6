// reduce: the last axis to one element.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [n] (f64, f32, i64, i32; count and any also bool): a scalar; [.., n]: [..], each from its n elements. Left to right in the operand's type. `skip`: missing
/// elements are left out, and the result is missing if none is left (count: 0); otherwise any missing element makes it
/// missing. Sums start from 0, products from 1. mean = sum / count; median: by value, ties by index; of an even count,
/// half the sum of the two in the middle; NaN wins. Integer mean and median are f64, of the elements as f64. sum,
/// product, sumsq of integers: `checked` fails UNDEFINED on overflow, else they wrap. min, max: as the scalar
/// functions; NaN wins. count: i64, the present elements, of bools those that are true. any, all: bool, whether
/// elements are true, or not 0; missing as above, not Kleene's.
///
/// `order` of a sum of floats, or of their squares, not skipping. `vectors`: as ONNX Runtime adds up the last axis of a tensor: w elements (4 f32, 2 f64) at a time, even and odd
/// vectors apart, then these, a vector that is left, the halves of the result down to one, and what is left one by one. `blocks`:
/// as it adds up another axis: four by four from the left, each four added to the sum so far, then two, then one. `fused` (sumsq of f32): as its
/// LayerNormalization adds up squares: eight sums by fused multiply-add, of the elements by their index mod 8, then the halves of these down to one, and the squares that are left one by one.
struct Reduce final : OpBase<Reduce, OpKind::Reduce> {
  enum Kind : uint8_t { sum, product, min, max, mean, median, count, sumsq, any, all };
  enum Order : uint8_t { index, vectors, blocks, fused };
  Kind op = sum;
  Order order = index;
  bool skip = false;
  bool checked = false;

  static constexpr const char* kKinds[] = {"sum", "product", "min", "max", "mean", "median", "count", "sumsq", "any", "all"};
  static constexpr const char* kOrders[] = {"index", "vectors", "blocks", "fused"};
  void fields(FieldVisitor& f) override { f.choice("op", op, kKinds), f.choice("order", order, kOrders), f.field("skip", skip), f.field("checked", checked); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
