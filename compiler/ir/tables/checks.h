// What the verify functions of tables share: a cap on messages, and the numbers that an element type can hold.
#pragma once
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "compiler/ir/type.h"

namespace kiln::ir {

/// A table of a million rows should not give a million messages.
class Checks {
 public:
  explicit Checks(std::vector<std::string>& problems) : problems_(problems), most_(problems.size() + 20) {}
  /// `message` is a function, called only if it is needed.
  template <class F>
  bool expect(bool ok, F message) {
    if (!ok && problems_.size() < most_) problems_.push_back(message());
    return ok;
  }
  /// A list of beginnings runs from 0 to `end` and never descends.
  bool ranges(const std::vector<uint32_t>& first, size_t end, const char* what) {
    bool ok = expect(!first.empty() && first.front() == 0 && first.back() == end,
                     [&] { return std::string(what) + " does not run from 0 to its end"; });
    for (size_t i = 1; ok && i < first.size(); i++)
      ok = expect(first[i - 1] <= first[i], [&] { return std::string(what) + " descends"; });
    return ok;
  }

 private:
  std::vector<std::string>& problems_;
  size_t most_;
};

/// Whether a float element type holds this value exactly.
inline bool holds(Elem elem, double value) {
  return elem != Elem::f32 || std::isnan(value) || static_cast<double>(static_cast<float>(value)) == value;
}
inline bool holds(Elem elem, int64_t value) {
  if (elem == Elem::boolean) return value == 0 || value == 1;
  if (storageOf(elem) != Storage::i32) return true;
  return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
}

}  // namespace kiln::ir
