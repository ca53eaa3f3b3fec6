// Some rows of the batch. Exported code takes the rows for which a condition holds (NonZero and Gather, or Compress), computes with
// these, and puts the results back among all (ScatterND): boolean masks and imputers do. A scorer computes each row by itself, so it
// computes as if the row were among them, and the condition chooses where results are put back. A row set is that condition: an
// axis names the set whose rows it counts, and places of rows are compile-time integers (kPlace) that name the set they count in.
//
// Such code also asks whether a condition holds for any row, and does nothing if not: Value::anyRow. An If takes the branch for
// rows of the set if it is shown that for other rows both give the same.
#pragma once
#include <optional>
#include <vector>

#include "frontends/onnx/operator.h"

namespace kiln::onnx {

class RowSets {
 public:
  explicit RowSets(ir::Builder& build) : build_(build) {}
  /// The rows of `within` for which a condition (bool scalar) holds; the same set for the same condition. Set 0 is all rows.
  uint32_t add(uint32_t within, ValueId condition);
  bool isWithin(uint32_t inner, uint32_t outer) const;
  /// Whether the row is in a set, a bool scalar; kNone for set 0.
  ValueId isIn(uint32_t set) const { return set == 0 ? kNone : sets_[set - 1].isIn; }

 private:
  struct RowSet {
    uint32_t within;
    ValueId condition, isIn;
  };
  ir::Builder& build_;
  std::vector<RowSet> sets_;
};

/// An axis that is the batch, or a row set, and nothing else.
bool isRows(const Axis& axis);
/// The places, in their row set, of the rows that an axis counts: i64 [rows].
Tensor placesOfRows(const Axis& rows);

/// Whether an operator takes or puts rows at places of rows.
bool takesRowsAt(const std::string& name, const std::vector<Value>& inputs);
/// Gather along `axis` and GatherND by places of rows: the rows of x that `places`, with these axes in place of that one, counts.
Tensor rowsAt(OperatorImport& n, const Tensor& x, size_t axis, const Tensor& places, const Axes& instead);
/// ScatterND by places of rows.
Tensor rowsPut(OperatorImport& n, const Tensor& x, const Tensor& places, const Tensor& updates);

/// ReduceMax ("any") or ReduceMin ("all") of a bool of each row, or of 1 and 0 that a Cast made of one; nothing for other numbers.
std::optional<Value> overRows(OperatorImport& n, const Tensor& x, bool isAny);
/// What an operator makes of anyRow, or of the number of rows in a set where it compares that with a constant; nothing if that
/// depends on more than whether there is any.
std::optional<Value> ofAnyRow(const RowSets& sets, const char* name, const std::vector<Value>& inputs);

/// A result of an If: `some` where `condition` (bool scalar) holds for any row, `none` where it holds for no row. Nothing if, as far as the
/// choices (select) that lead to both tell, they may differ for a row for which it does not hold: others would decide. (rows_alike.cpp)
std::optional<Value> forAnyRow(OperatorImport& n, ValueId condition, const Value& some, const Value& none);

}  // namespace kiln::onnx
