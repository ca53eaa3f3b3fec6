// forest: decision trees.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands: the columns of `table`, of f64, f32, i64, i32, bool, cat or dates; one with a shape is as many columns as it has
/// elements. With T trees and K targets:
///   sum      [K] (K = 1 and `scalar`: a scalar): weights of the leaves reached, from 0, added in tree order in `elem`
///   average  sum / T
///   each     [T] (K = 1): the leaf's first weight, tree by tree; missing where it makes no prediction
///   leaf     i32 [T] (T = 1 and `scalar`: a scalar): index of the leaf reached
///   marks    i32 [T] likewise: marked exits on the path
/// The first tree that meets a failed column or a leaf of kind fail says why the result failed.
/// A leaf of kind noPrediction makes sum and average missing (every element), `each` missing; kind fail fails the
/// result.
struct ForestNode final : OpBase<ForestNode, OpKind::ForestNode> {
  enum Result : uint8_t { sum, average, each, leaf, marks };
  TableRef table;
  Result result = sum;
  Elem elem = Elem::f64;  ///< f64 or f32, of sum, average and each
  bool scalar = false;

  static constexpr const char* kResults[] = {"sum", "average", "each", "leaf", "marks"};
  void fields(FieldVisitor& f) override {
    f.field("table", table), f.choice("result", result, kResults), f.field("elem", elem), f.field("scalar", scalar);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
