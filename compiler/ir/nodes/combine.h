// combine: the results of several models to one (Segmentation).
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands: members, [n] numbers, [n,K] class probabilities, or [n] codes (i32 or cat: votes); ran, bool [n], never
/// missing; weights, of the members' float type (f64 for votes) [n], never missing, given if `weighted`. Only members
/// that ran count; none: missing. Sums (f64 for votes and for the shares of missing members, else the members' type)
/// start from 0, in member order; w * x, then added. NaN among the members: min, max and median are NaN.
///   sum average min max median of the members (column by column for [n,K]); weighted: members times weights,
///     average = sum(w x) / sum(w), median = by value, ties by index, first whose cumulative weight >= half the total
///   vote (codes): sums of weights (1 if not weighted) by code: result f64 [size] plus, as second result, the winner,
///     of the members' element: most weight, ties to the code met first. A code outside 0 .. size - 1 has no vote
/// Missing members among those that ran:
///   continue  any of them makes the result missing; a vote counts them as votes for "missing", which wins (the winner
///             and the shares are missing) with strictly more weight than every code, or once (missing weight / weight
///             that ran) > threshold
///   skip      they are left out; missing once (missing weight / weight that ran) > threshold, or if none is left
///   return    any of them makes the result missing, votes too
/// A member [n,K] is missing if any of its elements is. Members that did not run may hold anything.
struct Combine final : OpBase<Combine, OpKind::Combine> {
  enum Method : uint8_t { sum, average, min, max, median, vote };
  enum Missing : uint8_t { continueMissing, skip, returnMissing };
  Method method = sum;
  bool weighted = false;
  Missing missing = continueMissing;
  double threshold = 1;
  uint32_t size = 0;   ///< number of codes, for votes

  static constexpr const char* kMethods[] = {"sum", "average", "min", "max", "median", "vote"};
  static constexpr const char* kMissing[] = {"continue", "skip", "return"};
  void fields(FieldVisitor& f) override {
    f.choice("method", method, kMethods), f.field("weighted", weighted), f.choice("missing", missing, kMissing);
    f.field("threshold", threshold), f.field("size", size);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
