// Conditions of rules and of scorecard attributes in the form of tree nodes, so that forests find those that hold.
#pragma once
#include <vector>

#include "frontends/pmml/import.h"
#include "frontends/pmml/tree_stream.h"

namespace kiln::pmml {

/// A tree whose root is always true and whose children are conditions in document order: a row ends at the first that
/// holds. An UNKNOWN one does not hold (missingValueStrategy none).
class Conditions {
 public:
  /// `element` names in messages what a child stands for.
  Conditions(Importer& importer, const char* element);
  /// Appends a child that holds where all these predicates do; it is node children() after that. False if something was
  /// reported.
  bool add(const std::vector<const Element*>& predicates, const Element* at);
  uint32_t children() const { return static_cast<uint32_t>(tree.nodes.size()) - 1; }

  StreamedTree tree;

 private:
  bool predicate(const Element* e);
  uint32_t append(TreeTest test, const Element* at);
  StreamedTree::Text keep(const std::string& text);
  uint32_t field(const std::string& name);

  Importer& importer_;
};

}  // namespace kiln::pmml
