// The linear predictor of a GeneralRegressionModel: parameters as products of factors and covariates (PPMatrix, with
// contrast matrices), weighted by coefficients.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontends/pmml/classes.h"

namespace kiln::pmml {

/// One PCell.
struct Coefficient {
  uint32_t parameter = 0;
  double beta = 0;
};

/// The coefficients of one linear predictor, in document order.
struct PredictorRow {
  std::optional<uint32_t> category;  ///< code of the class: PPCells with another targetCategory do not count
  std::vector<Coefficient> coefficients;
};

class LinearPredictor {
 public:
  /// `classes` of a classification, null without: then PPCells belong to the one predictor whatever their category.
  LinearPredictor(Importer& importer, Scope& scope, const Element* model, ir::Elem elem, const Classes* classes)
      : importer_(importer), scope_(scope), model_(model), elem_(elem), classes_(classes) {}

  /// Reads ParameterList, FactorList, CovariateList and PPMatrix; false if it reported.
  bool read();
  /// Number of a parameter by its name; nothing, reported, if there is none.
  std::optional<uint32_t> parameter(const std::string& name, const Element* at);
  double referencePoint(uint32_t parameter) const { return parameters_[parameter].referencePoint; }
  /// The sums of all rows: a scalar for one row, else a vector; missing where a predictor that counts is. kNone if it
  /// reported.
  ValueId sums(const std::vector<PredictorRow>& rows);

 private:
  struct Cell {
    std::string predictor, value;
    std::optional<uint32_t> category;
    const Element* element;
  };
  struct Parameter {
    double referencePoint = 0;
    std::vector<Cell> cells;
  };
  struct Predictor {
    bool factor = false;
    const Element* element = nullptr;
    std::vector<std::string> categories;        // of the contrast matrix's rows
    std::vector<std::vector<double>> contrast;  // empty: indicators
  };
  using Powers = std::vector<std::pair<std::string, double>>;  // covariates and their exponents
  // What factors contribute to the sums: coefficients by the factors' codes, times one product of covariates.
  struct Group {
    Powers powers;
    std::vector<std::string> factors;
    std::map<std::vector<uint32_t>, std::vector<double>> rows;
  };
  // Groups by what they are products of, in the order in which parameters ask for them.
  struct Groups {
    std::vector<Group> all;
    std::map<std::pair<Powers, std::vector<std::string>>, size_t> place;
    Group& of(Powers powers, std::vector<std::string> factors);
  };
  using Contribution = std::map<uint32_t, double>;  // of a factor: multiplier by code

  bool readParameters();
  bool readPredictors(const char* list, bool factor);
  bool readContrast(const Element* predictor, Predictor& into);
  bool readCells();
  const Predictor* predictor(const Cell& cell);
  Field* factor(const std::string& name, const Element* at);
  bool contribution(const Cell& cell, const Predictor& predictor, Contribution& into);
  bool addParameter(Groups& groups, uint32_t parameter, std::optional<uint32_t> category, uint32_t row,
                    uint32_t rowCount, double beta);
  ValueId covariates(const std::vector<Group>& groups, std::vector<ValueId>& products);
  ValueId lookUp(const Group& group, uint32_t rowCount);
  ValueId whereMatched(const Group& group, ValueId covariates);
  double rounded(double v) const { return elem_ == ir::Elem::f32 ? static_cast<float>(v) : v; }

  Importer& importer_;
  Scope& scope_;
  const Element* model_;
  ir::Elem elem_;
  const Classes* classes_;
  std::vector<Parameter> parameters_;
  std::map<std::string, uint32_t> byName_;
  std::map<std::string, Predictor> predictors_;
};

}  // namespace kiln::pmml
