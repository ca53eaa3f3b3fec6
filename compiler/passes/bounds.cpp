// bounds: arithmetic on numbers that are known to be small is not checked. Counts of words, codes, truth values and what a table holds are finite
// numbers below a bound, and so are their products with constants, sums and squares: none is NaN, none overflows. Without its check such a
// node cannot fail, which spares each row a comparison, and lets `stack` gather what thousands of derived fields compute.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/onehot.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();   // perhaps no number at all

/// What a number of this type stays below, with room for rounding on the way; integers do not overflow below it.
double room(Elem elem) {
  switch (elem) {
    case Elem::f64: return 1e300;
    case Elem::f32: return 1e37;
    case Elem::i64: return 9e18;
    default: return 2e9;
  }
}
double known(double bound, Elem elem) { return bound < room(elem) ? bound : kUnknown; }

double largest(const std::vector<double>& numbers) {
  double most = 0;
  for (double x : numbers) most = std::isfinite(x) ? std::max(most, std::fabs(x)) : kUnknown;
  return most;
}
double largest(const std::vector<int64_t>& integers) {
  double most = 0;
  for (int64_t x : integers) most = std::max(most, std::fabs(static_cast<double>(x)));
  return most;
}

class Bounds {
 public:
  explicit Bounds(Pipeline& pipeline) : pipeline_(pipeline) {}

  bool run() {
    Rewriter rewriter(pipeline_);
    bool changed = false;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      const Node& node = rewriter.old(id);
      const auto* call = node.op->to<Call>();
      if (call && call->checked && bound(*call, rewriter.operandsNow(id), pipeline_.type(rewriter.operandsNow(id)[0]).elem) != kUnknown) {
        auto unchecked = std::make_unique<Call>(*call);
        unchecked->checked = false;
        rewriter.replace(node.results[0], rewriter.add(std::move(unchecked), rewriter.operandsNow(id), rewriter.oldValue(node.results[0]).name, node.place));
        changed = true;
      } else {
        rewriter.keep(id);
      }
      for (ValueId v = static_cast<ValueId>(bounds_.size()); v < pipeline_.values.size(); v++) bounds_.push_back(boundOf(v));
    }
    return changed;
  }

 private:
  double of(ValueId v) const { return bounds_[v]; }
  double most(const std::vector<ValueId>& values, size_t from = 0) const {
    double most = 0;
    for (size_t i = from; i < values.size(); i++) most = std::max(most, of(values[i]));
    return most;
  }

  /// Of every element that is there, whatever the row; of integers, such as counts of words, that of their type if no other is known.
  double boundOf(ValueId v) const {
    const Elem elem = pipeline_.type(v).elem;
    if (elem == Elem::boolean) return 1;
    const double most = isNumber(elem) ? boundOf(v, pipeline_.producer(v), elem) : kUnknown;
    if (most != kUnknown || !isInteger(elem)) return most;
    return elem == Elem::i64 ? 0x1p63 : 0x1p31;
  }
  double boundOf(ValueId v, const Node& node, Elem elem) const {
    if (v != node.results[0]) return kUnknown;
    switch (node.op->kind()) {
      case OpKind::Const: return known(boundOf(node.op->as<Const>()), elem);
      case OpKind::OneHot: return 1;
      case OpKind::LookupNode: {
        const auto& table = pipeline_.table<Lookup>(node.op->as<LookupNode>().table);
        return known(std::max(largest(table.numbers), largest(table.integers)), elem);
      }
      case OpKind::Cast: return known(of(node.operands[0]), elem);
      case OpKind::Concat:
      case OpKind::Coalesce: return most(node.operands);
      case OpKind::Select: return most(node.operands, 1);
      case OpKind::Take:
      case OpKind::Reshape:
      case OpKind::Arrange: return of(node.operands[0]);
      case OpKind::Reduce: return boundOf(node.op->as<Reduce>(), node.operands[0], elem);
      case OpKind::Call: return bound(node.op->as<Call>(), node.operands, pipeline_.type(node.operands[0]).elem);
      default: return kUnknown;
    }
  }
  double boundOf(const Const& constant) const {
    if (constant.matrix.id != kNone) {
      const auto& matrix = pipeline_.table<Matrix>(constant.matrix);
      return std::max(largest(matrix.numbers), largest(matrix.integers));
    }
    if (constant.number) return std::isfinite(*constant.number) ? std::fabs(*constant.number) : kUnknown;
    return constant.integer ? std::fabs(static_cast<double>(*constant.integer)) : 0;
  }
  double boundOf(const Reduce& reduce, ValueId x, Elem elem) const {
    const double n = pipeline_.type(x).size(), most = of(x);
    switch (reduce.op) {
      case Reduce::sum: return known(n * most, elem);
      case Reduce::sumsq: return known(n * most * most, elem);
      case Reduce::min:
      case Reduce::max: return most;
      default: return kUnknown;
    }
  }
  double bound(const Call& call, const std::vector<ValueId>& x, Elem elem) const {
    const std::string name = call.name();
    const double a = of(x[0]), b = x.size() > 1 ? of(x[1]) : 0;
    if (name == "mul") return a == kUnknown || b == kUnknown ? kUnknown : known(a * b, elem);
    if (name == "add" || name == "sub") return known(a + b, elem);
    if (name == "neg" || name == "abs") return known(a, elem);
    if (name == "min" || name == "max") return std::max(a, b);
    return kUnknown;
  }

  Pipeline& pipeline_;
  std::vector<double> bounds_;   // of the new pipeline's values
};

}  // namespace

bool bounds(Pipeline& pipeline) { return Bounds(pipeline).run(); }

}  // namespace kiln::passes
