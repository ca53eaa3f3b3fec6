// Results of the evaluator as rows of a lookup table.
#pragma once
#include "compiler/ir/evaluate.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::passes {

/// A table without rows yet, of values of this type by one key of 0 .. `size` - 1; a tensor's rows are its elements, one element is a
/// scalar. A key outside takes row 0, so that a key that never is makes nothing missing.
ir::Lookup tableOf(const ir::Type& type, uint32_t size);

/// Appends the elements of a value, which has not failed, to the table's.
void appendElements(const ir::RowValue& value, ir::Storage storage, ir::Lookup& table);

/// Takes the marks of missing elements away if none is.
void dropUnusedMarks(ir::Lookup& table);

}  // namespace kiln::passes
