// combine: the results of several models to one.
#include "compiler/ir/nodes/combine.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Combine::infer(Inference& inference) const {
  const bool isVote = method == vote;
  const size_t wanted = weighted ? 3 : 2;
  Type shares = scalarType(Elem::f64), winner = scalarType(Elem::i32, true);
  shares.shape = {size};
  if (!expectOperands(inference, wanted, wanted))
    return isVote ? std::vector<Type>{shares, winner} : std::vector<Type>{Type()};
  const std::vector<Type>& x = inference.operands;
  const size_t rank = x[0].shape.size();
  const bool code = x[0].elem == Elem::i32 || x[0].elem == Elem::cat;
  if (isVote)
    expectOperand(inference, 0, code && rank == 1, "[n] i32 or cat");
  else
    expectOperand(inference, 0, isFloat(x[0].elem) && (rank == 1 || rank == 2), "[n] or [n,K] f64 or f32");
  const uint32_t n = rank ? x[0].shape[0] : 0;
  inference.expect(n > 0, "needs a member");
  inference.expect(!isVote || size > 0, "a vote needs its number of codes");
  expectOperand(inference, 1, x[1].elem == Elem::boolean && !x[1].nullable && x[1].shape == std::vector<uint32_t>{n},
                "bool [n], never missing");
  if (weighted) {
    const bool type = isVote ? x[2].elem == Elem::f64 : x[2].elem == x[0].elem;
    expectOperand(inference, 2, type && !x[2].nullable && x[2].shape == std::vector<uint32_t>{n},
                  "[n] of the members' float type, never missing");
  }
  shares.fallible = winner.fallible = anyFallible(x);
  shares.nullable = true;  // no member may have run
  if (isVote) {
    winner.elem = x[0].elem, winner.dict = x[0].dict;
    return {shares, winner};
  }
  Type result = scalarType(x[0].elem, true, anyFallible(x));
  if (rank == 2) result.shape = {x[0].shape[1]};
  return {result};
}

namespace {

// The members that count, by index, and what the missing ones among those that ran come to.
struct Members {
  std::vector<size_t> present;
  bool none = true;  // no member ran
  bool anyMissing = false;
  double missingWeight = 0, totalWeight = 0;
};

}  // namespace

static double weightOf(const Combine& op, const Evaluation& e, size_t i) {
  return op.weighted ? toDouble(e.operand(2).elements[i], e.operandType(2).storage()) : 1;
}

static Members membersOf(const Combine& op, const Evaluation& e) {
  Members m;
  const RowValue &x = e.operand(0), &ran = e.operand(1);
  const size_t n = ran.elements.size(), width = x.elements.size() / n;
  for (size_t i = 0; i < n; i++) {
    if (!ran.elements[i].boolean) continue;
    m.none = false;
    bool missing = false;
    for (size_t c = 0; c < width; c++) missing |= x.elements[i * width + c].missing;
    const double weight = weightOf(op, e, i);
    m.totalWeight = m.totalWeight + weight;
    if (!missing)
      m.present.push_back(i);
    else
      m.anyMissing = true, m.missingWeight = m.missingWeight + weight;
  }
  return m;
}

// Whether missing members decide the result: it is missing then.
static bool isMissing(const Combine& op, const Members& m) {
  if (m.none) return true;
  const bool tooMany = m.anyMissing && m.missingWeight / m.totalWeight > op.threshold;
  switch (op.missing) {
    case Combine::continueMissing: return op.method == Combine::vote ? tooMany : m.anyMissing;
    case Combine::returnMissing: return m.anyMissing;
    case Combine::skip: return m.present.empty() || tooMany;
  }
  return false;
}

// The median of one column: unweighted as `reduce`, weighted the first value whose cumulative weight reaches half.
template <class T>
static T medianOf(std::vector<std::pair<T, T>> x, bool weighted) {
  for (const auto& [v, w] : x)
    if (v != v) return v;
  for (size_t i = 1; i < x.size(); i++)  // stable: ties by index
    for (size_t j = i; j > 0 && x[j].first < x[j - 1].first; j--) std::swap(x[j], x[j - 1]);
  const size_t half = x.size() / 2;
  if (!weighted) return x.size() % 2 ? x[half].first : (x[half - 1].first + x[half].first) / 2;
  T total = 0, sum = 0;
  for (const auto& [v, w] : x) total = total + w;
  for (const auto& [v, w] : x) {
    sum = sum + w;
    if (sum >= total / 2) return v;
  }
  return x.back().first;
}

// One column over the members that count, in their order, with their weights.
template <class T>
static T combine(const Combine& op, const std::vector<std::pair<T, T>>& x) {
  T sum = 0, weights = 0;
  switch (op.method) {
    case Combine::sum:
    case Combine::average:
      for (const auto& [v, w] : x) {
        sum = sum + (op.weighted ? w * v : v);
        weights = weights + w;
      }
      return op.method == Combine::sum ? sum : sum / weights;
    case Combine::median: return medianOf(x, op.weighted);
    default:
      sum = x[0].first;
      for (const auto& [v, w] : x) {
        if (sum != sum) break;
        if (v != v || (op.method == Combine::min ? v < sum : v > sum)) sum = v;
      }
      return sum;
  }
}

static void combineVotes(const Combine& op, Evaluation& e) {
  RowValue &shares = fresh(e, 0), &winner = fresh(e, 1);
  if ((shares.failure = winner.failure = e.firstFailure())) return;
  const Members m = membersOf(op, e);
  std::vector<size_t> met;  // codes in the order in which they were met
  for (size_t i : m.present) {
    const int32_t code = e.operand(0).elements[i].i32;
    if (code < 0 || static_cast<uint32_t>(code) >= op.size) continue;
    const auto c = static_cast<size_t>(code);
    if (std::find(met.begin(), met.end(), c) == met.end()) met.push_back(c);
    shares.elements[c].f64 = shares.elements[c].f64 + weightOf(op, e, i);
  }
  double most = 0;
  Datum& best = winner.elements[0];
  best.missing = true;
  for (size_t c : met)
    if (best.missing || shares.elements[c].f64 > most)
      best.missing = false, best.i32 = static_cast<int32_t>(c), most = shares.elements[c].f64;
  const bool missingWins =
      op.missing == Combine::continueMissing && m.anyMissing && (best.missing || m.missingWeight > most);
  if (isMissing(op, m) || missingWins) setMissing(shares), setMissing(winner);
}

void Combine::evaluate(Evaluation& e) const {
  if (method == vote) return combineVotes(*this, e);
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Members m = membersOf(*this, e);
  if (isMissing(*this, m)) return setMissing(y);
  const size_t width = y.elements.size();
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    for (size_t c = 0; c < width; c++) {
      std::vector<std::pair<T, T>> column;
      for (size_t i : m.present)
        column.emplace_back(get<T>(e.operand(0).elements[i * width + c]), static_cast<T>(weightOf(*this, e, i)));
      set(y.elements[c], combine<T>(*this, column));
    }
  });
}

}  // namespace kiln::ir
