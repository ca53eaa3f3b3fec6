// simplify: nodes that give one of their operands back, or a constant, whatever the row. PMML makes them by the
// document: a field without treatment is still prepared and checked, a default expression guards what is never missing,
// a predicate True meets an `and`. Every node costs code and compile time. A rule holds only if value, missing state,
// failure and notes are the same, so most rules ask for the operands' types, which say what cannot be missing and
// cannot fail.
#include <map>
#include <optional>

#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"
#include "kiln/scorer.h"

namespace kiln::passes {

using namespace ir;

namespace {

class Simplifier {
 public:
  explicit Simplifier(Pipeline& pipeline) : pipeline_(pipeline), uses_(pipeline.values.size()) {
    for (const Node& node : pipeline.nodes)
      for (ValueId v : node.operands) uses_[v]++;
  }

  bool run() {
    Rewriter rewriter(pipeline_);
    rewriter_ = &rewriter;
    bool changed = false;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      operands_ = rewriter.operandsNow(id);
      if (simplify(rewriter.old(id)))
        changed = true;
      else
        rewriter.keep(id);
    }
    return changed;
  }

 private:
  // The rules look at what now stands for the operands.
  ValueId operand(size_t i) const { return operands_[i]; }
  const Type& type(size_t i) const { return pipeline_.type(operands_[i]); }
  bool isSure(size_t i) const { return !type(i).nullable && !type(i).fallible; }
  const Op& producer(ValueId v) const { return *pipeline_.producer(v).op; }

  enum class Truth : uint8_t { unknown, yes, no, missing };
  /// Of a scalar bool that is a constant.
  Truth truth(size_t i) const {
    auto* constant = producer(operand(i)).to<Const>();
    if (!constant || constant->elem != Elem::boolean || !type(i).isScalar()) return Truth::unknown;
    if (constant->isMissing) return Truth::missing;
    return constant->integer && *constant->integer ? Truth::yes : Truth::no;
  }

  /// The first result is this value.
  bool become(const Node& node, ValueId value) {
    rewriter_->replace(node.results[0], value);
    return true;
  }
  bool becomeConstant(const Node& node, size_t result, Elem elem, int64_t value) {
    auto op = std::make_unique<Const>();
    op->elem = elem, op->integer = value;
    ValueId old = node.results[result];
    rewriter_->replace(old, rewriter_->add(std::move(op), {}, rewriter_->oldValue(old).name, node.place));
    return true;
  }

  /// True if the node is done with: its used results are replaced, or it has none.
  bool simplify(const Node& node) {
    switch (node.op->kind()) {
      case OpKind::Prepare:
        return prepare(node);
      case OpKind::RaiseIf:
        return raiseIf(node);
      case OpKind::Recover:
        return !type(0).fallible && become(node, operand(0));
      case OpKind::Check:
        return !type(0).fallible && addsNoNotes() && become(node, operand(0));
      case OpKind::Note:
        return truth(0) == Truth::no || truth(0) == Truth::missing;
      case OpKind::Cast:
        return cast(node);
      case OpKind::Select:
        return select(node);
      case OpKind::Coalesce:
        return (operands_.size() == 1 || !type(0).nullable) && become(node, operand(0));
      case OpKind::Take:
        return take(node);
      case OpKind::Call:
        return call(node);
      default:
        return false;
    }
  }

  /// No treatment at all: what is invalid fails already, or stays as it is.
  bool prepare(const Node& node) {
    auto& p = node.op->as<Prepare>();
    bool hasValidSet = p.closed || !p.validValues.empty() || !p.validTexts.empty() || !p.intervalLow.empty();
    bool treats = hasValidSet || !p.missingValues.empty() || !p.missingTexts.empty() ||
                  p.outlier != Prepare::outlierAsIs || (p.missing != Prepare::keep && type(0).nullable) ||
                  ((p.invalid == Prepare::asMissing || p.invalid == Prepare::asValue) && type(0).fallible);
    bool validIsUsed = uses_[node.results[1]] > 0;
    if (treats || (validIsUsed && !isSure(0))) return false;
    if (validIsUsed) becomeConstant(node, 1, Elem::boolean, 1);
    becomeConstant(node, 2, Elem::i32, 0);
    return become(node, operand(0));
  }

  /// Never; or where the value is NaN, as a checked product with 1 fails too, which other passes know how to take.
  bool raiseIf(const Node& node) {
    if (truth(1) == Truth::no || truth(1) == Truth::missing) return become(node, operand(0));
    const auto& op = node.op->as<RaiseIf>();
    const auto* test = producer(operand(1)).to<Call>();
    if (!test || test->name() != std::string("is_nan") || pipeline_.producer(operand(1)).operands[0] != operand(0)) return false;
    if (op.cause != KILN_UNDEFINED || op.fieldIndex != kNone || !isFloat(type(0).elem)) return false;
    const ValueId old = node.results[0], factor = one(type(0).elem, node.place);
    rewriter_->replace(old, rewriter_->add(std::make_unique<Call>("mul", true), {operand(0), factor}, rewriter_->oldValue(old).name, node.place));
    return true;
  }
  ValueId one(Elem elem, const Place& place) {
    const auto [known, isNew] = ones_.emplace(elem, kNone);
    if (!isNew) return known->second;
    auto constant = std::make_unique<Const>();
    constant->elem = elem, constant->number = 1;
    return known->second = rewriter_->add(std::move(constant), {}, rewriter_->freeName("one"), place);
  }

  bool addsNoNotes() const {
    if (operands_.size() == 1) return true;
    auto* notes = producer(operand(1)).to<Const>();
    return notes && notes->integer && *notes->integer == 0;
  }

  bool cast(const Node& node) {
    auto& c = node.op->as<Cast>();
    return (c.mode == Cast::saturate || c.mode == Cast::wrap) && c.elem == type(0).elem && c.elem != Elem::cat &&
           become(node, operand(0));
  }

  bool select(const Node& node) {
    Truth c = truth(0);
    if (c != Truth::yes && c != Truth::no) return false;
    size_t arm = c == Truth::yes ? 1 : 2;
    return type(1).shape == type(2).shape && become(node, operand(arm));
  }

  /// An element of scalars end to end, if none of the others can fail.
  bool take(const Node& node) {
    auto& t = node.op->as<Take>();
    if (t.at.size() != 1 || !t.scalar || producer(operand(0)).kind() != OpKind::Concat) return false;
    const std::vector<ValueId>& parts = pipeline_.producer(operand(0)).operands;
    for (size_t i = 0; i < parts.size(); i++) {
      const Type& part = pipeline_.type(parts[i]);
      if (!part.isScalar() || (part.fallible && i != t.at[0])) return false;
    }
    return t.at[0] < parts.size() && become(node, parts[t.at[0]]);
  }

  bool call(const Node& node) {
    std::string name = node.op->name();
    if (name == "and") return logic(node, Truth::yes, Truth::no);
    if (name == "or") return logic(node, Truth::no, Truth::yes);
    if (name == "pow" && isNumber(1, 2)) return square(node);
    if (name == "mul" && !node.op->as<Call>().checked) {   // checked: a NaN that comes in fails
      if (isOne(1)) return become(node, operand(0));
      if (isOne(0)) return become(node, operand(1));
    }
    bool sureScalar = type(0).isScalar() && isSure(0);
    if (name == "is_missing") return sureScalar && becomeConstant(node, 0, Elem::boolean, 0);
    if (name == "is_present") return sureScalar && becomeConstant(node, 0, Elem::boolean, 1);
    if (name == "not") {
      auto* inner = producer(operand(0)).to<Call>();
      return inner && std::string(inner->name()) == "not" && become(node, pipeline_.producer(operand(0)).operands[0]);
    }
    if (name == "lower" || name == "lower_simple" || name == "trim") return producer(operand(0)).name() == name && become(node, operand(0));   // the second time changes nothing
    return false;
  }

  /// As the function does itself (runtime/kernels/math/logarithm.h).
  bool square(const Node& node) {
    const ValueId old = node.results[0];
    auto product = std::make_unique<Call>("mul", node.op->as<Call>().checked);
    rewriter_->replace(old, rewriter_->add(std::move(product), {operand(0), operand(0)}, rewriter_->oldValue(old).name, node.place));
    return true;
  }
  bool isNumber(size_t i, double number) const {
    auto* constant = producer(operand(i)).to<Const>();
    return constant && type(i).isScalar() && isFloat(constant->elem) && constant->number && *constant->number == number;
  }
  /// A scalar float 1: by it, every float stays what it is.
  bool isOne(size_t i) const { return isNumber(i, 1); }

  /// `neutral` leaves the other operand; `deciding`, as the first operand, decides before the second is asked.
  bool logic(const Node& node, Truth neutral, Truth deciding) {
    if (truth(0) == neutral) return become(node, operand(1));
    if (truth(1) == neutral) return become(node, operand(0));
    if (truth(0) == deciding && type(1).isScalar()) return become(node, operand(0));
    if (truth(1) == deciding && type(0).isScalar() && !type(0).fallible) return become(node, operand(1));
    return false;
  }

  Pipeline& pipeline_;
  std::vector<uint32_t> uses_;
  Rewriter* rewriter_ = nullptr;
  std::vector<ValueId> operands_;
  std::map<Elem, ValueId> ones_;   // constants that were added
};

}  // namespace

bool simplify(Pipeline& pipeline) { return Simplifier(pipeline).run(); }

}  // namespace kiln::passes
