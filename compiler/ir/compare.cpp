// Fields as bytes: each is its length, then its bits.
#include "compiler/ir/compare.h"

#include <cstring>

#include "compiler/support/sha256.h"

namespace kiln::ir {

namespace {

/// Feeds every field to Sink::add(bytes, count).
template <class Sink>
class FieldBytes final : public FieldVisitor {
 public:
  Sink sink;

  void field(const char*, bool& v) override { raw(v); }
  void field(const char*, uint32_t& v) override { raw(v); }
  void field(const char*, int64_t& v) override { raw(v); }
  void field(const char*, double& v) override { raw(v); }
  void field(const char*, std::string& v) override { text(v); }
  void field(const char*, TableRef& v) override { raw(v.id); }
  void field(const char*, Elem& v) override { raw(v); }
  void field(const char*, std::optional<double>& v) override { optional(v); }
  void field(const char*, std::optional<int64_t>& v) override { optional(v); }
  void field(const char*, std::optional<std::string>& v) override {
    raw(v.has_value());
    if (v) text(*v);
  }
  void field(const char*, std::vector<uint8_t>& v) override { array(v); }
  void field(const char*, std::vector<uint32_t>& v) override { array(v); }
  void field(const char*, std::vector<int64_t>& v) override { array(v); }
  void field(const char*, std::vector<double>& v) override { array(v); }
  void field(const char*, std::vector<std::string>& v) override {
    raw(v.size());
    for (const std::string& s : v) text(s);
  }
  void choice(const char*, uint8_t& v, const char* const*, int) override { raw(v); }

 private:
  template <class T>
  void raw(const T& value) {
    sink.add(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(const std::string& s) { raw(s.size()), sink.add(s.data(), s.size()); }
  template <class T>
  void optional(const std::optional<T>& v) {
    raw(v.has_value());
    if (v) raw(*v);
  }
  template <class T>
  void array(const std::vector<T>& v) {
    raw(v.size());
    if (!v.empty()) sink.add(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(T));
  }
};

struct StringSink {
  std::string bytes;
  void add(const char* data, size_t size) { bytes.append(data, size); }
};

struct HashSink {
  uint64_t hash = 0x9e3779b97f4a7c15ull;
  void mix(uint64_t word) {
    hash ^= word;
    hash *= 0xff51afd7ed558ccdull;
    hash ^= hash >> 32;
  }
  void add(const char* data, size_t size) {
    for (; size >= 8; data += 8, size -= 8) {
      uint64_t word;
      std::memcpy(&word, data, 8);
      mix(word);
    }
    uint64_t tail = size;
    if (size) std::memcpy(&tail, data, size), tail |= static_cast<uint64_t>(size) << 56;
    mix(tail);
  }
};

struct ShaSink {
  Sha256 sha;
  void add(const char* data, size_t size) { sha.add({data, size}); }
};

// A visitor of fields takes them as mutable, for the parser's sake; these only read.
template <class Sink>
Sink visit(const Table& table) {
  FieldBytes<Sink> visitor;
  const char* kind = table.kindName();
  visitor.sink.add(kind, std::strlen(kind) + 1);
  const_cast<Table&>(table).fields(visitor);
  return std::move(visitor.sink);
}

}  // namespace

std::string opBytes(const Op& op) {
  FieldBytes<StringSink> visitor;
  visitor.sink.bytes = op.name();
  visitor.sink.bytes += '\0';
  const_cast<Op&>(op).fields(visitor);
  return std::move(visitor.sink.bytes);
}

uint64_t tableHash(const Table& table) { return visit<HashSink>(table).hash; }

bool tablesEqual(const Table& a, const Table& b) {
  return a.kind() == b.kind() && visit<StringSink>(a).bytes == visit<StringSink>(b).bytes;
}

std::string tableSha256(const Table& table) {
  std::string text;
  for (uint8_t byte : visit<ShaSink>(table).sha.finish()) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace kiln::ir
