// The link functions of GeneralRegressionModel: means by their linear predictors.
#pragma once
#include <optional>

#include "frontends/pmml/classes.h"

namespace kiln::pmml {

enum LinkFunction { noLink = -1, cloglog, identity, log, logc, logit, loglog, negbin, oddspower, power, probit, cauchit };

/// One link with its parameter. Values are of `eta`, a linear predictor; formulas are those of PMML's GeneralRegression page.
class Link {
 public:
  /// Reads linkParameter or distParameter where the link has one; nothing if that was reported.
  static std::optional<Link> of(Importer& importer, ir::Elem elem, const Element* model, LinkFunction function);

  bool isLinear() const { return function_ == noLink || function_ == identity || (function_ == power && parameter_ == 1); }
  /// The inverse of the link. A predictor for which the formula has no value fails; --semantics=jpmml: NaN.
  ValueId mean(ValueId eta) const;
  /// How fast the mean changes with eta: the absolute value of the derivative.
  ValueId slope(ValueId eta) const;
  /// Whether a larger eta has a smaller mean.
  bool falls() const { return function_ == logc || (function_ == power && parameter_ < 0); }
  /// The mean of the predictor nearest to eta that is that of a mean, or its limit there: of an end of an interval.
  ValueId nearestMean(ValueId eta) const;
  /// Whether eta is the predictor of a mean; kNone: always.
  ValueId hasMean(ValueId eta) const;

 private:
  Link(Importer& importer, ir::Elem elem, LinkFunction function) : importer_(&importer), elem_(elem), function_(function) {}
  ValueId constant(double v) const;
  ValueId call(const char* function, ValueId x) const;
  ValueId call(const char* function, ValueId x, double y) const;
  ValueId call(const char* function, ValueId x, ValueId y) const;
  ValueId base(ValueId eta) const;
  ValueId ofBase(ValueId base) const;
  ValueId orFail(ValueId mean, ValueId base) const;
  ValueId powerSlope(ValueId base, ValueId slope, double exponent) const;
  ValueId normalDensity(ValueId eta) const;
  bool hasBase() const { return function_ == negbin || ((function_ == oddspower || function_ == power) && parameter_ != 0); }
  bool coversAll() const;

  Importer* importer_;
  ir::Elem elem_;
  LinkFunction function_;
  double parameter_ = 0;
};

}  // namespace kiln::pmml
