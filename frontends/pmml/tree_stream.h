// The nodes of TreeModels, taken off the XML stream in a compact form: a forest of a million nodes never stays in the
// document.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"
#include "frontends/pmml/xml.h"

namespace kiln::pmml {

/// What a predicate of a tree is. Comparisons in the order of SimplePredicate@operator.
enum class TreeTest : uint8_t {
  equal,
  notEqual,
  lessThan,
  lessOrEqual,
  greaterThan,
  greaterOrEqual,
  isMissing,
  isNotMissing,  // SimplePredicate
  isIn,
  isNotIn,  // SimpleSetPredicate
  alwaysTrue,
  alwaysFalse,  // True, False
  all /* and */,
  any /* or */,
  oneOf /* xor */,
  surrogate  // CompoundPredicate
};

/// The Node tree of one TreeModel. Nodes and predicates stand in document order: parents before children.
struct StreamedTree {
  using Text = uint32_t;  ///< offset in `text`; 0: the attribute is absent
  static constexpr uint32_t kNone = 0xffffffffu;

  struct Node {
    uint32_t firstChild = kNone, nextSibling = kNone, parent = kNone;
    uint32_t predicate = kNone;  ///< index of its predicate
    Text score = 0, id = 0, defaultChild = 0, recordCount = 0;
    uint32_t firstDistribution = 0;  ///< its ScoreDistributions: up to the next node's first (see distributionsOf)
    uint32_t distributions = 0;
    Location at;
  };
  struct Predicate {
    TreeTest test = TreeTest::alwaysTrue;
    uint32_t field = kNone;  ///< index in `fields`, of simple and set predicates
    uint32_t value = 0;      ///< simple: Text of the value. Set: first of its `members`
    uint32_t end = 0;        ///< compound: index after its last inner predicate. Set: after its last member
    Location at;
  };
  struct Distribution {
    Text value = 0, recordCount = 0, confidence = 0, probability = 0;
  };

  std::vector<Node> nodes;
  std::vector<Predicate> predicates;
  std::vector<Text> members;
  std::vector<Distribution> distributions;
  std::vector<std::string> fields;                        ///< names
  std::unordered_map<uint32_t, const Element*> embedded;  ///< by node: the Regression or DecisionTree inside it
  const char* element = "Node";  ///< what a node is in the document, for messages
  std::string text;                                       ///< NUL-terminated strings, end to end; begins with one NUL

  const char* at(Text t) const { return text.data() + t; }
  bool compound(uint32_t predicate) const { return predicates[predicate].test >= TreeTest::all; }
  /// Index after a predicate and all inside it: the next one beside it.
  uint32_t after(uint32_t predicate) const { return compound(predicate) ? predicates[predicate].end : predicate + 1; }
};

/// Takes the Node elements of all TreeModels and DecisionTrees of a document while parseXml reads it. Must outlive the
/// parse.
class TreeStreams {
 public:
  TreeStreams(const Source& source, const Limits& limits, Diagnostics& diagnostics);
  ~TreeStreams();
  StreamChooser chooser();

  std::map<const Element*, std::shared_ptr<StreamedTree>> trees;  ///< by TreeModel or DecisionTree element

 private:
  class Sink;
  const Source& source_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<Sink>> sinks_;  // one for each level of trees inside trees
  uint64_t nodes_ = 0;                        // of the document so far
};

/// Without the blanks around it, as XML Schema has numbers and truth values.
std::string_view collapsed(std::string_view text);

/// Members of a PMML Array's text: separated by blanks, in quotes where they hold blanks.
std::vector<std::string> arrayMembers(std::string_view text);

}  // namespace kiln::pmml
