// addressing: where `gather` reads and `scatter` writes.
#pragma once
#include <string>
#include <vector>

#include "compiler/ir/evaluate.h"
#include "compiler/ir/node.h"

namespace kiln::ir {

/// A place for each element of a tensor [d0, d1 ..] (of a gather: the result, of a scatter: the updates), from indices of the
/// row. The indices are one a place, or a vector of k a place along their last axis. Element (i0, i1 ..) takes the
/// place's number i0 * which[0] + i1 * which[1] + .. among the indices, and stands at
///   i0 * offset[0] + i1 * offset[1] + .. + index[0] * strides[0] + .. + index[k-1] * strides[k-1]
/// of the flat tensor. Index j counts from the end where it is negative; outside of -dims[j] .. dims[j] - 1: UNDEFINED.
struct Addressing {
  std::vector<uint32_t> which, offset;   ///< one a dimension of the tensor
  std::vector<uint32_t> dims, strides;   ///< one an index of a place

  void fields(FieldVisitor& f) {
    f.field("which", which), f.field("offset", offset), f.field("dims", dims), f.field("strides", strides);
  }
  /// Reports what does not fit: `flat` is the size of the tensor that is addressed.
  void check(Inference& inference, const Type& indices, const std::vector<uint32_t>& shape, uint64_t flat) const;
  /// The place of element e of `shape`; -1 if an index is outside, -2 if one is missing.
  int64_t place(const RowValue& indices, Storage storage, const std::vector<uint32_t>& shape, size_t e) const;
};

}  // namespace kiln::ir
