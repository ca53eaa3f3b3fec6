// The rules of association and sequence models, and the OutputFields that show those that fit, by rank.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// What an OutputField can show of a rule.
struct RuleFacts {
  std::string id, antecedent, consequent, rule, predicted;
  std::optional<double>
      measures[5];  ///< confidence, support, lift, leverage, affinity; nothing where the document does not say
};

enum class RuleAlgorithm : uint8_t { exclusiveRecommendation, recommendation, ruleAssociation };

class RankedRules {
 public:
  /// The first k rules that fit, of all rules in this order: `i32?[k]` of their places in `rules`.
  using Match = std::function<ValueId(const std::vector<uint32_t>& order, RuleAlgorithm algorithm, uint32_t k)>;

  RankedRules(Importer& importer, const Element* model) : importer_(importer), model_(model) {}
  /// Reads id (else the rule's position from 1) and measures of an AssociationRule or SequenceRule; false if reported.
  bool readFacts(const Element* rule, RuleFacts& facts) const;
  std::vector<RuleFacts> rules;
  Match match;
  /// Features of the prediction that show rules; they keep `shared` alive.
  static void addFeatures(const std::shared_ptr<RankedRules>& shared, Prediction& prediction);

 private:
  struct Wanted {
    std::vector<int> key;  ///< algorithm, basis, order
    int64_t rank;          ///< of several values: how many
    bool many = false;
  };
  std::optional<Wanted> wanted(const Element* outputField);
  uint32_t ranksOf(const std::vector<int>& key);
  ValueId fitting(const std::vector<int>& key);
  ValueId feature(const Element* outputField, std::string name);

  Importer& importer_;
  const Element* model_;
  std::map<std::vector<int>, ValueId> fitting_;
};

}  // namespace kiln::pmml
