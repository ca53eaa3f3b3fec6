// Streamed Node trees to an ir::Forest: predicates become tests with three exits (true, false, unknown).
#pragma once
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "compiler/ir/tables/forest.h"
#include "frontends/pmml/import.h"
#include "frontends/pmml/tree_stream.h"

namespace kiln::pmml {

/// How a TreeModel treats missing values and rows that none of a node's children takes.
struct TreeStrategy {
  enum Missing : uint8_t { none, lastPrediction, nullPrediction, defaultChild, weightedConfidence, aggregateNodes };
  Missing missing = none;
  bool returnLastPrediction = false;
  double penalty = 1;
};

/// Collects trees that test one set of columns.
class TreeForest {
 public:
  /// Index of the forest's leaf for a Node that a row ends at; StreamedTree::kNone: no prediction; kSeveral: the row
  /// goes several ways (tree_blend.h). Asked for once a node; StreamedTree::kNone as an answer: something was reported.
  using LeafOf = std::function<uint32_t(uint32_t node)>;

  static constexpr uint32_t kSeveral = 0xfffffffeu;
  /// Likewise: the row fails. Under --semantics=jpmml only, where a default child is asked for and none is named.
  static constexpr uint32_t kFails = 0xfffffffdu;

  explicit TreeForest(Importer& importer) : importer_(importer) {}

  /// Appends the tree of a TreeModel, whose fields are those of `scope`. False if something was reported.
  bool add(Scope& scope, const Element* model, const StreamedTree& tree, const TreeStrategy& strategy,
           const LeafOf& leafOf);

  ir::Forest forest;
  std::vector<ValueId> columns;
  bool warnedOfDefaultChild = false;  ///< once is enough

 private:
  friend class TreeLowering;
  struct Column {
    uint32_t index = 0;  ///< of `columns`
    ir::Elem elem = ir::Elem::f64;
    bool ordered = false;          ///< a cat whose codes have an order
    std::shared_ptr<Field> field;  ///< of its own: nested scopes do not live as long
  };
  /// The column of a field's value; null if it was reported.
  const Column* column(Scope& scope, const std::string& name, const Element* at);

  Importer& importer_;
  std::unordered_map<ValueId, Column> byValue_;
};

/// The strategies that a TreeModel's attributes name; nothing if one was reported.
std::optional<TreeStrategy> treeStrategy(Importer& importer, const Element* model);

}  // namespace kiln::pmml
