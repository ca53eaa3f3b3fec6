// lookup: a scalar or a vector for each combination of codes. MapValues, categorical coefficients, labels and
// distributions by leaf, set membership.
#pragma once
#include <optional>

#include "compiler/ir/table.h"

namespace kiln::ir {

/// `sizes[k]` is the number of codes of key k. Row r of `values` holds `width` elements (0: a scalar, one element).
/// Dense (`keys` empty): row r belongs to the codes whose row-major index is r, and there are product(sizes) rows.
/// Sparse: keys[r] is the row-major index of the codes of row r, ascending; other codes take the default.
/// A key that is missing takes `missingRow`; a combination without row, or a code outside its size, takes `defaultRow`;
/// where that is not given, the result is missing. Both index further rows of `values`, after the keyed ones.
struct Lookup final : TableBase<Lookup, TableKind::Lookup> {
  Elem elem = Elem::f64;
  TableRef dict;                   ///< labels of the values, for elem cat
  std::vector<uint32_t> sizes;
  uint32_t width = 0;
  std::vector<int64_t> keys;
  std::vector<double> numbers;     ///< values of f64 and f32
  std::vector<int64_t> integers;   ///< of i64, i32, bool, cat, dates
  std::vector<std::string> text;   ///< of str
  std::vector<uint8_t> missing;    ///< one a value, 1 where it is missing; empty: none is
  std::optional<int64_t> defaultRow, missingRow;

  void fields(FieldVisitor& f) override {
    f.field("elem", elem), f.field("dict", dict), f.field("sizes", sizes), f.field("width", width);
    f.field("keys", keys), f.field("numbers", numbers), f.field("integers", integers), f.field("text", text);
    f.field("missing", missing), f.field("default", defaultRow), f.field("missing_row", missingRow);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  uint32_t elementsPerRow() const { return width ? width : 1; }
  uint64_t combinations() const;  ///< product of sizes
  uint32_t rows() const;          ///< all rows of values, default and missing row included
  /// Row for these codes (none missing), or kNone for a missing result.
  uint32_t row(const std::vector<uint32_t>& codes) const;
};

}  // namespace kiln::ir
