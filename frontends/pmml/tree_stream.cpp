// A state machine over the elements inside a TreeModel's Node: nodes, predicates and score distributions into flat
// arrays.
#include "frontends/pmml/tree_stream.h"

#include <cstring>

#include "compiler/support/number.h"
#include "frontends/pmml/vocabulary.h"

namespace kiln::pmml {

namespace {

enum class In : uint8_t { node, simple, compound, set, array, distribution, skipped };

const char* attribute(const char** attributes, const char* name) {
  for (; *attributes; attributes += 2) {
    if (!std::strcmp(*attributes, name)) return attributes[1];
  }
  return nullptr;
}

bool isOneOf(const char* name, std::initializer_list<const char*> names) {
  for (const char* n : names) {
    if (!std::strcmp(name, n)) return true;
  }
  return false;
}

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

std::string_view collapsed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> arrayMembers(std::string_view text) {
  std::vector<std::string> members;
  for (size_t i = 0; i < text.size();) {
    if (isBlank(text[i])) {
      ++i;
    } else if (text[i] == '"') {
      std::string member;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
        member += text[i];
      }
      ++i;
      members.push_back(std::move(member));
    } else {
      // Between two members in quotes, "a","b", it is a member of its own, which n does not count.
      const bool behindQuote = i && text[i - 1] == '"';
      std::string member;
      for (; i < text.size() && !isBlank(text[i]) && !(behindQuote && text[i] == '"'); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') ++i;
        member += text[i];
      }
      members.push_back(std::move(member));
    }
  }
  return members;
}

class TreeStreams::Sink : public StreamSink {
 public:
  Sink(const Source& source, const Limits& limits, uint64_t& totalNodes, Diagnostics& diagnostics)
      : source_(source), limits_(limits), diagnostics_(diagnostics), totalNodes_(totalNodes) {}

  bool idle() const { return stack_.empty(); }

  void begin(std::shared_ptr<StreamedTree> tree, std::string path) {
    tree_ = std::move(tree);
    path_ = std::move(path);
    tree_->text.assign(1, '\0');
    stack_.clear(), open_.clear(), lastChild_.clear(), fields_.clear();
    skipDepth_ = 0;
    reportedDepth_ = false;
  }

  void start(const char* name, const char** attributes, Location at) override {
    if (skipDepth_) {
      ++skipDepth_;
      return;
    }
    const In in = stack_.empty() ? In::node : stack_.back();
    if (!std::strcmp(name, "Extension")) {
      skip();
    } else if (in == In::node && !std::strcmp(name, "Node")) {
      startNode(attributes, at);
    } else if ((in == In::node || in == In::compound) && startPredicate(name, attributes, at)) {
      // done
    } else if (in == In::node && !std::strcmp(name, "ScoreDistribution")) {
      startDistribution(attributes, at);
    } else if (in == In::node && !std::strcmp(name, "Partition")) {
      skip();  // statistics of the training data
    } else if (in == In::set && !std::strcmp(name, "Array") && hasArray_) {
      report(Kind::misplaced, at, "a second Array in one SimpleSetPredicate");
      skip();
    } else if (in == In::set && !std::strcmp(name, "Array")) {
      hasArray_ = true;
      only("Array", attributes, {"n", "type"}, at);
      arrayText_.clear();
      const char* n = attribute(attributes, "n");
      arraySize_ = n ? parseInteger(collapsed(n)) : std::nullopt, arrayAt_ = at;
      if (n && !arraySize_) report(Kind::invalid, at, "attribute n='" + std::string(n) + "' of 'Array': not an integer", "n");
      push(In::array);
    } else {
      report(Kind::misplaced, at, std::string("element '") + name + "' does not belong here");
      skip();
    }
  }

  bool keeps(const char* name) override {
    return !skipDepth_ && !stack_.empty() && stack_.back() == In::node && isOneOf(name, {"Regression", "DecisionTree"});
  }

  void kept(Element* element) override {
    if (!tree_->embedded.emplace(open_.back(), element).second)
      report(Kind::misplaced, places_.back(), "a second model inside one Node");
  }

  void end(const char*) override {
    if (skipDepth_ && --skipDepth_) return;
    const In in = stack_.back();
    stack_.pop_back();
    if (in == In::node) endNode();
    if (in == In::array) endArray();
    if (in == In::compound || in == In::set) endPredicate(in);
  }

  void text(std::string_view text) override {
    if (!skipDepth_ && !stack_.empty() && stack_.back() == In::array) arrayText_ += text;
  }

 private:
  void push(In in) { stack_.push_back(in); }
  void skip() {
    push(In::skipped);
    skipDepth_ = 1;
  }

  void report(Kind kind, Location at, std::string message, const char* attribute = nullptr) {
    const Span span = attribute ? attributeSpan(source_, at, attribute) : Span{at};
    diagnostics_.error(kind, span.at.line, span.at.column, std::move(message), path_ + "//Node").length = span.length;
  }

  void only(const char* element, const char** attributes, std::initializer_list<const char*> names, Location at) {
    for (; *attributes; attributes += 2) {
      if (isOneOf(*attributes, names)) continue;
      if (isForeignExtension(*attributes)) {
        const Span span = attributeSpan(source_, at, *attributes);
        diagnostics_.warning(Kind::unsupported, span.at.line, span.at.column,
                             std::string("attribute '") + *attributes + "' is an extension that Kiln does not know: ignored", path_ + "//Node").length = span.length;
        continue;
      }
      report(Kind::unsupported, at, std::string("attribute '") + *attributes + "' of " + element + " is not supported",
             *attributes);
    }
  }

  StreamedTree::Text keep(const char* text) {
    if (!text) return 0;
    const auto offset = static_cast<StreamedTree::Text>(tree_->text.size());
    tree_->text.append(text, std::strlen(text) + 1);
    return offset;
  }

  uint32_t fieldIndex(const char* name) {
    const auto [entry, isNew] = fields_.try_emplace(name, static_cast<uint32_t>(tree_->fields.size()));
    if (isNew) tree_->fields.push_back(name);
    return entry->second;
  }

  void startNode(const char** attributes, Location at) {
    only("Node", attributes, {"id", "score", "recordCount", "defaultChild"}, at);
    const auto index = static_cast<uint32_t>(tree_->nodes.size());
    if (++totalNodes_ == limits_.treeNodes + 1) {
      report(Kind::limit, at, "more than " + std::to_string(limits_.treeNodes) + " tree nodes (--max-tree-nodes)");
    }
    if (open_.size() >= limits_.treeDepth && !reportedDepth_) {
      reportedDepth_ = true;
      report(Kind::limit, at, "a tree deeper than " + std::to_string(limits_.treeDepth) + " (--max-tree-depth)");
    }
    if (totalNodes_ > limits_.treeNodes) return skip();
    StreamedTree::Node node;
    node.score = keep(attribute(attributes, "score"));
    node.id = keep(attribute(attributes, "id"));
    node.defaultChild = keep(attribute(attributes, "defaultChild"));
    node.recordCount = keep(attribute(attributes, "recordCount"));
    node.at = at;
    node.firstDistribution = static_cast<uint32_t>(tree_->distributions.size());
    if (!open_.empty()) {
      node.parent = open_.back();
      uint32_t& last = lastChild_.back();
      (last == StreamedTree::kNone ? tree_->nodes[node.parent].firstChild : tree_->nodes[last].nextSibling) = index;
      last = index;
    }
    tree_->nodes.push_back(node);
    open_.push_back(index);
    lastChild_.push_back(StreamedTree::kNone);
    push(In::node);
    places_.push_back(at);
  }

  void endNode() {
    if (tree_->nodes[open_.back()].predicate == StreamedTree::kNone) {
      report(Kind::missing, places_.back(), "a Node has no predicate");
      tree_->nodes[open_.back()].predicate = addPredicate(TreeTest::alwaysFalse, places_.back());
    }
    open_.pop_back(), lastChild_.pop_back(), places_.pop_back();
  }

  uint32_t addPredicate(TreeTest test, Location at) {
    StreamedTree::Predicate predicate;
    predicate.test = test;
    predicate.at = at;
    tree_->predicates.push_back(predicate);
    return static_cast<uint32_t>(tree_->predicates.size()) - 1;
  }

  // Whether `name` is a predicate; it is then taken.
  bool startPredicate(const char* name, const char** attributes, Location at) {
    static constexpr const char* kNames[] = {"SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True",
                                             "False"};
    int kind = 0;
    while (kind < 5 && std::strcmp(name, kNames[kind])) ++kind;
    if (kind == 5) return false;
    if (stack_.back() == In::node) {
      uint32_t& own = tree_->nodes[open_.back()].predicate;
      if (own != StreamedTree::kNone) {
        report(Kind::misplaced, at, "a second predicate in one Node");
        skip();
        return true;
      }
      own = static_cast<uint32_t>(tree_->predicates.size());
    }
    if (kind == 0) startSimple(attributes, at);
    if (kind == 1) startSet(attributes, at);
    if (kind == 2) startCompound(attributes, at);
    if (kind >= 3) {
      only(name, attributes, {}, at);
      addPredicate(kind == 3 ? TreeTest::alwaysTrue : TreeTest::alwaysFalse, at);
      push(In::simple);
    }
    return true;
  }

  // The index of attribute `name` among `values`; -1, reported, if it is absent or another.
  int choice(const char* element, const char** attributes, const char* name, std::initializer_list<const char*> values,
             Location at) {
    const char* value = attribute(attributes, name);
    if (!value) {
      report(Kind::missing, at, std::string(element) + " has no attribute '" + name + "'");
      return -1;
    }
    int i = 0;
    for (const char* v : values) {
      if (!std::strcmp(v, value)) return i;
      ++i;
    }
    report(Kind::invalid, at, std::string("'") + value + "' is not a value of " + element + "@" + name, name);
    return -1;
  }

  uint32_t requiredField(const char* element, const char** attributes, Location at) {
    const char* field = attribute(attributes, "field");
    if (!field) report(Kind::missing, at, std::string(element) + " has no attribute 'field'");
    return fieldIndex(field ? field : "");
  }

  void startSimple(const char** attributes, Location at) {
    only("SimplePredicate", attributes, {"field", "operator", "value"}, at);
    const int op = choice(
        "SimplePredicate", attributes, "operator",
        {"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing", "isNotMissing"},
        at);
    const uint32_t index = addPredicate(static_cast<TreeTest>(op < 0 ? 0 : op), at);
    tree_->predicates[index].field = requiredField("SimplePredicate", attributes, at);
    tree_->predicates[index].value = keep(attribute(attributes, "value"));
    if (op >= 0 && op < 6 && !tree_->predicates[index].value) {
      report(Kind::missing, at, "SimplePredicate has no attribute 'value'");
      tree_->predicates[index].value = keep("");
    }
    push(In::simple);
  }

  void startSet(const char** attributes, Location at) {
    only("SimpleSetPredicate", attributes, {"field", "booleanOperator"}, at);
    const int op = choice("SimpleSetPredicate", attributes, "booleanOperator", {"isIn", "isNotIn"}, at);
    const uint32_t index = addPredicate(op == 1 ? TreeTest::isNotIn : TreeTest::isIn, at);
    tree_->predicates[index].field = requiredField("SimpleSetPredicate", attributes, at);
    tree_->predicates[index].value = static_cast<uint32_t>(tree_->members.size());
    openPredicates_.push_back(index);
    hasArray_ = false;
    push(In::set);
  }

  void startCompound(const char** attributes, Location at) {
    only("CompoundPredicate", attributes, {"booleanOperator"}, at);
    const int op = choice("CompoundPredicate", attributes, "booleanOperator", {"and", "or", "xor", "surrogate"}, at);
    openPredicates_.push_back(
        addPredicate(static_cast<TreeTest>(static_cast<int>(TreeTest::all) + (op < 0 ? 0 : op)), at));
    push(In::compound);
  }

  void endArray() {
    const std::vector<std::string> members = arrayMembers(arrayText_);
    if (arraySize_ && *arraySize_ != static_cast<int64_t>(members.size())) {
      report(Kind::invalid, arrayAt_, "attribute n='" + std::to_string(*arraySize_) + "' of 'Array': the array has " + std::to_string(members.size()) + " members", "n");
    }
    for (const std::string& member : members) tree_->members.push_back(keep(member.c_str()));
  }

  void endPredicate(In in) {
    StreamedTree::Predicate& predicate = tree_->predicates[openPredicates_.back()];
    predicate.end = static_cast<uint32_t>(in == In::compound ? tree_->predicates.size() : tree_->members.size());
    if (in == In::compound && predicate.end == openPredicates_.back() + 1)
      report(Kind::missing, predicate.at, "a CompoundPredicate has no predicate inside it");
    if (in == In::set && !hasArray_) report(Kind::missing, predicate.at, "a SimpleSetPredicate has no Array");
    openPredicates_.pop_back();
  }

  void startDistribution(const char** attributes, Location at) {
    only("ScoreDistribution", attributes, {"value", "recordCount", "confidence", "probability"}, at);
    push(In::distribution);
    StreamedTree::Node& node = tree_->nodes[open_.back()];
    if (node.firstChild != StreamedTree::kNone) {
      return report(Kind::misplaced, at, "a ScoreDistribution after the Nodes inside its Node");
    }
    StreamedTree::Distribution distribution;
    distribution.value = keep(attribute(attributes, "value"));
    distribution.recordCount = keep(attribute(attributes, "recordCount"));
    distribution.confidence = keep(attribute(attributes, "confidence"));
    distribution.probability = keep(attribute(attributes, "probability"));
    if (!distribution.value) report(Kind::missing, at, "ScoreDistribution has no attribute 'value'");
    tree_->distributions.push_back(distribution);
    ++node.distributions;
  }

  const Source& source_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  std::shared_ptr<StreamedTree> tree_;
  std::string path_, arrayText_;
  std::optional<int64_t> arraySize_;  // attribute n of the Array that is open
  bool hasArray_ = false;             // of the SimpleSetPredicate that is open
  Location arrayAt_;
  std::vector<In> stack_;
  std::vector<uint32_t> open_, lastChild_, openPredicates_;
  std::vector<Location> places_;
  std::unordered_map<std::string, uint32_t> fields_;
  uint64_t& totalNodes_;
  uint32_t skipDepth_ = 0;
  bool reportedDepth_ = false;
};

TreeStreams::TreeStreams(const Source& source, const Limits& limits, Diagnostics& diagnostics)
    : source_(source), limits_(limits), diagnostics_(diagnostics) {}
TreeStreams::~TreeStreams() = default;

StreamChooser TreeStreams::chooser() {
  return [this](Element* parent, const char* name) -> StreamSink* {
    if (!parent || std::strcmp(name, "Node") || !isOneOf(parent->Name(), {"TreeModel", "DecisionTree"})) return nullptr;
    if (trees.contains(parent)) return nullptr;  // a second root stays in the document, where treeModel refuses it
    std::string path;
    for (const tinyxml2::XMLNode* e = parent; e && e->ToElement(); e = e->Parent())
      path = "/" + std::string(e->Value()) + path;
    auto tree = std::make_shared<StreamedTree>();
    trees[parent] = tree;
    size_t level = 0;
    while (level < sinks_.size() && !sinks_[level]->idle()) ++level;
    if (level == sinks_.size()) sinks_.push_back(std::make_unique<Sink>(source_, limits_, nodes_, diagnostics_));
    sinks_[level]->begin(tree, std::move(path));
    return sinks_[level].get();
  };
}

}  // namespace kiln::pmml
