// Reads the body of a forest table. Forests have a million nodes, so every line costs the same, and little.
#include <algorithm>
#include <numeric>

#include "compiler/ir/reader.h"
#include "compiler/ir/tables/forest.h"

namespace kiln::ir {

namespace {

class ForestParser {
 public:
  ForestParser(Reader& reader, Forest& forest) : r_(reader), f_(forest) {}

  bool run() {
    bool ok = true;
    for (r_.skipNewlines(); r_.peek().kind != Token::end && !r_.peek().is('}') && !r_.tooMany(); r_.skipNewlines()) {
      if (line()) continue;
      ok = false;
      r_.lexer.skipLine();
    }
    return placeLeaves() && ok;
  }

 private:
  /// A leaf where it was met: its entries are `begin` to `end` of targets_ and weights_.
  struct Leaf {
    uint32_t index;
    uint8_t kind;
    uint32_t begin, end;
    Token at;
  };

  bool line() {
    const Token& first = r_.peek();
    if (first.kind == Token::number) return nodeLine();
    if (first.is("columns")) return r_.take(), r_.read(f_.columns) && r_.expectLineEnd();
    if (first.is("targets")) return r_.take(), r_.read(f_.targets) && r_.expectLineEnd();
    if (first.is("tree")) return tree();
    if (first.is("set")) return set();
    uint32_t index;
    if (first.is("leaf")) return leaf(index) && r_.expectLineEnd();
    if (first.is('.')) return r_.error(first, "the forest is elided", "print it in full to read it back");
    return r_.expected("a node, tree, set, leaf, columns or targets");
  }

  /// A number that counts what the text lists: it must be the next one.
  bool counted(const char* what, size_t next) {
    Token at = r_.peek();
    uint32_t number;
    if (!r_.read(number)) return false;
    return number == next || r_.error(at, std::string("expected ") + what + ' ' + std::to_string(next) + ", found " +
                                              std::to_string(number));
  }

  bool tree() {
    r_.take();
    if (!counted("tree", f_.roots.size()) || !r_.expectLineEnd()) return false;
    root_ = f_.nodes();
    f_.roots.push_back(root_);
    return true;
  }

  bool set() {
    r_.take();
    std::vector<double> members;
    if (f_.setFirst.empty()) f_.setFirst.push_back(0);
    if (!counted("set", f_.setFirst.size() - 1) || !r_.read(members)) return false;
    f_.setMember.insert(f_.setMember.end(), members.begin(), members.end());
    f_.setFirst.push_back(static_cast<uint32_t>(f_.setMember.size()));
    return r_.expectLineEnd();
  }

  bool nodeLine() {
    if (f_.roots.empty()) return r_.error(r_.peek(), "a node outside of a tree");
    if (!counted("node", f_.nodes() - root_)) return false;
    uint32_t node;
    if (r_.peek().is("leaf")) {
      uint32_t index;
      if (!leaf(index)) return false;
      node = f_.addLeafNode(index, 0);
    } else if (!test(node)) {
      return false;
    }
    if (!r_.expectLineEnd()) return false;
    provenance(node, r_.peek().text);
    return true;
  }

  bool test(uint32_t& node) {
    Token at = r_.take();
    uint32_t column = 0;
    if (!columnName(at, column)) return r_.error(at, "expected a column such as c0, or leaf");
    Test kind;
    if (!comparison(kind)) return false;
    uint32_t set = 0;
    double constant = 0;
    if (kind == Test::inSet) {
      if (!r_.read(set)) return false;
      node = f_.addSetNode(column, set, 0);
    } else {
      if (kind != Test::isMissing && !r_.read(constant)) return false;
      node = f_.addNode(kind, column, constant, 0);
    }
    return exit(f_.yes[node]) && exit(f_.no[node]) && exit(f_.missing[node]);
  }

  /// `c` and digits.
  static bool columnName(const Token& token, uint32_t& column) {
    if (token.kind != Token::word || token.text.size() < 2 || token.text.size() > 10 || token.text[0] != 'c')
      return false;
    uint64_t n = 0;
    for (char c : token.text.substr(1)) {
      if (c < '0' || c > '9') return false;
      n = n * 10 + static_cast<uint64_t>(c - '0');
    }
    return column = static_cast<uint32_t>(n), true;
  }

  bool comparison(Test& kind) {
    if (r_.peek().is("in")) return kind = Test::inSet, r_.take(), true;
    if (r_.peek().is("missing")) return kind = Test::isMissing, r_.take(), true;
    Token first = r_.peek();
    if (!first.is('<') && !first.is('>') && !first.is('=') && !first.is('!'))
      return r_.expected("a test (< <= > >= == != in missing)");
    r_.take();
    bool orEqual = r_.accept('=');
    if (first.is('<')) return kind = orEqual ? Test::lessOrEqual : Test::less, true;
    if (first.is('>')) return kind = orEqual ? Test::greaterOrEqual : Test::greater, true;
    if (!orEqual) return r_.expected("'='");
    return kind = first.is('=') ? Test::equal : Test::notEqual, true;
  }

  bool exit(uint32_t& exit) {
    if (r_.peek().kind == Token::number && r_.peek().text == "-") return exit = 0, r_.take(), true;
    Token at = r_.peek();
    uint32_t target;
    if (!r_.read(target)) return false;
    if (target >= Forest::kMarked - root_)
      return r_.error(at, "exit " + std::to_string(target) + " is no node of the tree");
    exit = (target + root_) | (r_.accept('*') ? Forest::kMarked : 0);
    return true;
  }

  /// `leaf N`, and where it is met first `= [none|fail] weights`.
  bool leaf(uint32_t& index) {
    Leaf leaf{0, Forest::plain, static_cast<uint32_t>(weights_.size()), 0, r_.take()};
    if (!r_.read(leaf.index)) return false;
    index = leaf.index;
    if (!r_.accept('=')) return true;
    if (r_.peek().is("none"))
      leaf.kind = Forest::noPrediction, r_.take();
    else if (r_.peek().is("fail"))
      leaf.kind = Forest::fail, r_.take();
    if (!r_.atLineEnd()) do
        if (!entry()) return false;
      while (r_.accept(','));
    leaf.end = static_cast<uint32_t>(weights_.size());
    leaves_.push_back(leaf);
    return true;
  }

  /// `weight`, or `target:weight`.
  bool entry() {
    Token at = r_.peek();
    double first;
    if (!r_.read(first)) return false;
    bool hasTarget = r_.accept(':');
    if (!weights_.empty() && hasTarget == targets_.empty())
      return r_.error(at, "some leaves name their targets, others do not");
    if (!hasTarget) return weights_.push_back(first), true;
    double weight;
    if (!(first >= 0 && first < kNone && first == static_cast<double>(static_cast<uint32_t>(first))))
      return r_.error(at, "'" + std::string(at.text) + "' is no target");
    if (!r_.read(weight)) return false;
    targets_.push_back(static_cast<uint32_t>(first)), weights_.push_back(weight);
    return true;
  }

  void provenance(uint32_t node, std::string_view comment) {
    while (!comment.empty() && (comment.front() == ' ' || comment.back() == ' ' || comment.back() == '\r'))
      comment.front() == ' ' ? comment.remove_prefix(1) : comment.remove_suffix(1);
    uint64_t line = 0;
    for (char c : comment) {
      if (c < '0' || c > '9' || line > kNone) return;
      line = line * 10 + static_cast<uint64_t>(c - '0');
    }
    if (line == 0 || line >= kNone) return;
    f_.line.resize(f_.nodes());
    f_.line[node] = static_cast<uint32_t>(line);
  }

  /// Puts the leaves in the order of their indices.
  bool placeLeaves() {
    if (!f_.line.empty()) f_.line.resize(f_.nodes());
    auto byIndex = [](const Leaf& a, const Leaf& b) { return a.index < b.index; };
    if (!std::is_sorted(leaves_.begin(), leaves_.end(), byIndex)) std::sort(leaves_.begin(), leaves_.end(), byIndex);
    for (uint32_t i = 0; i < leaves_.size(); i++) {
      const Leaf& leaf = leaves_[i];
      if (leaf.index < i) return r_.error(leaf.at, "leaf " + std::to_string(leaf.index) + " is defined twice");
      if (leaf.index > i) return r_.error(leaf.at, "leaf " + std::to_string(i) + " is not defined");
      f_.addLeaf(static_cast<Forest::LeafKind>(leaf.kind));
      f_.leafWeight.insert(f_.leafWeight.end(), weights_.begin() + leaf.begin, weights_.begin() + leaf.end);
      if (!targets_.empty())
        f_.leafTarget.insert(f_.leafTarget.end(), targets_.begin() + leaf.begin, targets_.begin() + leaf.end);
      f_.leafFirst.back() = static_cast<uint32_t>(f_.leafWeight.size());
    }
    return true;
  }

  Reader& r_;
  Forest& f_;
  uint32_t root_ = 0;
  std::vector<Leaf> leaves_;
  std::vector<uint32_t> targets_;
  std::vector<double> weights_;
};

}  // namespace

bool parseForest(Reader& reader, Forest& forest) { return ForestParser(reader, forest).run(); }

}  // namespace kiln::ir
