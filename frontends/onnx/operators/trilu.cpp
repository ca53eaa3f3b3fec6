// Trilu, EyeLike: triangles and diagonals of matrices.
#include "frontends/onnx/given.h"

namespace kiln::onnx {

void trilu(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (x.rank() < 2) n.invalid("needs matrices, has " + describe(x.axes));
  const bool upper = n.integer("upper", 1) != 0;
  for (size_t i = x.rank() - 2; i < x.rank(); i++) refuseBatch(n, x, i, "a triangle of rows");
  const bool isFixed = n.isConstant(1);
  if (x.count() == 0) return n.output(0, x);
  if (!isFixed) {   // by a diagonal that the row gives
    std::vector<int64_t> diagonals;
    eachIndex(x.dims(), [&](const std::vector<int64_t>& index) { diagonals.push_back(index[index.size() - 1] - index[index.size() - 2]); });
    const Tensor inside = n.call(upper ? "ge" : "le", {hostIntegers(diagonals), givenInteger(n, 1)}, ElementType::boolean);
    return n.output(0, selected(n, withAxes(n, inside, plainAxes(x.dims())), x, constantLike(x, 0)));
  }
  const int64_t k = n.has(1) ? n.constantInteger(1) : 0;
  const std::vector<int64_t> strides = stridesOf(x.axes);
  n.output(0, mapped(n, x, x.axes, [&](const std::vector<int64_t>& index) {
             const int64_t diagonal = index[index.size() - 1] - index[index.size() - 2];
             if (upper ? diagonal < k : diagonal > k) return int64_t{-1};
             int64_t from = 0;
             for (size_t i = 0; i < index.size(); i++) from += index[i] * strides[i];
             return from;
           }));
}

void eyeLike(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (x.rank() != 2) n.invalid("needs a matrix, has " + describe(x.axes));
  for (size_t i = 0; i < 2; i++) refuseBatch(n, x, i, "a diagonal of rows");
  const ElementType type = n.elementType("dtype", x.type);
  const int64_t k = n.integer("k", 0);
  if (type == ElementType::str) n.unsupported("a matrix of string");
  Elements all;
  eachIndex(x.dims(), [&](const std::vector<int64_t>& index) {
    const bool on = index[1] - index[0] == k;
    if (isFloat(type)) all.numbers.push_back(on);
    else all.integers.push_back(on);
  });
  n.output(0, hostTensor(type, x.axes, std::move(all)));
}

}  // namespace kiln::onnx
