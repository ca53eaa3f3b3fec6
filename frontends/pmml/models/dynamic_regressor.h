// DynamicRegressor: what another series adds to the one that is forecast, through a transfer function numerator(B) / denominator(B).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "frontends/pmml/models/forecast.h"
#include "frontends/pmml/models/polynomials.h"

namespace kiln::pmml {

class Regressors {
 public:
  /// Reads the DynamicRegressors inside `element`, an algorithm, and those that stand beside it in `model`. `end` is the time of the
  /// first step ahead, if the series says.
  bool read(Importer& importer, const Element* element, const Element* model, std::optional<int64_t> end);

  bool any() const { return !all_.empty(); }
  /// Works out what they add, up to `steps` ahead of `end`. False if it reported.
  bool work(Importer& importer, int64_t end, uint32_t steps);
  /// The first time, not before `otherwise`, at which all of them are known.
  int64_t known(int64_t otherwise) const;
  /// Adds `sign` times what they add to values, of which the first is at time `start`.
  void add(std::vector<double>& values, int64_t start, double sign) const;
  /// Shortens the forecast to what is stored, and notes what rows have to bring.
  void finish(Forecast& forecast) const;

 private:
  struct One {
    RowRegressor row;
    bool userSupplied = false, stored = false;
    Polynomial numerator, denominator = {1};
    Series x;
    Series effect;
  };
  bool readOne(Importer& importer, const Element* e, std::optional<int64_t> end);
  bool readNumerator(Importer& importer, const Element* e, One& one);
  bool readDenominator(Importer& importer, const Element* e, One& one);
  bool readValues(Importer& importer, const Element* e, One& one, std::optional<int64_t> end);
  std::vector<One> all_;
  int64_t end_ = 0;
};

}  // namespace kiln::pmml
