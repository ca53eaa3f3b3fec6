// A tree is lowered from its last node to its first, so that whatever a test exits to is known when the test is made.
// Nodes are numbered in that order while a tree is built and turned round at the end: parents then come before
// children.
#include "frontends/pmml/models/tree_forest.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/ir/nodes/select.h"
#include "compiler/support/number.h"

namespace kiln::pmml {

using ir::Elem;
using ir::Forest;
using ir::Test;

std::optional<TreeStrategy> treeStrategy(Importer& importer, const Element* model) {
  const auto missing = importer.choice(
      model, "missingValueStrategy",
      {"none", "lastPrediction", "nullPrediction", "defaultChild", "weightedConfidence", "aggregateNodes"}, 0);
  const auto noTrueChild =
      importer.choice(model, "noTrueChildStrategy", {"returnNullPrediction", "returnLastPrediction"}, 0);
  const auto penalty = importer.number(model, "missingValuePenalty", 1.0);
  const auto split = importer.choice(model, "splitCharacteristic", {"multiSplit", "binarySplit"}, 0);  // a hint
  if (!missing || !noTrueChild || !penalty || !split) return std::nullopt;
  if (!(*penalty >= 0 && *penalty <= 1)) {
    importer.invalid(model, "missingValuePenalty", "not between 0 and 1");
    return std::nullopt;
  }
  TreeStrategy strategy;
  strategy.missing = static_cast<TreeStrategy::Missing>(*missing);
  strategy.returnLastPrediction = *noTrueChild == 1;
  strategy.penalty = *penalty;
  return strategy;
}

const TreeForest::Column* TreeForest::column(Scope& scope, const std::string& name, const Element* at) {
  Field* field = importer_.field(scope, name, at);
  if (!field) return nullptr;
  ValueId value = field->order.id == ir::kNone ? field->value : importer_.codes(*field);
  const auto known = byValue_.find(value);
  if (known != byValue_.end()) return &known->second;
  Column column;
  column.field = std::make_shared<Field>(*field);
  column.field->value = value;
  const ValueId source = value;
  if (importer_.build.type(value).elem == Elem::str || importer_.build.type(value).elem == Elem::cat) {
    value = importer_.codes(*column.field);
    if (value == ir::kNone) return nullptr;
  }
  // A forest takes NaN for a missing value, PMML does not: here it is above all numbers.
  if (importer_.canBeNan(value)) {
    ir::Builder& build = importer_.build;
    constexpr double kAbove = std::numeric_limits<double>::infinity();
    const bool single = build.type(value).elem == Elem::f32;
    value = build.add(ir::Select(), {build.call("is_nan", {value}), single ? build.number32(kAbove) : build.number(kAbove), value});
  }
  const ir::Type& type = importer_.build.type(value);
  column.elem = type.elem;
  if (type.elem == Elem::cat) column.ordered = importer_.build.get<ir::Dict>(ir::TableRef{type.dict}).ordered;
  const auto same = std::find(columns.begin(), columns.end(), value);
  column.index = static_cast<uint32_t>(same - columns.begin());
  if (same == columns.end()) columns.push_back(value);
  return &(byValue_[source] = std::move(column));
}

/// One tree on its way into the forest. Exits are numbers of pending nodes, with Forest::kMarked for a missing level.
class TreeLowering {
 public:
  TreeLowering(TreeForest& out, Importer& importer, const Element* model, const StreamedTree& tree,
               const TreeStrategy& strategy, const TreeForest::LeafOf& leafOf)
      : out_(out), importer_(importer), model_(model), tree_(tree), strategy_(strategy), leafOf_(leafOf) {}

  bool run(Scope& scope) {
    for (uint32_t f = 0; f < tree_.fields.size(); ++f) {
      const std::string& name = tree_.fields[f];
      const Field* field = scope.find(name);
      if (!field || field->list) {
        refuseField(f, field);
        continue;
      }
      const TreeForest::Column* column = out_.column(scope, name, model_);
      columns_.push_back(column ? *column : TreeForest::Column{});
      ok_ = ok_ && column;
    }
    if (!ok_) return false;
    entry_.assign(tree_.nodes.size(), ir::kNone);
    leaf_.assign(tree_.nodes.size(), ir::kNone);
    for (uint32_t node = static_cast<uint32_t>(tree_.nodes.size()); node-- > 0 && !full_;) lowerNode(node);
    if (!ok_) return false;
    const uint32_t root = test(tree_.nodes[0].predicate, entry_[0], noPrediction(), noPrediction());
    return ok_ && finish(root);
  }

 private:
  struct Pending {
    Test test = Test::leaf;
    uint32_t column = 0;
    double constant = 0;
    uint32_t set = 0;
    uint32_t yes = 0, no = 0, missing = 0;  // of a leaf: yes is what leafOf_ is asked, if a row can reach it
    uint32_t line = 0;
  };

  bool anyMissing() const {
    return std::any_of(columns_.begin(), columns_.end(), [&](const TreeForest::Column& column) {
      return importer_.build.type(out_.columns[column.index]).nullable;
    });
  }

  uint32_t push(Pending node) {
    pending_.push_back(node);
    if (!full_ && pending_.size() > importer_.options.limits.treeNodes) tooManyTests(node.line);
    return static_cast<uint32_t>(pending_.size()) - 1;
  }

  void tooManyTests(uint32_t line) {
    importer_.diagnostics.error(Kind::limit, line, 1,
                                "a tree's compound predicates expand to more than " +
                                    std::to_string(importer_.options.limits.treeNodes) + " tests (--max-tree-nodes)");
    full_ = true, ok_ = false;
  }

  bool refuse(Kind kind, Location at, const char* attribute, const std::string& message) {
    importer_.refuse(kind, at, attribute, message, importer_.document.path(model_) + "//" + tree_.element);
    return ok_ = false;
  }

  // At the predicate that reads it first.
  void refuseField(uint32_t field, bool known) {
    const auto reads = [&](const StreamedTree::Predicate& p) { return p.test <= TreeTest::isNotIn && p.field == field; };
    const auto first = std::find_if(tree_.predicates.begin(), tree_.predicates.end(), reads);
    const std::string& name = tree_.fields[field];
    const std::string path = importer_.document.path(model_) + "//" + tree_.element;
    if (known) {
      importer_.refuse(Kind::unsupported, first->at, "field", Importer::listAsOneValue(name) + " is not supported", path, Importer::kListNote);
    } else {
      importer_.refuse(Kind::invalid, first->at, "field", "unknown field '" + name + "'", path,
                       importer_.dataFields.count(name) ? "the DataDictionary has it, but the model's MiningSchema does not" : "");
    }
    ok_ = false;
  }

  // ---- leaves

  uint32_t leaf(uint32_t node) {
    const bool isNode = node < tree_.nodes.size();
    uint32_t& known = isNode ? leaf_[node] : node == TreeForest::kSeveral ? several_ : node == TreeForest::kFails ? fails_ : noPrediction_;
    if (known == ir::kNone) {
      Pending leaf;
      leaf.line = isNode ? tree_.nodes[node].at.line : 0;
      leaf.yes = node;
      known = push(leaf);
    }
    return known;
  }
  uint32_t noPrediction() { return leaf(StreamedTree::kNone); }
  uint32_t prediction(uint32_t node) {
    const StreamedTree::Node& n = tree_.nodes[node];
    return n.score || n.distributions || tree_.embedded.contains(node) ? leaf(node) : noPrediction();
  }

  // ---- nodes

  // Where a row goes that has arrived at `node`.
  void lowerNode(uint32_t node) {
    std::vector<uint32_t>& children = children_;
    children.clear();
    for (uint32_t c = tree_.nodes[node].firstChild; c != StreamedTree::kNone; c = tree_.nodes[c].nextSibling)
      children.push_back(c);
    if (children.empty()) {
      entry_[node] = prediction(node);
      return;
    }
    const uint32_t none = strategy_.returnLastPrediction ? prediction(node) : noPrediction();
    const auto count = static_cast<uint32_t>(children.size());
    const auto predicateOf = [&](uint32_t i) { return tree_.nodes[children[i]].predicate; };
    // Which children's tests are reached at all: one whose predicate follows from the failure of that before it is not
    // tested. `unknown[i]` is the child that is asked next where the predicate of child i is UNKNOWN and rows go on.
    const bool goesOn = strategy_.missing == TreeStrategy::none;
    asked_.assign(count + 1, 0), unknown_.assign(count, count);
    asked_[0] = 1;
    for (uint32_t i = count; goesOn && i-- > 0;) {
      const bool likewise = i + 1 < count && sameColumn(predicateOf(i), predicateOf(i + 1));
      unknown_[i] = likewise ? unknown_[i + 1] : i + 1;
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (!asked_[i]) continue;
      if (i + 1 < count && !opposite(predicateOf(i), predicateOf(i + 1))) asked_[i + 1] = 1;
      if (goesOn) asked_[unknown_[i]] = 1;
    }
    tests_.assign(count + 1, ir::kNone);
    tests_[count] = none;
    const uint32_t unknownExit = goesOn ? 0 : unknownExitOf(node, children, none);
    for (uint32_t i = count; i-- > 0 && !full_;) {
      if (!asked_[i]) continue;
      const bool follows = i + 1 < count && opposite(predicateOf(i), predicateOf(i + 1));
      const uint32_t no = follows ? entry_[children[i + 1]] : tests_[i + 1];
      tests_[i] = test(predicateOf(i), entry_[children[i]], no, goesOn ? tests_[unknown_[i]] : unknownExit);
    }
    entry_[node] = tests_[0];
  }

  uint32_t unknownExitOf(uint32_t node, const std::vector<uint32_t>& children, uint32_t none) {
    if (strategy_.missing == TreeStrategy::nullPrediction) return noPrediction();
    if (strategy_.missing >= TreeStrategy::weightedConfidence)
      return anyMissing() ? leaf(TreeForest::kSeveral) : noPrediction();
    if (strategy_.missing == TreeStrategy::lastPrediction) return prediction(node);
    const StreamedTree::Text wanted = tree_.nodes[node].defaultChild;
    if (!wanted && importer_.options.jpmml) return leaf(TreeForest::kFails);
    if (!wanted) return warnOfDefaultChild(node, children), none;  // the strategy asks for an attribute that is not there: as if no child were true
    for (uint32_t child : children) {
      if (tree_.nodes[child].id && !std::strcmp(tree_.at(tree_.nodes[child].id), tree_.at(wanted)))
        return entry_[child] | Forest::kMarked;
    }
    refuse(Kind::invalid, tree_.nodes[node].at, "defaultChild",
           std::string("defaultChild '") + tree_.at(wanted) + "' is not the id of a child");
    return none;
  }

  void warnOfDefaultChild(uint32_t node, const std::vector<uint32_t>& children) {
    const auto mayBeUnknown = [&](uint32_t child) {
      const uint32_t p = tree_.nodes[child].predicate;
      const TreeTest t = tree_.predicates[p].test;
      if (comparesColumn(p)) return importer_.build.type(out_.columns[columns_[tree_.predicates[p].field].index]).nullable;
      return t > TreeTest::isNotIn && t != TreeTest::alwaysTrue && t != TreeTest::alwaysFalse && anyMissing();
    };
    if (out_.warnedOfDefaultChild || !std::any_of(children.begin(), children.end(), mayBeUnknown)) return;
    out_.warnedOfDefaultChild = true;
    importer_.diagnostics.warning(Kind::invalid, tree_.nodes[node].at.line, tree_.nodes[node].at.column,
                                  "names no defaultChild, which missingValueStrategy asks for where a field is missing",
                                  importer_.document.path(model_) + "//" + tree_.element,
                                  "such rows are scored as if no child's predicate were true; in documents of CatBoost, which lack many, missingValueStrategy=\"none\" gives the library's predictions");
  }

  bool comparesColumn(uint32_t p) const {
    const TreeTest t = tree_.predicates[p].test;
    return t <= TreeTest::greaterOrEqual || t == TreeTest::isIn || t == TreeTest::isNotIn;
  }
  // Whether both predicates are UNKNOWN in the same rows.
  bool sameColumn(uint32_t a, uint32_t b) const {
    return comparesColumn(a) && comparesColumn(b) && tree_.predicates[a].field == tree_.predicates[b].field;
  }
  // Whether `b` is true where `a` is false.
  bool opposite(uint32_t a, uint32_t b) const {
    static constexpr TreeTest kOpposite[] = {TreeTest::notEqual,     TreeTest::equal,       TreeTest::greaterOrEqual,
                                             TreeTest::greaterThan,  TreeTest::lessOrEqual, TreeTest::lessThan,
                                             TreeTest::isNotMissing, TreeTest::isMissing,   TreeTest::isNotIn,
                                             TreeTest::isIn};
    const auto& p = tree_.predicates[a];
    const auto& q = tree_.predicates[b];
    if (p.test > TreeTest::isNotIn || q.test > TreeTest::isNotIn || p.field != q.field) return false;
    if (kOpposite[static_cast<int>(p.test)] != q.test) return false;
    if (p.test <= TreeTest::greaterOrEqual) return !std::strcmp(tree_.at(p.value), tree_.at(q.value));
    if (p.test <= TreeTest::isNotMissing) return true;
    if (p.end - p.value != q.end - q.value) return false;
    for (uint32_t i = 0; i < p.end - p.value; ++i) {
      if (std::strcmp(tree_.at(tree_.members[p.value + i]), tree_.at(tree_.members[q.value + i]))) return false;
    }
    return true;
  }

  // ---- predicates: the pending node that decides between three exits

  uint32_t test(uint32_t p, uint32_t yes, uint32_t no, uint32_t unknown) {
    const StreamedTree::Predicate& predicate = tree_.predicates[p];
    // Constants make no test, but nested ones are asked again and again.
    if (!full_ && ++asks_ > importer_.options.limits.treeNodes) tooManyTests(predicate.at.line);
    if (full_) return no;
    switch (predicate.test) {
      case TreeTest::alwaysTrue:
        return yes;
      case TreeTest::alwaysFalse:
        return no;
      case TreeTest::isMissing:
        return missingTest(predicate, yes, no);
      case TreeTest::isNotMissing:
        return missingTest(predicate, no, yes);
      case TreeTest::isIn:
        return setTest(predicate, yes, no, unknown);
      case TreeTest::isNotIn:
        return setTest(predicate, no, yes, unknown);
      case TreeTest::all:
        return junction(p, yes, no, unknown);
      case TreeTest::any:
        return junction(p, no, yes, unknown);
      case TreeTest::oneOf:
        return exclusive(p, yes, no, unknown);
      case TreeTest::surrogate:
        return surrogate(p, yes, no, unknown);
      default:
        return comparison(predicate, yes, no, unknown);
    }
  }

  uint32_t missingTest(const StreamedTree::Predicate& predicate, uint32_t yes, uint32_t no) {
    if (yes == no) return yes;
    Pending node;
    node.test = Test::isMissing, node.column = columns_[predicate.field].index, node.line = predicate.at.line;
    node.yes = yes, node.no = node.missing = no;
    return push(node);
  }

  uint32_t comparison(const StreamedTree::Predicate& predicate, uint32_t yes, uint32_t no, uint32_t unknown) {
    static constexpr Test kTests[] = {Test::equal,       Test::notEqual, Test::less,
                                      Test::lessOrEqual, Test::greater,  Test::greaterOrEqual};
    if (yes == no && no == unknown) return yes;
    const TreeForest::Column& column = columns_[predicate.field];
    const char* text = tree_.at(predicate.value);
    Pending node;
    node.test = kTests[static_cast<int>(predicate.test)];
    node.column = column.index, node.line = predicate.at.line;
    node.yes = yes, node.no = no, node.missing = unknown;
    const bool orders = predicate.test >= TreeTest::lessThan;
    if (column.elem == Elem::cat) {
      if (orders && !column.ordered) {
        refuse(Kind::unsupported, predicate.at, "operator",
               "field '" + column.field->name + "' is categorical: its values have no order");
        return no;
      }
      const auto code = number(column, text, predicate.at);
      if (!code) return no;
      const auto ranks = importer_.ranks.find(column.field->dict.id);
      if (orders && ranks != importer_.ranks.end() && *code >= ranks->second) {
        refuse(Kind::invalid, predicate.at, "value",
               std::string("'") + text + "' is not a declared value of ordinal field '" + column.field->name + "'");
        return no;
      }
      if (orders && ranks != importer_.ranks.end()) node.column = rankedColumn(column.index);
      node.constant = *code;
      return push(node);
    }
    if (ir::isFloat(column.elem)) {
      const auto value = number(column, text, predicate.at);
      if (!value) return no;
      if (std::isnan(*value)) {
        refuse(Kind::invalid, predicate.at, "value", "a comparison with NaN");
        return no;
      }
      node.constant = *value;
      return push(node);
    }
    const auto whole = Importer::parseIntegral(text, column.field->type);
    if (whole) {
      node.constant = static_cast<double>(*whole);
      if (*whole > (1ll << 53) || *whole < -(1ll << 53)) {
        refuse(Kind::unsupported, predicate.at, "value", std::string("an integer beyond 2^53, '") + text + "', in a tree");
        return no;
      }
      return push(node);
    }
    const auto fraction = parseNumber(text);
    if (!fraction || std::isnan(*fraction) || (std::fabs(*fraction) > 9e15 && !std::isinf(*fraction))) {
      refuse(Kind::invalid, predicate.at, "value",
             std::string("'") + text + "' is not a value of field '" + column.field->name + "'");
      return no;
    }
    // An integer is never equal to a fraction, and below it exactly if it is not above its floor.
    if (!orders) return missingTest(predicate, unknown, predicate.test == TreeTest::equal ? no : yes);
    const bool below = predicate.test == TreeTest::lessThan || predicate.test == TreeTest::lessOrEqual;
    // LightGBM splits what is missing from all else by a threshold of infinity.
    if (std::isinf(*fraction)) return missingTest(predicate, unknown, below == (*fraction > 0) ? yes : no);
    node.test = below ? Test::lessOrEqual : Test::greater;
    node.constant = std::floor(*fraction);
    return push(node);
  }

  // The column whose undeclared values fail: they have no place in the order. Where there are none, the column itself.
  uint32_t rankedColumn(uint32_t index) {
    const ValueId value = out_.columns[index];
    if (!importer_.build.get<ir::Dict>(ir::TableRef{importer_.build.type(value).dict}).open) return index;
    const ValueId ranked = importer_.ranked(value);
    const auto same = std::find(out_.columns.begin(), out_.columns.end(), ranked);
    if (same != out_.columns.end()) return static_cast<uint32_t>(same - out_.columns.begin());
    out_.columns.push_back(ranked);
    return static_cast<uint32_t>(out_.columns.size()) - 1;
  }

  // The constant of a column's tests that a text stands for: a code for categories.
  std::optional<double> number(const TreeForest::Column& column, const char* text, Location at) {
    if (column.elem == Elem::cat) {
      const uint32_t code = importer_.label(*column.field, text, nullptr);
      if (code != ir::kNone) return code;
      return refuse(Kind::invalid, at, "value", "'" + std::string(text) + "' is not a value of field '" + column.field->name + "'"), std::nullopt;
    }
    std::optional<double> value;
    if (column.elem == Elem::f64) {
      value = parseNumber(text);
    } else if (column.elem == Elem::f32) {
      if (const auto rounded = parseFloat(text)) value = *rounded;
    }
    if (!value) value = Importer::parseValue(text, column.field->type);  // blanks, other types
    if (!value)
      refuse(Kind::invalid, at, "value", std::string("'") + text + "' is not a value of field '" + column.field->name + "'");
    return value;
  }

  uint32_t setTest(const StreamedTree::Predicate& predicate, uint32_t yes, uint32_t no, uint32_t unknown) {
    if (yes == no && no == unknown) return yes;
    const TreeForest::Column& column = columns_[predicate.field];
    std::vector<double> members;
    for (uint32_t m = predicate.value; m < predicate.end; ++m) {
      const auto value = number(column, tree_.at(tree_.members[m]), predicate.at);
      if (!value) return no;
      members.push_back(*value);
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    if (members.empty()) return missingTest(predicate, unknown, no);
    Pending node;
    node.column = column.index, node.line = predicate.at.line;
    node.yes = yes, node.no = no, node.missing = unknown;
    if (members.size() == 1) {
      node.test = Test::equal;
      node.constant = members[0];
    } else {
      node.test = Test::inSet;
      node.set = out_.forest.addSet(std::move(members));
    }
    return push(node);
  }

  std::vector<uint32_t> operands(uint32_t p) const {
    std::vector<uint32_t> list;
    for (uint32_t i = p + 1; i < tree_.predicates[p].end; i = tree_.after(i)) list.push_back(i);
    return list;
  }

  // and, with exits for "all hold", "one fails", unknown; or is the same with yes and no exchanged: `all` is where it
  // ends if no operand decides, `decided` where one does. After an UNKNOWN operand the rest can still decide.
  uint32_t junction(uint32_t p, uint32_t all, uint32_t decided, uint32_t unknown) {
    const bool isAnd = tree_.predicates[p].test == TreeTest::all;
    const std::vector<uint32_t> list = operands(p);
    uint32_t known = all, doubtful = unknown;
    for (size_t i = list.size(); i-- > 0 && !full_;) {
      // What an UNKNOWN operand leads to; the same as a failed one if nothing after it can tell the two apart.
      const uint32_t nextDoubtful = doubtful;
      const bool split = known != doubtful;
      const uint32_t here =
          isAnd ? test(list[i], known, decided, nextDoubtful) : test(list[i], decided, known, nextDoubtful);
      if (i == 0) return here;
      if (!split) {
        doubtful = here;
      } else if (doubtful != decided) {
        doubtful = isAnd ? test(list[i], doubtful, decided, doubtful) : test(list[i], decided, doubtful, doubtful);
      }
      known = here;
    }
    return known;
  }

  uint32_t exclusive(uint32_t p, uint32_t yes, uint32_t no, uint32_t unknown) {
    const std::vector<uint32_t> list = operands(p);
    uint32_t even = no, odd = yes;  // where rows end by how many operands have been true so far
    for (size_t i = list.size(); i-- > 0 && !full_;) {
      const uint32_t evenHere = test(list[i], odd, even, unknown);
      odd = i == 0 ? ir::kNone : test(list[i], even, odd, unknown);
      even = evenHere;
    }
    return even;
  }

  // The first operand that is not UNKNOWN decides; any but the first counts as a missing level.
  uint32_t surrogate(uint32_t p, uint32_t yes, uint32_t no, uint32_t unknown) {
    const std::vector<uint32_t> list = operands(p);
    uint32_t next = unknown;
    for (size_t i = list.size(); i-- > 0 && !full_;) {
      const uint32_t mark = i ? Forest::kMarked : 0;
      next = test(list[i], yes | mark, no | mark, next);
    }
    return next;
  }

  // ---- into the forest

  bool finish(uint32_t root) {
    Forest& forest = out_.forest;
    root = Forest::target(root);
    std::vector<uint32_t> index(pending_.size(), ir::kNone);
    index[root] = forest.nodes();
    uint32_t next = forest.nodes();
    for (uint32_t n = root + 1; n-- > 0;) {  // exits have smaller numbers
      if (index[n] == ir::kNone) continue;
      index[n] = next++;
      if (pending_[n].test == Test::leaf) continue;
      for (uint32_t exit : {pending_[n].yes, pending_[n].no, pending_[n].missing}) index[Forest::target(exit)] = 0;
    }
    forest.roots.push_back(forest.nodes());
    const auto exit = [&](uint32_t pendingExit) {
      return index[Forest::target(pendingExit)] | (pendingExit & Forest::kMarked);
    };
    for (uint32_t n = root + 1; n-- > 0;) {
      if (index[n] == ir::kNone) continue;
      const Pending& node = pending_[n];
      if (node.test == Test::leaf) {
        const uint32_t leaf = leafOf_(node.yes);
        if (leaf == ir::kNone) return ok_ = false;
        forest.addLeafNode(leaf, node.line);
        continue;
      }
      const uint32_t added = node.test == Test::inSet
                                 ? forest.addSetNode(node.column, node.set, node.line)
                                 : forest.addNode(node.test, node.column, node.constant, node.line);
      assert(added == index[n]);
      forest.yes[added] = exit(node.yes), forest.no[added] = exit(node.no), forest.missing[added] = exit(node.missing);
    }
    forest.columns = static_cast<uint32_t>(out_.columns.size());
    return true;
  }

  TreeForest& out_;
  Importer& importer_;
  const Element* model_;
  const StreamedTree& tree_;
  const TreeStrategy& strategy_;
  const TreeForest::LeafOf& leafOf_;
  bool ok_ = true;     // after a refusal the rest is only read, to refuse more
  bool full_ = false;  // over the limit of tests: nothing more is read
  uint64_t asks_ = 0;  // how often a predicate has been lowered
  std::vector<TreeForest::Column> columns_;
  std::vector<Pending> pending_;
  std::vector<uint32_t> entry_, leaf_;
  uint32_t noPrediction_ = ir::kNone, several_ = ir::kNone, fails_ = ir::kNone;
  std::vector<uint32_t> children_, unknown_, tests_;
  std::vector<uint8_t> asked_;
};

bool TreeForest::add(Scope& scope, const Element* model, const StreamedTree& tree, const TreeStrategy& strategy,
                     const LeafOf& leafOf) {
  if (tree.nodes.empty()) return importer_.missing(model, "Node");
  return TreeLowering(*this, importer_, model, tree, strategy, leafOf).run(scope);
}

}  // namespace kiln::pmml
