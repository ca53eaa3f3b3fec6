// match_sequences: which sequence rules fit the transactions of a group.
#include "compiler/ir/nodes/match_sequences.h"

#include <set>

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/sequences.h"

namespace kiln::ir {

std::vector<Type> MatchSequences::infer(Inference& inference) const {
  Type type = scalarType(Elem::i32, true);
  type.shape = {k};
  inference.expect(k > 0, "k must not be 0");
  inference.table<Sequences>(table);
  if (!expectOperands(inference, 2, 2)) return {type};
  const std::vector<Type>& x = inference.operands;
  expectOperand(inference, 0, x[0].storage() == Storage::i32 && x[0].shape.size() == 1, "[n] i32 or cat");
  expectOperand(inference, 1, x[1].elem == Elem::f64 && x[1].shape == x[0].shape, "f64 of the items' length");
  type.fallible = anyFallible(x);
  return {type};
}

namespace {

struct Transaction {
  double time;
  std::set<uint32_t> items;
};

std::vector<Transaction> transactionsOf(const RowValue& items, const RowValue& times, uint32_t most) {
  std::vector<size_t> order;
  for (size_t i = 0; i < times.elements.size(); i++)
    if (!times.elements[i].missing && !std::isnan(times.elements[i].f64)) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return times.elements[a].f64 < times.elements[b].f64; });
  std::vector<Transaction> all;
  for (size_t i : order) {
    if (all.empty() || all.back().time != times.elements[i].f64) all.push_back({times.elements[i].f64, {}});
    const Datum& item = items.elements[i];
    if (!item.missing && item.i32 >= 0 && static_cast<uint32_t>(item.i32) < most)
      all.back().items.insert(static_cast<uint32_t>(item.i32));
  }
  return all;
}

// Whether steps from..to are found, the first of them in some transaction.
bool found(const Sequences& t, const std::vector<Transaction>& all, uint32_t from, uint32_t to, uint32_t split) {
  const auto holds = [&](uint32_t step, size_t at) {
    const uint32_t set = t.step[step];
    for (uint32_t m = t.firstMember[set]; m < t.firstMember[set + 1]; m++)
      if (!all[at].items.count(t.member[m])) return false;
    return true;
  };
  const auto follows = [&](uint32_t step, size_t before, size_t at) {
    const uint8_t delimiter = t.delimiter[step];
    if (delimiter == 0 ? at != before : delimiter == 2 ? at != before + 1 : at <= before) return false;
    const double gap = all[at].time - all[before].time;
    if (at != before && (gap < t.separationLow || gap > t.separationHigh)) return false;
    return step != split || (gap >= t.turnLow && gap <= t.turnHigh);
  };
  for (size_t start = 0; start < all.size(); start++) {
    if (!holds(from, start)) continue;
    std::set<size_t> reached = {start};
    for (uint32_t step = from + 1; step < to; step++) {
      std::set<size_t> next;
      for (size_t before : reached)
        for (size_t at = before; at < all.size(); at++)
          if (follows(step, before, at) && holds(step, at)) next.insert(at);
      reached = next;
    }
    for (size_t end : reached) {
      const double total = all[end].time - all[start].time;
      if ((to == split || total >= t.totalLow) && total <= t.totalHigh) return true;
    }
  }
  return false;
}

}  // namespace

void MatchSequences::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Sequences& t = e.pipeline.table<Sequences>(table);
  const std::vector<Transaction> all = transactionsOf(e.operand(0), e.operand(1), t.items);
  setMissing(y);
  size_t count = 0;
  for (size_t r = 0; r < t.rule.size() && count < k; r++) {
    if (!found(t, all, t.firstStep[r], t.split[r], t.split[r])) continue;
    if (consequent != any && found(t, all, t.firstStep[r], t.firstStep[r + 1], t.split[r]) != (consequent == present))
      continue;
    y.elements[count] = Datum();
    y.elements[count++].i32 = static_cast<int32_t>(t.rule[r]);
  }
}

}  // namespace kiln::ir
