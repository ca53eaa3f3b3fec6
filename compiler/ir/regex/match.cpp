// The reference matcher: backtracking that tries nothing twice. It is what the automaton is tested against.
#include <algorithm>

#include "compiler/ir/regex/regex.h"
#include "runtime/kernels/unicode.h"

namespace kiln::regex {

bool isWordByte(uint8_t b) {
  return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '_';
}

Before before(std::string_view text, size_t at) {
  if (at == 0) return begin;
  const auto b = static_cast<uint8_t>(text[at - 1]);
  return b == '\n' ? afterNewline : isWordByte(b) ? afterWord : afterOther;
}
After after(std::string_view text, size_t at) {
  if (at == text.size()) return end;
  const auto b = static_cast<uint8_t>(text[at]);
  if (b == '\n') return at + 1 == text.size() ? lastNewline : newline;
  return isWordByte(b) ? word : other;
}
bool holds(uint8_t assertion, Before b, After a) {
  const bool edge = (b == afterWord) != (a == word);
  switch (assertion) {
    case Instruction::textStart:
      return b == begin;
    case Instruction::lineStart:
      return b == begin || (b == afterNewline && a != end);
    case Instruction::textEnd:
      return a == end;
    case Instruction::lastLineEnd:
      return a == end || a == lastNewline;
    case Instruction::lineEnd:
      return a == end || a == lastNewline || a == newline;
    case Instruction::wordEdge:
      return edge;
    default:
      return !edge;
  }
}

static bool continues(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80;
}

bool find(const Program& program, std::string_view text, size_t from, Groups& groups) {
  struct Step {
    uint32_t instruction;
    size_t at;
    bool restore;  // give slot `instruction` the value `at` back
  };
  std::vector<bool> tried(program.code.size() * (text.size() + 1));
  std::vector<Step> stack;
  for (size_t start = from; start <= text.size(); start++) {
    if (continues(text, start)) continue;
    groups.assign(2 * program.groups, kNowhere);
    groups[0] = start;
    stack.assign(1, {program.start, start, false});
    size_t best = kNowhere;   // the end of the longest
    while (!stack.empty()) {
      const Step step = stack.back();
      stack.pop_back();
      if (step.restore) {
        groups[step.instruction] = step.at;
        continue;
      }
      if (tried[step.instruction * (text.size() + 1) + step.at]) continue;
      tried[step.instruction * (text.size() + 1) + step.at] = true;
      const Instruction& i = program.code[step.instruction];
      switch (i.kind) {
        case Instruction::accept:
          if (!program.longest) return groups[1] = step.at, true;
          best = best == kNowhere ? step.at : std::max(best, step.at);
          break;
        case Instruction::byte:
          if (step.at < text.size() && static_cast<uint8_t>(text[step.at]) >= i.low &&
              static_cast<uint8_t>(text[step.at]) <= i.high)
            stack.push_back({i.next, step.at + 1, false});
          break;
        case Instruction::split:
          stack.push_back({i.other, step.at, false});
          stack.push_back({i.next, step.at, false});
          break;
        case Instruction::save:
          stack.push_back({i.slot, groups[i.slot], true});
          groups[i.slot] = step.at;
          stack.push_back({i.next, step.at, false});
          break;
        case Instruction::assertion:
          if (holds(i.low, before(text, step.at), after(text, step.at))) stack.push_back({i.next, step.at, false});
          break;
      }
    }
    if (best != kNowhere) return groups[1] = best, true;
  }
  return false;
}

// ---- replacements

Replacement parseReplacement(const std::string& text, const Program& program) {
  Replacement r;
  auto literal = [&](char c) {
    if (r.parts.empty() || r.parts.back().group >= 0) r.parts.push_back({});
    r.parts.back().text += c;
  };
  auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\\') {
      if (++i == text.size()) return r.error = "a \\ at the end of the replacement", r;
      if (digit(i))
        return r.error = "\\" + text.substr(i, 1) + " in the replacement (write $" + text.substr(i, 1) + ")", r;
      literal(text[i]);
    } else if (text[i] == '$') {
      Replacement::Part part;
      if (i + 1 < text.size() && text[i + 1] == '{') {
        const size_t close = text.find('}', i);
        if (close == std::string::npos) return r.error = "a ${ without } in the replacement", r;
        const std::string name = text.substr(i + 2, close - i - 2);
        for (size_t g = 1; g < program.names.size(); g++)
          if (!name.empty() && program.names[g] == name) part.group = static_cast<int>(g);
        if (part.group < 0) return r.error = "the replacement names a group '" + name + "' that the pattern has not", r;
        i = close;
      } else {
        if (!digit(i + 1)) return r.error = "a $ without number in the replacement (write \\$)", r;
        part.group = text[++i] - '0';
        if (part.group >= static_cast<int>(program.groups))
          return r.error = "the replacement names a group " + std::to_string(part.group) + " that the pattern has not",
                 r;
        // More digits belong to the number while such a group exists.
        while (digit(i + 1) && part.group * 10 + text[i + 1] - '0' < static_cast<int>(program.groups))
          part.group = part.group * 10 + text[++i] - '0';
      }
      r.parts.push_back(part);
    } else {
      literal(text[i]);
    }
  }
  return r;
}

std::string quotedReplacement(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\\' || c == '$') result += '\\';
    result += c;
  }
  return result;
}

std::string replaceAll(const Program& program, const Replacement& replacement, std::string_view text) {
  std::string result;
  Groups groups;
  size_t copied = 0, from = 0;
  while (from <= text.size() && find(program, text, from, groups)) {
    result += text.substr(copied, groups[0] - copied);
    for (auto& part : replacement.parts) {
      result += part.text;
      if (part.group < 0) continue;
      const size_t first = groups[2 * part.group], last = groups[2 * part.group + 1];
      if (first != kNowhere && last != kNowhere) result += text.substr(first, last - first);
    }
    copied = from = groups[1];
    if (groups[1] == groups[0]) from++;
  }
  return result += text.substr(copied);
}

}  // namespace kiln::regex
