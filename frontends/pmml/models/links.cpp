// Inverse links and their derivatives. Links with a parameter take a power of a base, or divide by it, so that only predictors with a
// base from 0 on are those of means:
//   power, parameter d:      base = eta,               mean = base^(1/d)
//   oddspower, parameter d:  base = 1 + d eta,         mean = 1 / (1 + base^(-1/d))
//   negbin, parameter c:     base = exp(-eta) - 1,     mean = 1 / (c base)
#include "frontends/pmml/models/links.h"

#include <cmath>
#include <limits>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"

namespace kiln::pmml {

using namespace ir;

std::optional<Link> Link::of(Importer& importer, Elem elem, const Element* model, LinkFunction function) {
  Link link(importer, elem, function);
  const bool hasParameter = function == negbin || function == oddspower || function == power;
  if (!hasParameter) return link;
  const auto parameter = importer.number(model, function == negbin ? "distParameter" : "linkParameter", std::nullopt);
  if (!parameter) return std::nullopt;
  link.parameter_ = *parameter;
  return link;
}

ValueId Link::constant(double v) const { return elem_ == Elem::f32 ? importer_->build.number32(v) : importer_->build.number(v); }
ValueId Link::call(const char* function, ValueId x) const { return importer_->build.call(function, {x}); }
ValueId Link::call(const char* function, ValueId x, double y) const { return importer_->build.call(function, {x, constant(y)}); }
ValueId Link::call(const char* function, ValueId x, ValueId y) const { return importer_->build.call(function, {x, y}); }

// Of negbin by 0 - eta: the limit at 0 is that of the negative predictors, which have means.
ValueId Link::base(ValueId eta) const {
  if (function_ == negbin) return call("expm1", call("sub", constant(0), eta));
  return function_ == power ? eta : call("add", call("mul", eta, parameter_), 1.0);
}

ValueId Link::ofBase(ValueId base) const {
  if (function_ == negbin) return call("div", constant(1), call("mul", base, parameter_));
  if (function_ == power) return parameter_ == 1 ? base : call("pow", base, 1 / parameter_);
  return call("div", constant(1), call("add", call("pow", base, -1 / parameter_), 1.0));
}

// A power that is no whole number of a negative base.
ValueId Link::orFail(ValueId mean, ValueId base) const {
  const double exponent = 1 / parameter_;
  if (importer_->options.jpmml || function_ == negbin || exponent == std::floor(exponent)) return mean;
  ValueId none = call("lt", base, 0.0);
  if (!importer_->build.type(none).isScalar()) {
    Reduce any;
    any.op = Reduce::any;
    none = importer_->build.add(any, {none});
  }
  return importer_->build.add(RaiseIf(), {mean, none});
}

ValueId Link::mean(ValueId eta) const {
  switch (function_) {
    case noLink:
    case identity:
      return eta;
    case log:
      return call("exp", eta);
    case logc:
      return call("neg", call("expm1", eta));
    case logit:
      return call("inv_logit", eta);
    case probit:
      return call("inv_probit", eta);
    case cloglog:
      return call("inv_cloglog", eta);
    case loglog:
      return call("inv_loglog", eta);
    case cauchit:
      return call("inv_cauchit", eta);
    default:
      break;
  }
  if (!hasBase()) return call(function_ == power ? "exp" : "inv_logit", eta);
  const ValueId x = base(eta);
  return orFail(ofBase(x), x);
}

ValueId Link::normalDensity(ValueId eta) const {
  Builder& build = importer_->build;
  if (elem_ == Elem::f64) return build.call("norm_pdf", {eta, constant(0), constant(1)});
  const ValueId wide = build.call("norm_pdf", {build.add(Cast(Elem::f64), {eta}), build.number(0), build.number(1)});
  return build.add(Cast(Elem::f32), {wide});
}

// slope, and where the base is 0 the limit of base^exponent.
ValueId Link::powerSlope(ValueId base, ValueId slope, double exponent) const {
  const double limit = exponent > 0 ? 0.0 : exponent < 0 ? std::numeric_limits<double>::infinity() : 1.0;
  return importer_->build.add(Select(), {call("eq", base, 0.0), constant(limit), call("abs", slope)});
}

ValueId Link::slope(ValueId eta) const {
  const auto negated = [&] { return call("neg", eta); };
  if (isLinear()) return constant(1);
  if (function_ == log || function_ == logc || (function_ == power && !hasBase())) return call("exp", eta);
  if (function_ == logit || (function_ == oddspower && !hasBase())) return call("mul", call("inv_logit", eta), call("inv_logit", negated()));
  if (function_ == probit) return normalDensity(eta);
  if (function_ == cloglog) return call("exp", call("sub", eta, call("exp", eta)));
  if (function_ == loglog) return call("exp", call("sub", negated(), call("exp", negated())));
  const ValueId x = base(eta), mu = ofBase(x);
  if (function_ == negbin) return call("mul", mu, call("add", call("mul", mu, parameter_), 1.0));
  if (function_ == power) return powerSlope(x, call("mul", call("div", mu, x), 1 / parameter_), 1 / parameter_ - 1);
  const ValueId rest = call("div", constant(1), call("add", call("pow", x, 1 / parameter_), 1.0));
  return powerSlope(x, call("div", call("mul", mu, rest), x), std::abs(1 / parameter_) - 1);
}

// Odd roots of all numbers exist.
bool Link::coversAll() const {
  const double exponent = 1 / parameter_;
  return !hasBase() || (function_ == power && exponent > 0 && std::fmod(exponent, 2) == 1);
}

ValueId Link::nearestMean(ValueId eta) const {
  if (coversAll()) return mean(eta);
  return ofBase(call("clip_low", base(eta), 0.0));
}

ValueId Link::hasMean(ValueId eta) const { return coversAll() ? kNone : call("ge", base(eta), 0.0); }

}  // namespace kiln::pmml
