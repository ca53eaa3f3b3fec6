// The nodes of a BayesianNetworkModel: discrete ones with their probabilities, continuous ones with their distributions.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

enum class Distribution { normal, lognormal, uniform, triangular };

/// The distribution of a continuous node for one combination of its discrete parents' states. Parameters are elements that hold an
/// EXPRESSION; those that it does not have are null.
struct ContinuousDistribution {
  const Element* element = nullptr;
  Distribution kind = Distribution::normal;
  const Element *mean = nullptr, *variance = nullptr, *lower = nullptr, *upper = nullptr;
};

struct BayesianNode {
  const Element* element = nullptr;
  std::string name;
  bool discrete = false;
  std::vector<uint32_t> parents;          ///< discrete ones, by number, in the order in which the node names them
  std::vector<std::string> states;        ///< of a discrete node, in the order of the document
  std::unordered_map<std::string, uint32_t> stateOf;   ///< their numbers
  std::vector<double> probabilities;      ///< [states of parents.., states], row-major
  std::vector<ContinuousDistribution> distributions;   ///< [states of parents..], row-major
  std::vector<std::string> read;          ///< fields that a continuous node's parameters read
};

class BayesianNodes {
 public:
  /// False if it reported.
  bool read(Importer& importer, const Element* model);
  const std::vector<BayesianNode>& nodes() const { return nodes_; }
  const BayesianNode& operator[](uint32_t node) const { return nodes_[node]; }
  /// Number of a node; kNone if there is none of this name.
  uint32_t find(const std::string& name) const;
  /// Combinations of the states of a node's parents.
  uint64_t combinations(const BayesianNode& node) const;

 private:
  bool readStates(Importer& importer, BayesianNode& node);
  bool readDiscrete(Importer& importer, BayesianNode& node);
  bool readContinuous(Importer& importer, BayesianNode& node);
  bool readParents(Importer& importer, const Element* condition, BayesianNode& node, uint64_t& combination);
  bool isAcyclic(Importer& importer) const;

  std::vector<BayesianNode> nodes_;
  std::unordered_map<std::string, uint32_t> byName_;
};

}  // namespace kiln::pmml
