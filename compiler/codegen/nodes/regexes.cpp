#include "compiler/codegen/nodes/regexes.h"

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

}  // namespace

std::string regexTable(const regex::Regex& regex, bool ends) {
  const regex::Automaton& a = regex.automaton;
  kernel::RegexTable t{};
  std::string bytes(sizeof t, '\0');
  t.classes = a.classes, t.first = a.first;
  t.class_of = append(bytes, a.classOf, 256);
  t.next = append(bytes, a.next.data(), a.next.size());
  if (ends) {
    t.kind_of = append(bytes, a.kindOf.data(), a.kindOf.size());
    t.row_of = append(bytes, a.rowOf.data(), a.rowOf.size());
    t.rows = append(bytes, a.rows.data(), a.rows.size());
    t.row_words = a.rowWords;
    t.start = regex.program.start;
    std::vector<kernel::RegexStep> steps;
    for (size_t i = 0; i < regex.program.code.size(); i++) {
      const regex::Instruction& c = regex.program.code[i];
      const bool isSplit = c.kind == regex::Instruction::split;
      steps.push_back({c.kind, c.low, c.high, 0, c.next, c.other, isSplit ? a.splitBit[i] : c.slot});
    }
    t.steps = append(bytes, steps.data(), steps.size());
  }
  std::memcpy(bytes.data(), &t, sizeof t);
  return bytes;
}

uint32_t regexInBlob(NodeEmitter& emit, const std::string& pattern, bool ignoreCase, bool ends) {
  const std::string key = std::string(ends ? "ends of " : "finds ") + (ignoreCase ? "i" : "c") + pattern;
  return emit.blobOnce(key, [&] { return regexTable(*regex::compile(pattern, ignoreCase), ends); });
}

kernel::TokenRule tokenRule(NodeEmitter& emit, ir::TableRef ref) {
  const auto& tokenizer = emit.pipeline().table<ir::Tokenizer>(ref);
  kernel::TokenRule rule{};
  rule.kind = tokenizer.isCharacters() ? kernel::kCharacters : tokenizer.words.empty() ? kernel::kBetween : kernel::kMatches;
  if (!tokenizer.isCharacters()) rule.regex = regexInBlob(emit, tokenizer.pattern(), false, true);
  rule.min_characters = tokenizer.minCharacters, rule.most_splits = tokenizer.mostSplits, rule.mark = tokenizer.mark;
  return rule;
}

}  // namespace kiln::codegen
