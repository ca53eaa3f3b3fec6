// TreeEnsembleClassifier of versions 1, 3 and 5: votes by class, the label, and the columns that ONNX Runtime makes of them.
//
// Two labels have rules of their own there. If the weights name one class id only, the sum s is the score of the second label, and
// the columns are 1 - s, s where no weight is negative (label: s > 0.5), else -s, s (label: s > 0). If they name both, the label is
// the second where the second's sum is positive, whatever the first's is, and integer labels are 1 and 0, whatever they are called; a row
// without a vote for the second class has one score.
#include <algorithm>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "frontends/onnx/operators/trees.h"

namespace kiln::onnx {

namespace {

/// One row while it is made: the label's index and the columns.
struct Result {
  ValueId index = kNone;     ///< i32
  ValueId columns = kNone;   ///< f32 [labels]
};

class Classifier {
 public:
  Classifier(OperatorImport& n, const Ensemble& ensemble, const ClassLabels& labels, PostTransform transform, ir::Elem elem)
      : n_(n), base_(ensemble.base), classes_(labels.size()), isText_(labels.isText), transform_(transform), elem_(elem) {
    const size_t classes = classes_;
    std::vector<uint8_t> named(classes);
    for (size_t e = 0; e < ensemble.leaves.weight.size(); e++) named[ensemble.leaves.target[e]] = 1;
    for (double w : ensemble.leaves.weight) allPositive_ &= w >= 0;
    oneId_ = std::count(named.begin(), named.end(), 1) == 1 && classes == 2;
    secondNamed_ = classes == 2 && named[1];
  }

  /// Whether ONNX Runtime answers 1 and 0 instead of the two labels, which are integers then.
  bool answersOneZero() const { return classes_ == 1 || (classes_ == 2 && !oneId_); }

  Result row(const Scores& scores) {
    if (classes_ > 2) return many(scores);
    if (classes_ == 1) return one(scores);
    const ValueId s0 = at(scores.scores, 0), s1 = at(scores.scores, 1);
    if (!secondNamed_) return withoutSecond(scores, s0);
    if (scores.voted == kNone) return withSecond(scores, s0, s1);
    const ValueId voted = at(scores.voted, 1);
    const Result yes = withSecond(scores, s0, s1), no = withoutSecond(scores, s0);
    return {select(voted, yes.index, no.index), select(voted, yes.columns, no.columns)};
  }

 private:
  ValueId at(ValueId vector, uint32_t i) {
    ir::Take take;
    take.at = {i};
    return n_.build.add(std::move(take), {vector});
  }
  ValueId number(double v) { return elem_ == ir::Elem::f32 ? n_.build.number32(v) : n_.build.number(v); }
  ValueId select(ValueId c, ValueId a, ValueId b) { return n_.build.add(ir::Select(), {c, a, b}); }
  ValueId call(const char* name, std::vector<ValueId> operands) { return n_.build.call(name, std::move(operands)); }
  ValueId f32(ValueId v) { return elem_ == ir::Elem::f32 ? v : n_.build.add(ir::Cast(ir::Elem::f32), {v}); }
  ValueId pair(ValueId a, ValueId b) { return n_.build.add(ir::Concat(), {a, b}); }
  ValueId exceeds(ValueId score, double threshold) {
    return select(call("gt", {score, number(threshold)}), n_.build.integer(1, ir::Elem::i32), n_.build.integer(0, ir::Elem::i32));
  }

  // More than two labels: base values, then the first largest among the classes that have a vote.
  Result many(const Scores& scores) {
    ValueId sums = scores.scores, votes = scores.scores;
    if (!base_.empty()) {
      std::vector<ValueId> base;
      for (double b : base_) base.push_back(number(b));
      sums = votes = call("add", {sums, n_.build.add(ir::Concat(), base)});
    } else if (scores.voted != kNone) {
      votes = select(scores.voted, sums, n_.build.missing(ir::scalarType(elem_)));
    }
    const ValueId best = n_.build.add(ir::Coalesce(), {n_.build.add(ir::ArgMax(), {votes}), n_.build.integer(0, ir::Elem::i32)});
    return {best, postTransform(n_, f32(sums), transform_)};
  }

  // One label: integers are answered by 1 or 0, the sign of the sum; a string is every row's.
  Result one(const Scores& scores) {
    ValueId sum = n_.reshape(scores.scores, {});
    if (!base_.empty()) sum = call("add", {sum, number(base_[0])});
    const ValueId shown = transform_ == PostTransform::probit ? probit(n_, f32(sum)) : f32(sum);
    return {isText_ ? n_.build.integer(0, ir::Elem::i32) : exceeds(sum, 0), n_.reshape(shown, {1})};
  }

  // A row with a vote for the second class. The first is 0 without a vote of its own.
  Result withSecond(const Scores& scores, ValueId s0, ValueId s1) {
    if (base_.size() == 2) {
      s1 = call("add", {number(base_[1]), s0});
      s0 = whereVoted(scores, 0, call("neg", {s1}));
    } else if (base_.size() == 1) {
      s0 = whereVoted(scores, 0, call("add", {s0, number(base_[0])}));
    }
    return {label(s1), postTransform(n_, pair(f32(s0), f32(s1)), transform_)};
  }

  Result withoutSecond(const Scores& scores, ValueId s0) {
    if (base_.size() == 2) {
      const ValueId p0 = whereVoted(scores, 0, call("add", {s0, number(base_[0])}));
      return {label(p0), postTransform(n_, pair(f32(p0), n_.build.number32(0)), transform_)};
    }
    if (base_.size() == 1) s0 = call("add", {s0, number(base_[0])});
    return {label(s0), single(f32(s0))};
  }

  ValueId whereVoted(const Scores& scores, uint32_t i, ValueId score) {
    return scores.voted == kNone ? score : select(at(scores.voted, i), score, number(0));
  }

  ValueId label(ValueId score) { return exceeds(score, oneId_ && allPositive_ ? 0.5 : 0); }

  // Columns of one score. What ONNX Runtime leaves unwritten is 0 here.
  ValueId single(ValueId s) {
    const ValueId zero = n_.build.number32(0), one = n_.build.number32(1);
    if (transform_ == PostTransform::probit) return pair(probit(n_, s), zero);
    const bool complement = oneId_ && allPositive_;
    if (transform_ == PostTransform::logistic) {
      const ValueId p = call("sigmoid", {s});
      return complement ? pair(call("sub", {one, p}), p) : pair(call("sigmoid", {call("neg", {s})}), p);
    }
    return complement ? pair(call("sub", {one, s}), s) : pair(call("neg", {s}), s);
  }

  OperatorImport& n_;
  const std::vector<double>& base_;
  size_t classes_;
  bool isText_;
  PostTransform transform_;
  ir::Elem elem_;
  bool allPositive_ = true, oneId_ = false, secondNamed_ = false;
};

void warnAmbiguous(OperatorImport& n, size_t classes, const Ensemble& ensemble, PostTransform transform) {
  if (classes == 2 && ensemble.base.size() == 2)
    n.warn("two base values of a binary classifier", "ONNX Runtime adds the second to the sum of the first class and inverts the label; CatBoost exports with boost_from_average have them");
  if (classes != 2) return;
  const auto& targets = ensemble.leaves.target;
  const auto names = [&](uint32_t id) { return std::find(targets.begin(), targets.end(), id) != targets.end(); };
  const bool positive = std::all_of(ensemble.leaves.weight.begin(), ensemble.leaves.weight.end(), [](double w) { return w >= 0; });
  if (names(0) != names(1) && positive && transform == PostTransform::logistic)
    n.warn("one score of two labels, LOGISTIC, and no weight is negative", "the second label needs a score above 0.5 before LOGISTIC, as ONNX Runtime has it: its probability then is above 0.62. "
           "A model of log odds needs 0: take the label from the probabilities");
  if (names(0) && names(1) && ensemble.base.size() == 1)
    n.warn("one base value of two scores", "ONNX Runtime adds it to the first only");
}

}  // namespace

void treeEnsembleClassifier(OperatorImport& n) {
  ir::Elem elem;
  const OperatorImport::Rows rows = treeColumns(n, 0, elem);
  const ClassLabels labels = readLabels(n, "classlabels_strings", "classlabels_int64s");
  const PostTransform transform = readPostTransform(n);
  const size_t classes = labels.size();
  if (classes == 1 && labels.isText) n.warn("has one label, a string", "every row has it; ONNX Runtime ends the process");
  const Ensemble ensemble = readEnsemble(n, "class", rows.columns, static_cast<uint32_t>(classes));
  if (!ensemble.base.empty() && ensemble.base.size() != classes && !(classes == 2 && ensemble.base.size() == 1))
    n.invalid("attribute 'base_values' has " + std::to_string(ensemble.base.size()) + " entries for " + std::to_string(classes) + " classes");
  warnAmbiguous(n, classes, ensemble, transform);
  const ir::Forest forest = makeForest(n, ensemble.nodes, ensemble.leaves, rows.columns, static_cast<uint32_t>(classes));
  Classifier classifier(n, ensemble, labels, transform, elem);
  const bool oneZero = !labels.isText && classifier.answersOneZero();
  if (oneZero && labels.integers != std::vector<int64_t>{0, 1})
    n.warn("the label is 1 or 0, not one of 'classlabels_int64s'", "ONNX Runtime does so where the weights name both classes, or there is one label");
  std::vector<ValueId> indices, columns;
  for (ValueId row : rows.vectors) {
    const Scores scores = evaluateForest(n, forest, row, elem, Aggregate::sum, "trees");
    const Result result = classifier.row(scores);
    indices.push_back(oneZero ? n.build.add(ir::Cast(ir::Elem::i64), {result.index}) : labelAt(n, labels, result.index));
    columns.push_back(result.columns);
  }
  n.output(0, n.assemble(labels.type(), rows.outer, indices));
  Axes axes = rows.outer;
  axes.push_back({static_cast<int64_t>(classes), Batch::none});
  n.output(1, n.assemble(ElementType::f32, axes, columns));
}

}  // namespace kiln::onnx
