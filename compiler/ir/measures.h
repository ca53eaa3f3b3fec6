// The reference arithmetic of measures: one row against one instance, and what the nodes that measure have in common.
#pragma once
#include "compiler/ir/elements.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/measure.h"

namespace kiln::ir {

/// Checks operand 0 ([n] f64 or f32) against the instances ([m,n] of its type) and the measure; returns m, 0 if reported.
uint32_t expectMeasured(Inference& inference, TableRef rows, TableRef measure);
/// Whether measures of this operand may be missing.
bool mayMiss(const Inference& inference, TableRef rows);

/// The measure of x and instance `row`, in the arithmetic of T (double or float).
template <class T>
struct Measured {
  T value = 0;
  bool missing = false;
};
template <class T>
Measured<T> measured(const Measure& measure, const Matrix& rows, size_t row, const RowValue& x);

}  // namespace kiln::ir
