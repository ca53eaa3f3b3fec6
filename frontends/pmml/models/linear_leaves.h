// Leaves whose prediction is a linear function of the fields, for one tree or a forest of them: coefficients are tables
// by leaf, so that the number of nodes grows with the fields and not with the leaves.
#pragma once
#include <map>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

class LinearLeaves {
 public:
  LinearLeaves(Importer& importer, ir::Elem elem) : importer_(importer), elem_(elem) {}

  /// Whether all models inside the Nodes of this tree are Regressions that are sums and nothing else.
  static bool arePlain(const StreamedTree& tree);

  /// The next leaf: this score (none: no prediction).
  void addConstant(std::optional<double> score);
  /// The next leaf: a Regression; where it is missing, this score. False if something was reported.
  bool addRegression(Scope& scope, const Element* regression, std::optional<double> score);

  /// Whether the leaves add their terms in one order, and each term once: only then the tables say what they do.
  bool sortTerms();
  /// The prediction of a leaf, or of one leaf a tree: `leaf` is an i32 scalar or vector. After sortTerms().
  ValueId value(ValueId leaf);

 private:
  struct Leaf {
    std::optional<double> intercept, score;
    std::vector<std::pair<ValueId, double>> terms;  // value and coefficient, in the order of the document
  };
  ValueId number(const std::string& field, const Element* at, Scope& scope);
  bool numericPredictor(Scope& scope, const Element* e, Leaf& leaf);
  bool categoricalPredictor(Scope& scope, const Element* e, Leaf& leaf);
  bool predictorTerm(Scope& scope, const Element* e, Leaf& leaf);
  ValueId byLeaf(ValueId leaf, const std::vector<std::optional<double>>& values, const std::string& name);

  Importer& importer_;
  ir::Elem elem_;
  std::vector<Leaf> leaves_;
  std::vector<ValueId> terms_;
};

/// The field that a predictor names: the attribute is `name` in PMML up to 4.3 and in 4.4, `field` in 4.4.1.
std::optional<std::string> predictorField(Importer& importer, const Element* predictor);

}  // namespace kiln::pmml
