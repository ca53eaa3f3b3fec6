// Prints a forest one tree node a line, so that one changed split is one changed line.
#include "compiler/ir/compare.h"
#include "compiler/ir/print.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/text.h"

namespace kiln::ir {

namespace {

class ForestPrinter {
 public:
  ForestPrinter(std::string& out, const Forest& forest, bool lines)
      : out_(out), forest_(forest), lines_(lines), defined_(forest.leaves()) {}

  void trees() {
    out_ += "\n    ; node  test  yes no missing";
    for (uint32_t t = 0; t < forest_.roots.size(); t++) {
      root_ = forest_.roots[t];
      uint32_t end = t + 1 < forest_.roots.size() ? forest_.roots[t + 1] : forest_.nodes();
      out_ += "\n    tree ";
      number(t);
      for (uint32_t n = root_; n < end; n++) node(n);
    }
  }

  void sets() {
    for (size_t s = 0; s + 1 < forest_.setFirst.size(); s++) {
      out_ += "\n    set ";
      number(s);
      out_ += " [";
      for (uint32_t i = forest_.setFirst[s]; i < forest_.setFirst[s + 1]; i++) {
        if (i > forest_.setFirst[s]) out_ += ", ";
        appendNumber(out_, forest_.setMember[i]);
      }
      out_ += ']';
    }
  }

  /// Leaves that no node reaches.
  void unusedLeaves() {
    for (uint32_t l = 0; l < forest_.leaves(); l++)
      if (!defined_[l]) out_ += "\n    ", leaf(l);
  }

 private:
  void number(uint64_t n) { appendNumber(out_, n); }

  void node(uint32_t n) {
    out_ += "\n      ";
    number(n - root_);
    out_ += "  ";
    auto test = static_cast<Test>(forest_.test[n]);
    if (test == Test::leaf) {
      leaf(forest_.yes[n]);
    } else {
      out_ += 'c';
      number(forest_.column[n]);
      out_ += ' ';
      out_ += kTestNames[forest_.test[n]];
      if (test == Test::inSet)
        out_ += ' ', number(forest_.set[n]);
      else if (test != Test::isMissing)
        out_ += ' ', appendNumber(out_, forest_.constant[n]);
      out_ += "  ";
      exit(forest_.yes[n]), out_ += ' ', exit(forest_.no[n]), out_ += ' ', exit(forest_.missing[n]);
    }
    if (lines_ && !forest_.line.empty() && forest_.line[n]) out_ += "  ; ", number(forest_.line[n]);
  }

  /// An exit as the node's number in its tree, `*` if it is marked; `-` where there is none.
  void exit(uint32_t exit) {
    if (exit == 0) {
      out_ += '-';
      return;
    }
    number(Forest::target(exit) - root_);
    if (exit & Forest::kMarked) out_ += '*';
  }

  /// `leaf` and its index, where it is met first with its content.
  void leaf(uint32_t l) {
    out_ += "leaf ";
    number(l);
    if (l >= defined_.size() || defined_[l]) return;
    defined_[l] = true;
    out_ += " =";
    uint8_t kind = forest_.leafKind.empty() ? 0 : forest_.leafKind[l];
    if (kind == Forest::noPrediction) out_ += " none";
    if (kind == Forest::fail) out_ += " fail";
    for (uint32_t e = forest_.leafFirst[l]; e < forest_.leafFirst[l + 1]; e++) {
      out_ += e > forest_.leafFirst[l] ? ", " : " ";
      if (!forest_.leafTarget.empty()) number(forest_.leafTarget[e]), out_ += ':';
      appendNumber(out_, forest_.leafWeight[e]);
    }
  }

  std::string& out_;
  const Forest& forest_;
  bool lines_;
  std::vector<bool> defined_;
  uint32_t root_ = 0;
};

}  // namespace

void printForest(std::string& out, const Forest& forest, const PrintOptions& options) {
  out += "\n    columns " + std::to_string(forest.columns);
  out += "\n    targets " + std::to_string(forest.targets);
  if (!options.full && forest.nodes() > options.tableRows) {
    std::string count = std::to_string(forest.nodes());
    for (size_t i = count.size(); i > 3; i -= 3) count.insert(i - 3, 1, ',');
    out += "\n    ... " + count + " nodes of " + std::to_string(forest.roots.size()) + " trees, hash " +
           tableSha256(forest).substr(0, 16);
    return;
  }
  out.reserve(out.size() + size_t{64} * forest.nodes());
  ForestPrinter printer(out, forest, options.provenance);
  printer.sets(), printer.trees(), printer.unusedLeaves();
}

}  // namespace kiln::ir
