// Programs to automata. The text is read from its end, so that each state knows which ways still lead to a match: the
// leftmost match begins where the program's start is among them, and from there the first way that is leads to its end. Where the longest
// match is wanted, each state also knows the order of these ways by the length of what they match at most.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "compiler/ir/regex/regex.h"

namespace kiln::regex {

namespace {

class Builder {
 public:
  Builder(const Program& program, Automaton& automaton) : p_(program), a_(automaton) {}

  std::string run() {
    look();
    classify();
    a_.first = stateOf({}, usesEnd_ ? end : other);
    for (uint32_t s = 0; s < states_.size(); s++) {
      if (states_.size() > Automaton::kMostStates || work_ > (p_.longest ? kMostWork / 16 : kMostWork))
        return "needs an automaton of more than " + std::to_string(Automaton::kMostStates) + " states";
      if (rows_.size() > Automaton::kMostRows) return "needs more than " + std::to_string(Automaton::kMostRows) + " rows of choices";
      expand(s);
    }
    a_.states = static_cast<uint32_t>(states_.size());
    return "";
  }

 private:
  static constexpr uint64_t kMostWork = 1ull << 30;
  struct Way {
    uint32_t instruction;
    uint32_t rank;  // by the most that can be matched from there, from 2 on; 1 is nothing at all, 0 no match. All 1 where the length does not matter.
  };
  struct State {
    std::vector<Way> bytes;  // instructions whose byte may come next, going back
    After after;
  };

  void look() {
    for (const Instruction& i : p_.code) {
      if (i.kind == Instruction::split) {
        a_.splitBit.push_back(splits_++);
        continue;
      }
      a_.splitBit.push_back(0);
      if (i.kind != Instruction::assertion) continue;
      const auto which = static_cast<Instruction::Assertion>(i.low);
      usesWord_ |= which == Instruction::wordEdge || which == Instruction::noWordEdge;
      usesLine_ |= which == Instruction::lineStart || which == Instruction::lineEnd;
      usesLastLine_ |= which == Instruction::lastLineEnd || which == Instruction::lineEnd;
      usesEnd_ |= which == Instruction::textEnd || which == Instruction::lastLineEnd ||
                  which == Instruction::lineStart || which == Instruction::lineEnd;
    }
    a_.rowWords = (splits_ + 31) / 32;
    into_.resize(p_.code.size());
    for (uint32_t i = 0; i < p_.code.size(); i++) {
      const Instruction& c = p_.code[i];
      if (c.kind != Instruction::accept) into_[c.next].push_back(i);
      if (c.kind == Instruction::split && c.other != c.next) into_[c.other].push_back(i);
    }
  }

  Before kindBefore(uint8_t b) const {
    if (b == '\n' && usesLine_) return afterNewline;
    return usesWord_ && isWordByte(b) ? afterWord : afterOther;
  }
  After kindAfter(uint8_t b, After behind) const {
    if (b == '\n' && usesLastLine_ && behind == end) return lastNewline;
    if (b == '\n' && usesLine_) return newline;
    return usesWord_ && isWordByte(b) ? word : other;
  }

  // Bytes that no instruction and no assertion tells apart are one class.
  void classify() {
    bool cut[257] = {};
    for (const Instruction& i : p_.code)
      if (i.kind == Instruction::byte && i.low <= i.high) cut[i.low] = cut[i.high + 1] = true;
    for (int b = 1; b < 256; b++) {
      const auto x = static_cast<uint8_t>(b - 1), y = static_cast<uint8_t>(b);
      cut[b] |= kindBefore(x) != kindBefore(y) || kindAfter(x, end) != kindAfter(y, end) ||
                kindAfter(x, other) != kindAfter(y, other);
    }
    uint8_t c = 0;
    for (int b = 0; b < 256; b++) {
      if (b > 0 && cut[b]) c++;
      if (b == 0 || cut[b])
        sample_.push_back(static_cast<uint8_t>(b)), a_.kindOf.push_back(kindBefore(static_cast<uint8_t>(b)));
      a_.classOf[b] = c;
    }
    a_.kindOf.push_back(begin);
    a_.classes = static_cast<uint32_t>(sample_.size()) + 1;
  }

  // Ranks are numbered from 2 on without gaps, so that equal orders are equal states.
  void renumber(std::vector<Way>& bytes) const {
    std::map<uint32_t, uint32_t> ranks;
    for (const Way& way : bytes) ranks.emplace(way.rank, 0);
    uint32_t next = 2;
    for (auto& [rank, number] : ranks) number = next++;
    for (Way& way : bytes) way.rank = ranks[way.rank];
  }

  uint32_t stateOf(std::vector<Way> bytes, After after) {
    if (p_.longest) renumber(bytes);
    std::string key(reinterpret_cast<const char*>(bytes.data()), bytes.size() * sizeof(Way));
    key += static_cast<char>(after);
    auto [at, isNew] = known_.emplace(std::move(key), static_cast<uint32_t>(states_.size()));
    if (isNew) states_.push_back({bytes, after});
    return at->second;
  }

  // The rank of every instruction from which a match can be completed at this position. Ways that lead further come first, and an instruction
  // has the rank of the first that comes by.
  void close(const State& state, Before before, std::vector<uint32_t>& alive) {
    alive.assign(p_.code.size(), 0);
    work_ += p_.code.size();
    std::vector<Way> sources = state.bytes;
    std::stable_sort(sources.begin(), sources.end(), [](const Way& a, const Way& b) { return a.rank > b.rank; });
    for (uint32_t i = 0; i < p_.code.size(); i++)
      if (p_.code[i].kind == Instruction::accept) sources.push_back({i, 1});
    for (const Way& source : sources) alive[source.instruction] = source.rank;
    std::vector<uint32_t> work;
    for (const Way& source : sources) {
      work.assign(1, source.instruction);
      while (!work.empty()) {
        const uint32_t to = work.back();
        work.pop_back();
        for (uint32_t i : into_[to]) {
          work_++;
          const Instruction& c = p_.code[i];
          if (alive[i] || c.kind == Instruction::byte) continue;
          if (c.kind == Instruction::assertion && !holds(c.low, before, state.after)) continue;
          alive[i] = source.rank;
          work.push_back(i);
        }
      }
    }
  }

  bool takesFirst(const Instruction& split, const std::vector<uint32_t>& alive) const {
    return alive[split.next] && (!p_.longest || alive[split.next] >= alive[split.other]);
  }
  uint32_t rowFor(const std::vector<uint32_t>& alive) {
    std::vector<uint32_t> row(a_.rowWords);
    for (uint32_t i = 0; i < p_.code.size(); i++)
      if (p_.code[i].kind == Instruction::split && takesFirst(p_.code[i], alive))
        row[a_.splitBit[i] / 32] |= 1u << a_.splitBit[i] % 32;
    auto [at, isNew] = rows_.emplace(row, static_cast<uint32_t>(rows_.size()));
    if (isNew) a_.rows.insert(a_.rows.end(), row.begin(), row.end());
    return at->second;
  }

  void expand(uint32_t s) {
    const State state = states_[s];
    std::vector<uint32_t> entries(a_.classes), rows(Automaton::kinds);
    std::vector<uint32_t> alive;
    for (uint8_t kind = 0; kind < Automaton::kinds; kind++) {
      bool used = false;
      for (uint8_t k : a_.kindOf) used |= k == kind;
      if (!used) continue;
      close(state, static_cast<Before>(kind), alive);
      rows[kind] = rowFor(alive);
      const uint32_t found = alive[p_.start] ? 1 : 0;
      std::vector<std::vector<Way>> bytes(a_.classes - 1);
      for (uint32_t i = 0; i < p_.code.size(); i++) {
        const Instruction& c = p_.code[i];
        if (c.kind != Instruction::byte || c.low > c.high || !alive[c.next]) continue;
        for (uint32_t k = a_.classOf[c.low]; k <= a_.classOf[c.high]; k++)
          if (a_.kindOf[k] == kind) bytes[k].push_back({i, p_.longest ? alive[c.next] : 1}), work_++;
      }
      for (uint32_t k = 0; k + 1 < a_.classes; k++)
        if (a_.kindOf[k] == kind) entries[k] = stateOf(std::move(bytes[k]), kindAfter(sample_[k], state.after)) << 1 | found;
      if (kind == begin) entries[a_.classes - 1] = found;
    }
    a_.next.insert(a_.next.end(), entries.begin(), entries.end());
    a_.rowOf.insert(a_.rowOf.end(), rows.begin(), rows.end());
  }

  const Program& p_;
  Automaton& a_;
  bool usesWord_ = false, usesLine_ = false, usesLastLine_ = false, usesEnd_ = false;
  uint32_t splits_ = 0;
  uint64_t work_ = 0;
  std::vector<std::vector<uint32_t>> into_;
  std::vector<uint8_t> sample_;
  std::vector<State> states_;
  std::unordered_map<std::string, uint32_t> known_;
  std::map<std::vector<uint32_t>, uint32_t> rows_;
};

}  // namespace

std::string build(const Program& program, Automaton& automaton) { return Builder(program, automaton).run(); }

}  // namespace kiln::regex
