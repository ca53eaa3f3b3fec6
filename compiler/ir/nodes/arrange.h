// arrange: elements of a value in another order and shape.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x, of any element type and shape; result of `shape` (empty: a scalar). Element e of the result is the element
/// of x (numbered in row-major order) that `at` gives for e, -1: the fill; or, where `at` is not given, `start` +
/// the sum of index i of e times strides[i]. Transposed, sliced, reversed, repeated, padded tensors are all this.
/// `number` (floats), `integer` (integers and bools) or `text` is the fill. Elements keep their missing state.
struct Arrange final : OpBase<Arrange, OpKind::Arrange> {
  std::vector<uint32_t> shape;
  int64_t start = 0;
  std::vector<int64_t> strides;
  std::vector<int64_t> at;
  std::optional<double> number;
  std::optional<int64_t> integer;
  std::optional<std::string> text;

  void fields(FieldVisitor& f) override {
    f.field("shape", shape), f.field("start", start), f.field("strides", strides), f.field("at", at);
    f.field("number", number), f.field("integer", integer), f.field("text", text);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;

  /// The element of x that element e of the result is; -1: the fill.
  int64_t source(size_t e) const;
  /// The elements that `at` numbers, as strides where they are regular.
  static Arrange elements(std::vector<uint32_t> shape, std::vector<int64_t> at);
};

}  // namespace kiln::ir
