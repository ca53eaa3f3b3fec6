// dict: the labels of a `cat`, in document order. Label i has code i.
#pragma once
#include <unordered_map>

#include "compiler/ir/table.h"

namespace kiln::ir {

/// Exactly one of the vectors holds the labels, as `elem` says: text for str, numbers for f64 and f32 (compared by value,
/// -0 equals 0), integers for i64, i32, bool and dates. An open dict has one code more, size(), which means "some other
/// value": it equals no label and has no text. An ordered dict allows < <= > >= by code.
struct Dict final : TableBase<Dict, TableKind::Dict> {
  Elem elem = Elem::str;
  bool open = false;
  bool ordered = false;
  std::vector<std::string> text;
  std::vector<double> numbers;
  std::vector<int64_t> integers;

  void fields(FieldVisitor& f) override {
    f.field("elem", elem), f.field("open", open), f.field("ordered", ordered);
    f.field("text", text), f.field("numbers", numbers), f.field("integers", integers);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  uint32_t size() const { return static_cast<uint32_t>(text.size() + numbers.size() + integers.size()); }
  /// Code of a label, kNone if there is none. Amortised constant time: an index is kept beside the labels.
  uint32_t find(const std::string& label) const;
  uint32_t find(double label) const;
  uint32_t find(int64_t label) const;
  /// Code of a label, appended if it is new.
  uint32_t add(const std::string& label);
  uint32_t add(double label);
  uint32_t add(int64_t label);
  /// The label as text, shortest round trip for numbers.
  std::string labelText(uint32_t code) const;

 private:
  void index() const;
  mutable std::unordered_map<std::string, uint32_t> index_;  // by text, or by the eight bytes of a number
  mutable uint32_t indexed_ = 0;
};

}  // namespace kiln::ir
