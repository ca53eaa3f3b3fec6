// Places in scratch, by first fit: the lowest gap that is large enough.
#pragma once
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>

namespace kiln::codegen {

/// Places are taken in the order of their beginnings in time, and given back when their time is over.
class FirstFit {
 public:
  explicit FirstFit(uint64_t base) : tail_(base) {}

  /// A place of `bytes` that is needed up to time `to`.
  uint64_t take(uint64_t bytes, int to) {
    const uint64_t at = lowest(bytes);
    if (at == tail_) {
      tail_ += bytes;
    } else {
      const uint64_t end = starts_.at(at);
      removeGap(at);
      if (at + bytes < end) addGap(at + bytes, end);
    }
    until_.emplace(to, Place{at, at + bytes});
    return at;
  }

  /// Gives back what is not needed at time `now` or later.
  void release(int now) {
    for (auto first = until_.begin(); first != until_.end() && first->first < now; first = until_.erase(first)) giveBack(first->second);
  }

 private:
  struct Place {
    uint64_t from, end;
  };

  // Gaps are few in size, as the sum of their sizes is that of the scratch.
  uint64_t lowest(uint64_t bytes) const {
    uint64_t at = tail_;
    for (auto size = bySize_.lower_bound(bytes); size != bySize_.end(); ++size) at = std::min(at, *size->second.begin());
    return at;
  }

  void giveBack(Place place) {
    if (place.from == place.end) return;
    if (const auto next = starts_.find(place.end); next != starts_.end()) {
      place.end = next->second;
      removeGap(next->first);
    }
    if (const auto above = starts_.lower_bound(place.from); above != starts_.begin()) {
      const auto before = std::prev(above);
      if (before->second == place.from) {
        place.from = before->first;
        removeGap(place.from);
      }
    }
    if (place.end == tail_)
      tail_ = place.from;
    else
      addGap(place.from, place.end);
  }

  void addGap(uint64_t from, uint64_t end) {
    starts_[from] = end;
    bySize_[end - from].insert(from);
  }
  void removeGap(uint64_t from) {
    const auto gap = starts_.find(from);
    const auto size = bySize_.find(gap->second - from);
    size->second.erase(from);
    if (size->second.empty()) bySize_.erase(size);
    starts_.erase(gap);
  }

  uint64_t tail_;                                   // from here on all is free
  std::map<uint64_t, uint64_t> starts_;             // gaps: begin and end
  std::map<uint64_t, std::set<uint64_t>> bySize_;   // their beginnings
  std::multimap<int, Place> until_;
};

}  // namespace kiln::codegen
