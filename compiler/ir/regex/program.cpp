// Trees to programs over bytes: a set of code points becomes alternatives of UTF-8 byte ranges.
#include <mutex>
#include <unordered_map>

#include "compiler/ir/regex/regex.h"

namespace kiln::regex {

namespace {

constexpr size_t kMostInstructions = 50000;

struct ByteRange {
  uint8_t low, high;
};

uint32_t encodedLength(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }
uint32_t encode(uint32_t c, uint8_t* out) {
  const uint32_t n = encodedLength(c);
  if (n == 1) return out[0] = static_cast<uint8_t>(c), 1;
  for (uint32_t i = n; i-- > 1; c >>= 6) out[i] = static_cast<uint8_t>(0x80 | (c & 63));
  out[0] = static_cast<uint8_t>((0xf00u >> n) | c);
  return n;
}

// Sequences of byte ranges that are the encodings of low .. high.
void sequences(uint32_t low, uint32_t high, std::vector<std::vector<ByteRange>>& out) {
  if (low > high) return;
  if (low < 0xe000 && high >= 0xd800) {  // surrogates have no encoding
    if (low < 0xd800) sequences(low, 0xd7ff, out);
    if (high > 0xdfff) sequences(0xe000, high, out);
    return;
  }
  for (uint32_t limit : {0x7fu, 0x7ffu, 0xffffu})
    if (low <= limit && high > limit) return sequences(low, limit, out), sequences(limit + 1, high, out);
  for (uint32_t bits = 6; bits < 6 * encodedLength(low); bits += 6) {
    // Split where the trailing bytes do not run through all values.
    const uint32_t mask = (1u << bits) - 1;
    if ((low & ~mask) == (high & ~mask)) continue;
    if (low & mask) return sequences(low, low | mask, out), sequences((low | mask) + 1, high, out);
    if ((high & mask) != mask) return sequences(low, (high & ~mask) - 1, out), sequences(high & ~mask, high, out);
  }
  uint8_t a[4], b[4];
  const uint32_t n = encode(low, a);
  encode(high, b);
  std::vector<ByteRange> one;
  for (uint32_t i = 0; i < n; i++) one.push_back({a[i], b[i]});
  out.push_back(std::move(one));
}

// Instructions are made from the end to the begin: each knows what follows it.
class Assembler {
 public:
  explicit Assembler(Program& program) : p_(program) {}

  std::string run(const Parsed& parsed) {
    p_.groups = parsed.groups, p_.names = parsed.names;
    const uint32_t done = add({});
    p_.start = tree(*parsed.tree, done);
    return tooLong_ ? "longer than " + std::to_string(kMostInstructions) + " instructions" : std::string();
  }

 private:
  uint32_t add(Instruction instruction) {
    if (p_.code.size() >= kMostInstructions) return tooLong_ = true, 0;
    p_.code.push_back(instruction);
    return static_cast<uint32_t>(p_.code.size() - 1);
  }
  uint32_t split(uint32_t first, uint32_t second) {
    Instruction i;
    i.kind = Instruction::split, i.next = first, i.other = second;
    return add(i);
  }
  uint32_t save(uint32_t slot, uint32_t next) {
    Instruction i;
    i.kind = Instruction::save, i.slot = slot, i.next = next;
    return add(i);
  }

  uint32_t tree(const Tree& t, uint32_t next) {
    if (tooLong_) return 0;
    switch (t.kind) {
      case Tree::empty:
        return next;
      case Tree::set:
        return set(t.ranges, next);
      case Tree::sequence:
        for (size_t i = t.parts.size(); i-- > 0;) next = tree(*t.parts[i], next);
        return next;
      case Tree::alternatives: {
        uint32_t all = tree(*t.parts.back(), next);
        for (size_t i = t.parts.size() - 1; i-- > 0;) {
          const uint32_t one = tree(*t.parts[i], next);
          all = split(one, all);
        }
        return all;
      }
      case Tree::repeat:
        return repeat(t, next);
      case Tree::group:
        return save(2 * t.index, tree(*t.parts[0], save(2 * t.index + 1, next)));
      case Tree::assertion: {
        Instruction i;
        i.kind = Instruction::assertion, i.low = static_cast<uint8_t>(t.index), i.next = next;
        return add(i);
      }
    }
    return next;
  }

  uint32_t set(const Ranges& ranges, uint32_t next) {
    std::vector<std::vector<ByteRange>> all;
    for (auto& [low, high] : ranges) sequences(low, high, all);
    uint32_t result = UINT32_MAX;
    for (size_t s = all.size(); s-- > 0;) {
      uint32_t one = next;
      for (size_t i = all[s].size(); i-- > 0;) {
        Instruction byte;
        byte.kind = Instruction::byte, byte.low = all[s][i].low, byte.high = all[s][i].high, byte.next = one;
        one = add(byte);
      }
      result = result == UINT32_MAX ? one : split(one, result);
    }
    if (result != UINT32_MAX) return result;
    Instruction never;  // the empty set: a range without bytes
    never.kind = Instruction::byte, never.low = 1, never.high = 0, never.next = next;
    return add(never);
  }

  uint32_t optional(const Tree& t, uint32_t body, uint32_t exit) {
    return t.lazy ? split(exit, body) : split(body, exit);
  }

  uint32_t repeat(const Tree& t, uint32_t next) {
    const Tree& part = *t.parts[0];
    uint32_t result = next;
    if (t.most == UINT32_MAX) {
      p_.emptyLoop |= nullable(part);
      const uint32_t loop = split(0, 0);
      const uint32_t body = tree(part, loop);
      if (tooLong_) return 0;
      p_.code[loop].next = t.lazy ? next : body, p_.code[loop].other = t.lazy ? body : next;
      result = loop;
    } else {
      for (uint32_t i = t.least; i < t.most && !tooLong_; i++) result = optional(t, tree(part, result), next);
    }
    for (uint32_t i = 0; i < t.least && !tooLong_; i++) result = tree(part, result);
    return result;
  }

  static bool nullable(const Tree& t) {
    switch (t.kind) {
      case Tree::empty:
      case Tree::assertion:
        return true;
      case Tree::set:
        return false;
      case Tree::alternatives:
        for (auto& p : t.parts)
          if (nullable(*p)) return true;
        return false;
      case Tree::repeat:
        return t.least == 0 || nullable(*t.parts[0]);
      default:
        for (auto& p : t.parts)
          if (!nullable(*p)) return false;
        return true;
    }
  }

  Program& p_;
  bool tooLong_ = false;
};

}  // namespace

std::string assemble(const Parsed& parsed, Program& program) { return Assembler(program).run(parsed); }

bool takesNothing(const Program& program) {
  std::vector<bool> seen(program.code.size(), false);
  std::vector<uint32_t> open = {program.start};
  while (!open.empty()) {
    const uint32_t i = open.back();
    open.pop_back();
    const Instruction& c = program.code[i];
    if (c.kind == Instruction::accept) return true;
    if (seen[i] || c.kind == Instruction::byte) continue;
    seen[i] = true;
    open.push_back(c.next);
    if (c.kind == Instruction::split) open.push_back(c.other);
  }
  return false;
}

std::shared_ptr<const Regex> compile(const std::string& pattern, bool ignoreCase, bool longest) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::shared_ptr<const Regex>> known;
  const std::string key = std::string(ignoreCase ? "i" : "c") + (longest ? "l" : "f") + pattern;
  const std::lock_guard<std::mutex> lock(mutex);
  auto& entry = known[key];
  if (entry) return entry;
  auto regex = std::make_shared<Regex>();
  Parsed parsed = parse(pattern, ignoreCase);
  regex->error = parsed.error;
  regex->unsupported = parsed.unsupported;
  if (regex->error.empty()) {
    regex->program.longest = longest && !firstIsLongest(*parsed.tree);
    regex->error = assemble(parsed, regex->program);
    if (regex->error.empty()) regex->error = build(regex->program, regex->automaton);
    regex->unsupported = !regex->error.empty();  // for its size
  }
  return entry = regex;
}

}  // namespace kiln::regex
