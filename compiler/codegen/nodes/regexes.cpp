#include "compiler/codegen/nodes/regexes.h"

#include <unordered_map>

#include "compiler/ir/tables/tokenizer.h"
#include "runtime/kernels/regex.h"

namespace kiln::codegen {

namespace {

// Appends an array, 8-aligned; returns its offset.
template <class T>
uint32_t append(std::string& bytes, const T* values, size_t count) {
  bytes.resize((bytes.size() + 7) / 8 * 8);
  const auto at = static_cast<uint32_t>(bytes.size());
  bytes.append(reinterpret_cast<const char*>(values), count * sizeof(T));
  return at;
}

/// Entries as the kernel has them: the next state, the row of splits there, whether a match begins.
std::vector<uint32_t> packed(const regex::Automaton& a) {
  std::vector<uint32_t> next;
  for (size_t i = 0; i < a.next.size(); i++) {
    const size_t state = i / a.classes, kind = a.kindOf[i % a.classes];
    next.push_back((a.next[i] >> 1) << 16 | a.rowOf[state * regex::Automaton::kinds + kind] << 1 | (a.next[i] & 1));
  }
  return next;
}

/// Where a match ends is found byte by byte: the way from one byte of the program to the next depends on the position's row alone.
class Jumps {
 public:
  explicit Jumps(const regex::Regex& regex) : program_(regex.program), a_(regex.automaton) {
    entryOf(program_.start);
    for (const regex::Instruction& c : program_.code)
      if (c.kind == regex::Instruction::byte) entryOf(c.next);
    rows_ = a_.rowWords ? a_.rows.size() / a_.rowWords : 1;
  }
  uint32_t entries() const { return static_cast<uint32_t>(instructions_.size()); }
  bool areFew() const { return rows_ * instructions_.size() <= kMost; }
  std::vector<uint16_t> all() {
    std::vector<uint16_t> jumps;
    for (size_t row = 0; row < rows_; row++)
      for (uint32_t i : instructions_) jumps.push_back(jump(i, a_.rows.data() + row * a_.rowWords));
    return jumps;
  }

 private:
  static constexpr size_t kMost = 1 << 14;

  uint16_t entryOf(uint32_t instruction) {
    const auto [at, isNew] = entryOf_.emplace(instruction, static_cast<uint16_t>(instructions_.size()));
    if (isNew) instructions_.push_back(instruction);
    return at->second;
  }
  // A row that no text brings here may lead in a circle; it accepts.
  uint16_t jump(uint32_t i, const uint32_t* row) {
    for (size_t steps = 0; steps <= program_.code.size(); steps++) {
      const regex::Instruction& c = program_.code[i];
      if (c.kind == regex::Instruction::accept) break;
      if (c.kind == regex::Instruction::byte) return entryOf(c.next);
      const uint32_t bit = a_.splitBit[i];
      i = c.kind == regex::Instruction::split && !((row[bit / 32] >> bit % 32) & 1) ? c.other : c.next;
    }
    return kernel::kAccepts;
  }

  const regex::Program& program_;
  const regex::Automaton& a_;
  size_t rows_;
  std::vector<uint32_t> instructions_;   // of each entry
  std::unordered_map<uint32_t, uint16_t> entryOf_;
};

}  // namespace

std::string regexTable(const regex::Regex& regex, bool ends) {
  const regex::Automaton& a = regex.automaton;
  kernel::RegexTable t{};
  std::string bytes(sizeof t, '\0');
  t.classes = a.classes, t.first = a.first;
  t.class_of = append(bytes, a.classOf, 256);
  const std::vector<uint32_t> next = packed(a);
  t.next = append(bytes, next.data(), next.size());
  if (ends) {
    t.rows = append(bytes, a.rows.data(), a.rows.size());
    t.row_words = a.rowWords;
    t.start = regex.program.start, t.slots = 2 * regex.program.groups;
    std::vector<kernel::RegexStep> steps;
    for (size_t i = 0; i < regex.program.code.size(); i++) {
      const regex::Instruction& c = regex.program.code[i];
      const bool isSplit = c.kind == regex::Instruction::split;
      steps.push_back({c.kind, c.low, c.high, 0, c.next, c.other, isSplit ? a.splitBit[i] : c.slot});
    }
    t.steps = append(bytes, steps.data(), steps.size());
    Jumps jumps(regex);
    t.entries = jumps.entries(), t.jumps = kernel::kNone;
    if (jumps.areFew()) {
      const std::vector<uint16_t> all = jumps.all();
      t.jumps = append(bytes, all.data(), all.size());
    }
  }
  std::memcpy(bytes.data(), &t, sizeof t);
  return bytes;
}

uint32_t regexInBlob(NodeEmitter& emit, const std::string& pattern, bool ignoreCase, bool ends, bool longest) {
  const std::string key = std::string(ends ? "ends of " : "finds ") + (ignoreCase ? "i" : "c") + (longest ? "l" : "f") + pattern;
  return emit.blobOnce(key, [&] { return regexTable(*regex::compile(pattern, ignoreCase, longest), ends); });
}

kernel::TokenRule tokenRule(NodeEmitter& emit, ir::TableRef ref) {
  const auto& tokenizer = emit.pipeline().table<ir::Tokenizer>(ref);
  kernel::TokenRule rule{};
  rule.kind = tokenizer.isCharacters() ? kernel::kCharacters : tokenizer.words.empty() ? kernel::kBetween : kernel::kMatches;
  if (!tokenizer.isCharacters()) rule.regex = regexInBlob(emit, tokenizer.pattern(), false, true, tokenizer.longest);
  rule.min_characters = tokenizer.minCharacters, rule.most_splits = tokenizer.mostSplits, rule.mark = tokenizer.mark;
  return rule;
}

}  // namespace kiln::codegen
