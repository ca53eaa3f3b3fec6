// addressing: where `gather` reads and `scatter` writes.
#include "compiler/ir/nodes/addressing.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

// The greatest sum of an index of each dimension times its stride.
static uint64_t most(const std::vector<uint32_t>& shape, const std::vector<uint32_t>& strides) {
  uint64_t sum = 0;
  for (size_t i = 0; i < shape.size(); i++) sum += uint64_t{shape[i] - 1} * strides[i];
  return sum;
}

void Addressing::check(Inference& inference, const Type& indices, const std::vector<uint32_t>& shape, uint64_t flat) const {
  if (dims.empty() || dims.size() > 8 || dims.size() != strides.size() || which.size() != shape.size() || offset.size() != shape.size())
    return inference.problems.push_back("which and offset need an entry a dimension, dims and strides one an index (at most 8)");
  for (uint32_t d : dims) inference.expect(d > 0, "a dimension of 0");
  for (uint32_t d : shape) inference.expect(d > 0, "a dimension of 0");
  if (!inference.problems.empty()) return;
  inference.expect(isInteger(indices.elem), "the indices are " + describe(indices) + ", expected integers");
  inference.expect((most(shape, which) + 1) * dims.size() <= indices.size(), "there are not enough indices");
  inference.expect(most(shape, offset) + most(dims, strides) < flat, "places are beyond the tensor");
}

int64_t Addressing::place(const RowValue& indices, Storage storage, const std::vector<uint32_t>& shape, size_t e) const {
  size_t number = 0;
  int64_t at = 0;
  for (size_t d = shape.size(); d-- > 0; e /= shape[d]) number += e % shape[d] * which[d], at += static_cast<int64_t>(e % shape[d]) * offset[d];
  bool missing = false, outside = false;
  for (size_t j = 0; j < dims.size(); j++) {
    const Datum& datum = indices.elements[number * dims.size() + j];
    int64_t index = storage == Storage::i32 ? datum.i32 : datum.i64;
    if (index < 0) index += dims[j];
    missing |= datum.missing;
    outside |= !datum.missing && (index < 0 || index >= dims[j]);
    at += (missing || outside ? 0 : index) * strides[j];
  }
  return outside ? -1 : missing ? -2 : at;
}

}  // namespace kiln::ir
