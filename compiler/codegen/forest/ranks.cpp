// Rewrites the tests of a forest to "virtual column > rank".
#include "compiler/codegen/forest/ranks.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>

#include "compiler/codegen/forest/study.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using ir::Test;
using kernel::kNone;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kExact = 9007199254740992.0;   // 2^53: integers up to here are exact in f64
constexpr uint32_t kMostIndices = 65533;        // of a set's source, in u16 with two values to spare

double downToFloat(double x) {
  const float f = static_cast<float>(x);
  return f > x ? std::nextafterf(f, -std::numeric_limits<float>::infinity()) : f;
}
bool isWhole(uint32_t storage) { return storage != kernel::kColumnF64 && storage != kernel::kColumnF32; }

/// Largest value of the column's type that is <= c; and < c. Zeros are positive.
double atOrBelow(uint32_t storage, double c) {
  if (storage == kernel::kColumnF32) return downToFloat(c) + 0.0;
  return (isWhole(storage) ? std::floor(c) : c) + 0.0;
}
double below(uint32_t storage, double c) {
  if (isWhole(storage)) return std::ceil(c) - 1 + 0.0;
  if (storage == kernel::kColumnF64) return std::nextafter(c, -kInfinity) + 0.0;
  const double down = downToFloat(c);
  return (down < c ? down : std::nextafterf(static_cast<float>(down), -std::numeric_limits<float>::infinity())) + 0.0;
}
bool isOfType(uint32_t storage, double c) {
  if (isWhole(storage)) return std::isfinite(c) && std::floor(c) == c;
  return !std::isnan(c) && (storage == kernel::kColumnF64 || downToFloat(c) == c);
}

/// An order test of a present value: x > cut (above) or not; or the same for all values.
struct OrderTest {
  enum Kind { cut, always, never } kind = cut;
  double value = 0;
  bool above = true;
};
OrderTest orderTest(Test test, uint32_t storage, double c) {
  if (std::isnan(c)) return {OrderTest::never};
  const bool above = test == Test::greater || test == Test::greaterOrEqual;
  const bool strict = test == Test::greater || test == Test::lessOrEqual;   // the cut is at c, not just below
  if (!strict && c == -kInfinity) return {above ? OrderTest::always : OrderTest::never};
  if (strict && c == kInfinity) return {above ? OrderTest::never : OrderTest::always};
  if (isWhole(storage) && std::isinf(c)) return {(c < 0) == above ? OrderTest::always : OrderTest::never};
  return {OrderTest::cut, strict ? atOrBelow(storage, c) : below(storage, c), above};
}

bool isOrder(Test t) { return t <= Test::greaterOrEqual; }
bool isMembership(Test t) { return t == Test::equal || t == Test::notEqual || t == Test::inSet; }

std::vector<double> members(const Forest& f, uint32_t n, uint32_t storage) {
  std::vector<double> m;
  if (f.test[n] == static_cast<uint8_t>(Test::inSet))
    m.assign(f.setMember.begin() + f.setFirst[f.set[n]], f.setMember.begin() + f.setFirst[f.set[n] + 1]);
  else m = {f.constant[n]};
  std::erase_if(m, [&](double c) { return !isOfType(storage, c); });
  for (double& c : m) c += 0.0;
  return m;
}

void sortUnique(std::vector<double>& v) {
  std::sort(v.begin(), v.end());
  v.erase(std::unique(v.begin(), v.end()), v.end());
}

/// An operand and what the ranked forest has of it.
struct Source : RankSource {
  uint32_t firstWindow = kNone, windows = 0, sets = kNone;
};

std::vector<RankSource> findSources(const ForestTask& task) {
  const Forest& f = task.forest;
  std::vector<RankSource> sources(task.columns.size());
  for (size_t c = 0; c < sources.size(); c++) {
    sources[c].storage = columnStorage(task.columns[c]);
    sources[c].canMiss = task.columns[c].nullable || !isWhole(sources[c].storage);
  }
  for (uint32_t n = 0; n < f.nodes(); n++) {
    const Test test = static_cast<Test>(f.test[n]);
    if (test == Test::leaf) continue;
    RankSource& s = sources[f.column[n]];
    if (isOrder(test)) {
      const OrderTest order = orderTest(test, s.storage, f.constant[n]);
      if (order.kind == OrderTest::cut) s.cuts.push_back(order.value);
    } else if (isMembership(test)) {
      for (const double m : members(f, n, s.storage)) s.members.push_back(m);
    }
    if (s.cuts.size() > 1u << 20 && s.cuts.size() == s.cuts.capacity()) sortUnique(s.cuts);
  }
  for (RankSource& s : sources) sortUnique(s.cuts), sortUnique(s.members);
  return sources;
}

const std::vector<RankSource>& rankSources(const ForestTask& task) {
  return known(task.study->sources, [&] { return findSources(task); });
}

/// Indices that the set tables of a source need; 0 if they do not fit.
bool directSets(const RankSource& s) { return isWhole(s.storage) && s.members.back() - s.members.front() < kMostIndices; }

class Ranker {
 public:
  Ranker(const ForestTask& task, uint32_t largest) : task_(task), forest_(task.forest), perWindow_(largest - 1) {}

  RankedForest run() {
    for (const RankSource& source : rankSources(task_)) sources_.push_back({source});
    for (uint32_t c = 0; c < sources_.size(); c++) addWindows(c);
    const uint32_t count = forest_.nodes();
    at_.assign(count, kNone);
    leafAt_.assign(forest_.leaves(), kNone);
    out_.nodes.reserve(count);
    for (uint32_t n = count; n-- > 0;) at_[n] = rank(n);
    for (const uint32_t root : forest_.roots) out_.roots.push_back(at_[root]);
    return std::move(out_);
  }

 private:
  void addWindows(uint32_t c) {
    Source& s = sources_[c];
    s.firstWindow = static_cast<uint32_t>(out_.windows.size());
    s.windows = std::max<uint32_t>(1, static_cast<uint32_t>((s.cuts.size() + perWindow_ - 1) / perWindow_));
    for (uint32_t w = 0; w < s.windows; w++) {
      RankedWindow window;
      window.operand = c;
      const size_t from = static_cast<size_t>(w) * perWindow_, to = std::min<size_t>(s.cuts.size(), from + perWindow_);
      window.cuts.assign(s.cuts.begin() + from, s.cuts.begin() + to);
      out_.windows.push_back(std::move(window));
    }
  }
  uint32_t add(RankedNode node) {
    if (!node.isLeaf() && node.left == node.right) return node.left;
    out_.nodes.push_back(node);
    return static_cast<uint32_t>(out_.nodes.size() - 1);
  }
  uint32_t leaf(uint32_t index) {
    if (leafAt_[index] == kNone) leafAt_[index] = add({RankedNode::kLeaf, 0, index, 0});
    return leafAt_[index];
  }
  uint32_t column(uint32_t& slot) {
    if (slot == kNone) slot = out_.columns++;
    return slot;
  }
  /// Missing elements to the right, all others to the left.
  uint32_t missingTest(uint32_t c, uint32_t left, uint32_t right) {
    if (left == right) return left;
    return add({column(out_.windows[sources_[c].firstWindow].high), perWindow_, left, right});
  }
  uint32_t rank(uint32_t n) {
    const Test test = static_cast<Test>(forest_.test[n]);
    if (test == Test::leaf) return leaf(forest_.yes[n]);
    const uint32_t c = forest_.column[n];
    const Source& s = sources_[c];
    const uint32_t yes = at_[Forest::target(forest_.yes[n])], no = at_[Forest::target(forest_.no[n])];
    if (test == Test::isMissing) return s.canMiss ? missingTest(c, no, yes) : no;
    const uint32_t missing = at_[missingExit(forest_, n)];
    if (isOrder(test)) {
      const OrderTest order = orderTest(test, s.storage, forest_.constant[n]);
      if (order.kind == OrderTest::cut)
        return present(c, missing, order.above ? no : yes, order.above ? yes : no,
                       [&](bool high) { return orderColumn(s, order.value, high); });
      return constant(c, missing, order.kind == OrderTest::always ? yes : no);
    }
    std::vector<double> set = members(forest_, n, s.storage);
    const bool negated = test == Test::notEqual;
    if (set.empty()) return constant(c, missing, negated ? yes : no);
    return present(c, missing, negated ? yes : no, negated ? no : yes, [&](bool high) { return setColumn(c, set, high); });
  }
  uint32_t constant(uint32_t c, uint32_t missing, uint32_t exit) {
    return sources_[c].canMiss ? missingTest(c, exit, missing) : exit;
  }
  /// A test of present values, with its exit for missing ones. `where(high)` gives virtual column and rank.
  template <class Where> uint32_t present(uint32_t c, uint32_t missing, uint32_t left, uint32_t right, Where where) {
    const bool canMiss = sources_[c].canMiss;
    if (left == right) return canMiss ? missingTest(c, left, missing) : left;
    const bool high = canMiss && missing != left;
    const auto [virtualColumn, rank] = where(high);
    const uint32_t test = add({virtualColumn, rank, left, right});
    return canMiss && missing != left && missing != right ? missingTest(c, test, missing) : test;
  }
  std::pair<uint32_t, uint32_t> orderColumn(const Source& s, double cut, bool high) {
    const size_t i = static_cast<size_t>(std::lower_bound(s.cuts.begin(), s.cuts.end(), cut) - s.cuts.begin());
    RankedWindow& window = out_.windows[s.firstWindow + i / perWindow_];
    return {column(high ? window.high : window.low), static_cast<uint32_t>(i % perWindow_)};
  }
  std::pair<uint32_t, uint32_t> setColumn(uint32_t c, const std::vector<double>& set, bool high) {
    const auto [it, fresh] = setColumns_.try_emplace({c, high, set}, out_.columns);
    if (!fresh) return {it->second, 0};
    out_.columns++;
    Source& s = sources_[c];
    if (s.sets == kNone) s.sets = addSets(c);
    out_.sets[s.sets].sets.push_back({set, high, it->second});
    return {it->second, 0};
  }
  uint32_t addSets(uint32_t c) {
    const Source& s = sources_[c];
    RankedSets sets;
    sets.operand = c;
    sets.direct = directSets(s);
    if (sets.direct) {
      sets.first = static_cast<int64_t>(s.members.front());
      sets.count = static_cast<uint32_t>(s.members.back() - s.members.front()) + 1;
    } else {
      for (const double m : s.members) sets.cuts.push_back(below(s.storage, m)), sets.cuts.push_back(m);
      sortUnique(sets.cuts);
      sets.count = static_cast<uint32_t>(sets.cuts.size());
    }
    out_.sets.push_back(std::move(sets));
    return static_cast<uint32_t>(out_.sets.size() - 1);
  }

  const ForestTask& task_;
  const Forest& forest_;
  const uint32_t perWindow_;
  std::vector<Source> sources_;
  std::vector<uint32_t> at_, leafAt_;
  std::map<std::tuple<uint32_t, bool, std::vector<double>>, uint32_t> setColumns_;
  RankedForest out_;
};

// ---- tables of the quantiser

template <class T> uint32_t bucketOf(const kernel::LevelColumn& l, T x) {
  T t = (x - static_cast<T>(l.low)) * static_cast<T>(l.scale);
  t = t > 0 ? t : 0;
  t = t < static_cast<T>(l.top) ? t : static_cast<T>(l.top);
  return static_cast<uint32_t>(t);
}

/// Chooses the buckets: linear between two inner quantiles; what lies outside falls into the end buckets.
template <class T> std::vector<uint16_t> chooseBuckets(kernel::LevelColumn& l, const std::vector<double>& cuts) {
  std::vector<uint16_t> best = {0, static_cast<uint16_t>(cuts.size())};
  l.window = static_cast<uint32_t>((cuts.size() + 7) / 8 * 8);
  l.low = l.scale = l.top = 0;
  if (cuts.size() <= 8) {
    l.window = 8;
    return best;
  }
  const uint32_t most = static_cast<uint32_t>(std::min<size_t>(65536, std::max<size_t>(4096, cuts.size() * 2)));
  for (uint32_t buckets = 256; buckets <= most && l.window > 8; buckets *= 2)
    for (const double trim : {0.0, 0.01, 0.02, 0.04, 0.08}) {
      const size_t cut = static_cast<size_t>(static_cast<double>(cuts.size()) * trim);
      kernel::LevelColumn trial = l;
      const T low = static_cast<T>(cuts[cut]), high = static_cast<T>(cuts[cuts.size() - 1 - cut]);
      const T scale = high > low ? static_cast<T>(buckets - 1) / (high - low) : 0;
      if (!std::isfinite(scale) || !std::isfinite(low)) continue;
      trial.low = low, trial.scale = scale, trial.top = buckets - 1;
      std::vector<uint16_t> starts(buckets + 1);
      uint32_t fullest = 0, run = 0, last = kNone;
      for (const double c : cuts) {
        const uint32_t bucket = bucketOf<T>(trial, static_cast<T>(c));
        starts[bucket + 1]++;
        run = bucket == last ? run + 1 : 1, last = bucket;
        fullest = std::max(fullest, run);
      }
      for (uint32_t b = 0; b < buckets; b++) starts[b + 1] = static_cast<uint16_t>(starts[b + 1] + starts[b]);
      trial.window = (fullest + 7) / 8 * 8;
      if (trial.window < l.window) l = trial, best = std::move(starts);
    }
  return best;
}

kernel::LevelColumn levelColumn(uint32_t operand, uint32_t storage, const std::vector<double>& cuts, NodeEmitter& emit) {
  kernel::LevelColumn l{};
  l.operand = operand, l.storage = storage, l.cuts = static_cast<uint32_t>(cuts.size());
  l.low_column = l.high_column = kNone;
  const size_t room = std::max<size_t>(cuts.size() + 16, cuts.size() < 128 ? 128 : 0);   // a search may read that far
  if (storage == kernel::kColumnF32) {
    l.starts = emit.blob("forest.starts", chooseBuckets<float>(l, cuts));
    std::vector<float> thresholds(cuts.begin(), cuts.end());
    thresholds.resize(room, std::numeric_limits<float>::infinity());
    l.thresholds = emit.blob("forest.thresholds", thresholds);
  } else {
    l.starts = emit.blob("forest.starts", chooseBuckets<double>(l, cuts));
    std::vector<double> thresholds = cuts;
    thresholds.resize(room, kInfinity);
    l.thresholds = emit.blob("forest.thresholds", thresholds);
  }
  return l;
}

/// The windows that have a virtual column: those of few thresholds first, of f64 and then of f32, for one row (quantise_few_cuts).
std::vector<const RankedWindow*> usedWindows(const RankedForest& ranked, const ForestTask& task, kernel::Quantiser& q, NodeEmitter& emit) {
  std::vector<const RankedWindow*> used;
  for (const RankedWindow& w : ranked.windows)
    if (w.low != kNone || w.high != kNone) used.push_back(&w);
  const auto fewCutsFirst = [&](auto from, uint32_t storage) {
    return std::stable_partition(from, used.end(), [&](const RankedWindow* w) {
      return w->cuts.size() <= kernel::kFewCuts && columnStorage(task.columns[w->operand]) == storage;
    });
  };
  const auto f32 = fewCutsFirst(used.begin(), kernel::kColumnF64), rest = fewCutsFirst(f32, kernel::kColumnF32);
  q.few_cuts_f64 = static_cast<uint32_t>(f32 - used.begin()), q.few_cuts_f32 = static_cast<uint32_t>(rest - f32);
  std::vector<kernel::FewCuts> columns;
  const auto orNone = [&](uint32_t column) { return column == kNone ? ranked.columns : column; };
  for (auto at = used.begin(); at != rest; ++at) {
    const RankedWindow* w = *at;
    kernel::FewCuts few{};
    std::fill(std::copy(w->cuts.begin(), w->cuts.end(), few.thresholds), std::end(few.thresholds), kInfinity);
    few.operand = w->operand, few.low_column = orNone(w->low), few.high_column = orNone(w->high);
    columns.push_back(few);
  }
  q.few_cuts = emit.blob("forest.few_cuts", columns);
  return used;
}

/// The indices of a source that are in a set.
std::vector<uint32_t> indicesIn(const RankedSets& sets, const RankedSet& set) {
  std::vector<uint32_t> indices;
  for (const double m : set.members)
    indices.push_back(sets.direct ? static_cast<uint32_t>(static_cast<int64_t>(m) - sets.first)
                                  : static_cast<uint32_t>(std::lower_bound(sets.cuts.begin(), sets.cuts.end(), m) - sets.cuts.begin()));
  if (set.missing) indices.push_back(sets.count + 1);
  return indices;
}
/// The column of the only set that an index is in; nothing where sets overlap.
std::vector<uint32_t> columnOfIndex(const RankedSets& sets, uint32_t columns) {
  std::vector<uint32_t> column(sets.count + 2, columns);
  for (const RankedSet& set : sets.sets)
    for (const uint32_t i : indicesIn(sets, set)) {
      if (column[i] != columns) return {};
      column[i] = set.column;
    }
  return column;
}
std::vector<kernel::SetTest> setTests(const RankedSets& sets, NodeEmitter& emit) {
  const uint32_t bytes = (sets.count + 2 + 7) / 8;
  std::vector<uint8_t> bits(sets.sets.size() * bytes);
  std::vector<kernel::SetTest> tests;
  for (size_t i = 0; i < sets.sets.size(); i++) {
    const std::vector<uint32_t> indices = indicesIn(sets, sets.sets[i]);
    for (const uint32_t at : indices) bits[i * bytes + at / 8] |= static_cast<uint8_t>(1u << (at & 7));
    tests.push_back({static_cast<uint32_t>(i * bytes), sets.sets[i].column, indices.size() == 1 ? indices[0] : kNone});
  }
  const uint32_t base = emit.blob("forest.bits", bits);
  for (kernel::SetTest& test : tests) test.bits += base;
  return tests;
}

}  // namespace

static std::string whyNotRanked(const ForestTask& task) {
  const Forest& f = task.forest;
  std::string why;
  if (task.columns.size() > 65535) why = "more than 65535 columns";
  const auto big = [](double c) { return std::isfinite(c) && std::fabs(c) >= kExact; };
  std::vector<bool> bigSet(f.setFirst.empty() ? 0 : f.setFirst.size() - 1);
  for (size_t s = 0; s < bigSet.size(); s++)
    bigSet[s] = std::any_of(f.setMember.begin() + f.setFirst[s], f.setMember.begin() + f.setFirst[s + 1], big);
  for (uint32_t n = 0; n < f.nodes() && why.empty(); n++)
    if (!f.isLeaf(n) && columnStorage(task.columns[f.column[n]]) == kernel::kColumnI64 &&
        (f.test[n] == static_cast<uint8_t>(Test::inSet) ? bigSet[f.set[n]] : big(f.constant[n])))
      why = "an integer constant beyond 2^53";
  if (!why.empty()) return why;
  std::vector<size_t> entries(task.columns.size());   // of sets: an upper bound of their distinct members
  for (uint32_t n = 0; n < f.nodes(); n++) {
    const Test test = static_cast<Test>(f.test[n]);
    if (isMembership(test)) entries[f.column[n]] += test == Test::inSet ? f.setFirst[f.set[n] + 1] - f.setFirst[f.set[n]] : 1;
  }
  const bool mayOverflow = std::any_of(entries.begin(), entries.end(), [](size_t n) { return 2 * n > kMostIndices; });
  if (mayOverflow)
    for (const RankSource& s : rankSources(task))
      if (!s.members.empty() && !directSets(s) && 2 * s.members.size() > kMostIndices) why = "too many values in sets of one column";
  return why;
}
bool canRank(const ForestTask& task, std::string& why) {
  why = known(task.study->whyNotRanked, [&] { return whyNotRanked(task); });
  return why.empty();
}

static uint64_t countVirtualColumns(const ForestTask& task) {
  const Forest& f = task.forest;
  uint64_t sets = 0;
  std::map<std::pair<uint32_t, double>, bool> equals;
  std::map<std::pair<uint32_t, uint32_t>, bool> inSets;
  for (uint32_t n = 0; n < f.nodes(); n++) {
    const Test test = static_cast<Test>(f.test[n]);
    if (test == Test::inSet) sets += inSets.try_emplace({f.column[n], f.set[n]}, true).second;
    else if (isMembership(test) && !std::isnan(f.constant[n])) sets += equals.try_emplace({f.column[n], f.constant[n]}, true).second;
  }
  uint64_t columns = 2 * sets;
  const std::vector<RankSource>& sources = rankSources(task);
  for (const RankSource& s : sources) columns += 2 * (1 + s.cuts.size() / 254);
  return columns;
}
uint64_t mostVirtualColumns(const ForestTask& task) {
  return known(task.study->virtualColumns, [&] { return countVirtualColumns(task); });
}

uint64_t mostDistinctTests(const ForestTask& task) {
  uint64_t tests = mostVirtualColumns(task);   // a set or the test for missing is one of its column
  for (const RankSource& s : rankSources(task)) tests += (s.canMiss ? 2 : 1) * s.cuts.size();
  return tests;
}

const RankedForest& rankForest(const ForestTask& task, uint32_t largest) {
  return known(largest == 255 ? task.study->bytes : task.study->words, [&] { return Ranker(task, largest).run(); });
}

kernel::Quantiser putQuantiser(const RankedForest& ranked, const ForestTask& task, NodeEmitter& emit) {
  std::vector<kernel::LevelColumn> levels;
  std::vector<kernel::SetSource> sources;
  const auto storage = [&](uint32_t operand) { return columnStorage(task.columns[operand]); };
  kernel::Quantiser q{};
  for (const RankedWindow* w : usedWindows(ranked, task, q, emit)) {
    levels.push_back(levelColumn(w->operand, storage(w->operand), w->cuts, emit));
    levels.back().low_column = w->low, levels.back().high_column = w->high;
  }
  q.columns = ranked.columns;
  q.level_count = static_cast<uint32_t>(levels.size());
  for (const RankedSets& s : ranked.sets) {
    kernel::SetSource source{};
    source.first = s.first, source.operand = s.operand, source.storage = storage(s.operand), source.count = s.count;
    source.level = s.direct ? kNone : static_cast<uint32_t>(levels.size());
    if (!s.direct) levels.push_back(levelColumn(s.operand, source.storage, s.cuts, emit));
    const std::vector<kernel::SetTest> tests = setTests(s, emit);
    source.tests = emit.blob("forest.set_tests", tests), source.test_count = static_cast<uint32_t>(tests.size());
    const std::vector<uint32_t> ofIndex = columnOfIndex(s, ranked.columns);
    source.of_index = ofIndex.empty() ? kNone : emit.blob("forest.set_columns", ofIndex);
    sources.push_back(source);
  }
  q.levels = emit.blob("forest.levels", levels);
  q.sets = emit.blob("forest.sets", sources), q.set_count = static_cast<uint32_t>(sources.size());
  return q;
}

}  // namespace kiln::codegen
