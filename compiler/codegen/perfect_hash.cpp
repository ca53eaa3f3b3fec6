#include "compiler/codegen/perfect_hash.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "runtime/kernels/strings.h"

// Few labels: multipliers that send all of them to different slots are tried for. Else hash and displace: labels fall into buckets of about four; beginning with the fullest, each bucket gets the first
// displacement that sends all its labels to free slots.

namespace kiln::codegen {

namespace {

using kernel::HashEntry;
using kernel::HashTable;

constexpr uint32_t kDisplacements = 1u << 20;  // more than any bucket of a good hash needs

struct Labels {
  const std::vector<std::string_view>& text;
  /// What label_key makes of it, without a look at what stands behind the text.
  kernel::LabelKey key(uint32_t i) const {
    unsigned char padded[16] = {};
    if (length(i) > 16) return kernel::padded_key(bytes(i), length(i));
    std::memcpy(padded, bytes(i), length(i));
    return kernel::padded_key(padded, length(i));
  }
  const unsigned char* bytes(uint32_t i) const { return reinterpret_cast<const unsigned char*>(text[i].data()); }
  uint32_t length(uint32_t i) const { return static_cast<uint32_t>(text[i].size()); }
};

struct Hashed {
  uint64_t hash;
  uint32_t label;
};

uint64_t nextRandom(uint64_t& state) {  // splitmix64
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

/// Hashes in ascending order, one for each different label; false if two labels share one.
bool hashAll(HashTable& table, const Labels& labels, std::vector<Hashed>& hashed) {
  hashed.clear();
  for (uint32_t i = 0; i < labels.text.size(); i++)
    hashed.push_back({kernel::label_hash(table, labels.key(i), labels.bytes(i), labels.length(i)), i});
  std::sort(hashed.begin(), hashed.end(),
            [](const Hashed& a, const Hashed& b) { return a.hash != b.hash ? a.hash < b.hash : a.label < b.label; });
  size_t kept = 0;
  for (const Hashed& h : hashed) {
    if (kept && hashed[kept - 1].hash == h.hash) {
      if (labels.text[hashed[kept - 1].label] != labels.text[h.label]) return false;
    } else {
      hashed[kept++] = h;
    }
  }
  hashed.resize(kept);
  return true;
}

/// Fills displacements and slots (label by slot, kNone if free); false if a bucket finds no room.
bool place(const HashTable& table, const std::vector<Hashed>& hashed, std::vector<uint32_t>& displacements,
           std::vector<uint32_t>& slots) {
  struct Bucket {
    uint32_t number, begin, size;
  };
  std::vector<Bucket> buckets;  // hashes ascend, so those of a bucket are neighbours
  for (uint32_t i = 0; i < hashed.size(); i++) {
    const uint32_t number = kernel::hash_range(hashed[i].hash, table.buckets);
    if (buckets.empty() || buckets.back().number != number) buckets.push_back({number, i, 0});
    buckets.back().size++;
  }
  std::sort(buckets.begin(), buckets.end(),
            [](const Bucket& a, const Bucket& b) { return a.size != b.size ? a.size > b.size : a.number < b.number; });
  displacements.assign(table.buckets, 0);
  slots.assign(table.slots, kernel::kNone);
  std::vector<uint32_t> taken;
  for (const Bucket& bucket : buckets) {
    uint32_t d = 0;
    for (; d < kDisplacements; d++) {
      taken.clear();
      for (uint32_t i = bucket.begin; i < bucket.begin + bucket.size; i++) {
        const uint32_t slot = kernel::hash_slot(hashed[i].hash, d, table.slots);
        if (slots[slot] != kernel::kNone) break;
        slots[slot] = hashed[i].label;
        taken.push_back(slot);
      }
      if (taken.size() == bucket.size) break;
      for (uint32_t slot : taken) slots[slot] = kernel::kNone;
    }
    if (d == kDisplacements) return false;
    displacements[bucket.number] = d;
  }
  return true;
}

constexpr uint32_t kFewLabels = 64, kFewAttempts = 256;

/// Slots by few_slot, at least twice as many as there are labels; false if the attempts are used up.
bool placeFew(HashTable& table, const Labels& labels, const std::vector<Hashed>& distinct, std::vector<uint32_t>& slots) {
  if (distinct.empty() || distinct.size() > kFewLabels) return false;
  uint32_t bits = 1;
  while (1u << bits < 2 * distinct.size()) bits++;
  for (const uint32_t most = bits + 2; bits <= most; bits++)
    for (uint32_t attempt = 0; attempt < kFewAttempts; attempt++) {
      uint64_t state = attempt;
      for (auto& seed : table.seed) seed = nextRandom(state) | 1;
      table.shift = 64 - bits, table.slots = 1u << bits, table.buckets = 0;
      slots.assign(table.slots, kernel::kNone);
      const auto put = [&](const Hashed& h) {
        uint32_t& slot = slots[kernel::few_slot(table, labels.key(h.label))];
        return slot == kernel::kNone && (slot = h.label, true);
      };
      if (std::all_of(distinct.begin(), distinct.end(), put)) return true;
    }
  return false;
}

std::string write(HashTable table, const Labels& labels, const std::vector<uint32_t>& displacements,
                  const std::vector<uint32_t>& slots) {
  table.entries = sizeof(HashTable);
  table.displacements = table.entries + table.slots * static_cast<uint32_t>(sizeof(HashEntry));
  std::string text;
  uint64_t textAt = table.displacements + 4ull * table.buckets;
  std::string bytes(reinterpret_cast<const char*>(&table), sizeof table);
  for (uint32_t label : slots) {
    HashEntry entry{1, 0, 0, -1, 0, 0};  // empty text has the key (0, 0)
    if (label != kernel::kNone) {
      const kernel::LabelKey key = labels.key(label);
      entry = {key.a, key.b, labels.length(label), static_cast<int32_t>(label), 0, 0};
      if (entry.length > 16) entry.text = static_cast<uint32_t>(textAt + text.size()), text += labels.text[label];
    }
    bytes.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  }
  if (textAt + text.size() > 0xf0000000u) throw std::length_error("the labels of a dictionary are limited to 3.75 GB");
  bytes.append(reinterpret_cast<const char*>(displacements.data()), displacements.size() * 4);
  return bytes + text;
}

}  // namespace

std::string hashLabels(const std::vector<std::string_view>& text) {
  const Labels labels{text};
  if (text.size() > 0x04000000u) throw std::length_error("a dictionary is limited to 67 million labels");
  HashTable table{};
  table.count = static_cast<uint32_t>(text.size());
  table.slots = table.count + table.count / 16 + 1;
  table.buckets = table.count / 4 + 1;
  uint64_t state = 0;
  std::vector<Hashed> hashed;
  std::vector<uint32_t> displacements, slots;
  // Two different labels share a hash where only their middle differs: take the middle in then. Otherwise by bad luck.
  for (int attempt = 0; attempt < 64; attempt++) {
    for (auto& seed : table.seed) seed = nextRandom(state) | 1;
    if (!hashAll(table, labels, hashed))
      table.whole = 1;
    else if (HashTable few = table; attempt == 0 && placeFew(few, labels, hashed, slots))
      return write(few, labels, {}, slots);
    else if (place(table, hashed, displacements, slots))
      return write(table, labels, displacements, slots);
  }
  throw std::logic_error("no hash without collisions was found");
}

std::string hashNumbers(const std::vector<uint64_t>& keys) {
  std::vector<std::string_view> labels;
  labels.reserve(keys.size());
  for (const uint64_t& key : keys) labels.emplace_back(reinterpret_cast<const char*>(&key), sizeof key);
  return hashLabels(labels);
}

}  // namespace kiln::codegen
