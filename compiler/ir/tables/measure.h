// measure: how far apart, or how alike, a row and an instance are. Distances, similarities and kernels of `pairwise`,
// `neighbors` and `kernel_machine`.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Over columns c in order, from 0, with t = weight[c] * compare(x, z)^e:
///   euclidean sqrt(sum, e 2); squaredEuclidean sum, e 2; cityBlock sum, e 1; chebychev largest, e 1;
///   minkowski sum^(1/p), e p; rbf exp(-gamma * sum), e 2; exponential gamma * exp(-sum), e p;
///   dot sum of x * z; polynomial (gamma * dot + coef0)^degree; sigmoid tanh(gamma * dot + coef0);
///   simpleMatching, jaccard, tanimoto, binarySimilarity: of the counts a11 (x and z are 1), a10 (x is 1, z is not) ...
/// compare: absDiff |x - z|; gaussSim exp(-ln 2 * (x - z)^2 / scale^2); delta 0 if equal, else 1; equal 1 if equal, else 0;
/// table: a number by the two codes. Small integer exponents multiply repeatedly, others are pow.
/// An element is missing if x is, or if z is NaN. Then the result is missing; with `skip` the column is left out, and sums
/// and the largest are multiplied by sum(adjust) / sum(adjust of those present); none present: missing.
struct Measure final : TableBase<Measure, TableKind::Measure> {
  enum Metric : uint8_t { euclidean, squaredEuclidean, cityBlock, chebychev, minkowski, rbf, exponential, dot, polynomial, sigmoid,
                          simpleMatching, jaccard, tanimoto, binarySimilarity };
  enum Compare : uint8_t { absDiff, gaussSim, delta, equal, byTable };
  static constexpr const char* kMetrics[] = {"euclidean", "squaredEuclidean", "cityBlock", "chebychev", "minkowski", "rbf", "exponential", "dot",
                                             "polynomial", "sigmoid", "simpleMatching", "jaccard", "tanimoto", "binarySimilarity"};
  static constexpr const char* kCompares[] = {"absDiff", "gaussSim", "delta", "equal", "table"};

  Metric metric = euclidean;
  double p = 2, gamma = 1, coef0 = 0, degree = 1;
  std::vector<double> binary;            ///< c00 c01 c10 c11 d00 d01 d10 d11
  std::vector<std::string> compare;      ///< one for all columns, or one a column; empty: absDiff
  std::vector<double> scale, weight, adjust;   ///< one a column; empty: 1
  std::vector<uint32_t> sizes;           ///< of each column that compares by table: its codes
  std::vector<double> tables;            ///< their numbers, one table of sizes x sizes after the other, row-major
  bool skip = false;

  void fields(FieldVisitor& f) override {
    f.choice("metric", metric, kMetrics), f.field("p", p), f.field("gamma", gamma), f.field("coef0", coef0), f.field("degree", degree);
    f.field("binary", binary), f.field("compare", compare), f.field("scale", scale), f.field("weight", weight), f.field("adjust", adjust);
    f.field("sizes", sizes), f.field("tables", tables), f.field("skip", skip);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  bool isDot() const { return metric >= dot && metric <= sigmoid; }
  bool isBinary() const { return metric >= simpleMatching; }
  Compare compareOf(size_t column) const;
  /// Whether the lists have one entry for each of n columns.
  bool fits(size_t columns) const;
};

}  // namespace kiln::ir
