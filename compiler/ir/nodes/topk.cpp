// topk: the k largest or smallest elements, in order.
#include "compiler/ir/nodes/topk.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> TopK::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type(), scalarType(Elem::i32)};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isNumber(x.elem) && !x.shape.empty(), "[.., n] numbers");
  inference.expect(k > 0, "k must not be 0");
  inference.expect(order == value || (!x.nullable && !x.shape.empty() && k <= x.shape.back()), "a heap needs k elements or more, none of them missing");
  Type values = x;
  if (!x.shape.empty()) values.shape.back() = k, values.nullable |= k > x.shape.back();
  Type indices = scalarType(Elem::i32, values.nullable, x.fallible);
  indices.shape = values.shape;
  return {values, indices};
}

// The k first of n elements, in order: values and indices.
template <class T>
static void byValue(const TopK& op, const Datum* x, uint32_t n, Datum* values, Datum* indices) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < n; i++)
    if (!x[i].missing) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](uint32_t i, uint32_t j) {
    const T a = get<T>(x[i]), b = get<T>(x[j]);
    if (a == b || (a != a && b != b)) return i < j;
    if (a != a || b != b) return a == a;  // NaN last
    return op.smallest ? a < b : a > b;
  });
  for (size_t i = 0; i < op.k; i++) {
    if (i < order.size())
      values[i] = x[order[i]], indices[i].i32 = static_cast<int32_t>(order[i]);
    else
      values[i].missing = indices[i].missing = true;
  }
}

// The heap of the k best so far, the worst of them at the root: 0, with the children of i at 2 i + 1 and 2 i + 2.
template <class T>
struct BestHeap {
  const Datum* x;
  bool smallest;
  std::vector<uint32_t> at;

  T operator[](uint32_t i) const { return get<T>(x[i]); }
  bool isBetter(T a, T b) const { return smallest ? a < b : a > b; }
  bool beats(uint32_t i, uint32_t j) const { return isBetter((*this)[i], (*this)[j]) || ((*this)[i] == (*this)[j] && i < j); }
  void sift(size_t i, size_t size) {
    while (2 * i + 1 < size) {
      const size_t left = 2 * i + 1, right = left + 1;
      const bool beatsLeft = beats(at[i], at[left]);
      size_t down = left;
      if (right < size && !(beatsLeft && beats(at[right], at[left]))) {
        if (!beatsLeft && !beats(at[i], at[right])) return;
        down = right;
      } else if (!beatsLeft) {
        return;
      }
      std::swap(at[i], at[down]);
      i = down;
    }
  }
};

template <class T>
static void byHeap(const TopK& op, const Datum* x, uint32_t n, Datum* values, Datum* indices) {
  BestHeap<T> heap{x, op.smallest, std::vector<uint32_t>(op.k)};
  for (uint32_t i = 0; i < op.k; i++) heap.at[op.k - 1 - i] = i, heap.sift(op.k - 1 - i, op.k);
  for (uint32_t i = op.k; i < n; i++)
    if (heap.isBetter(heap[i], heap[heap.at[0]])) heap.at[0] = i, heap.sift(0, op.k);
  for (uint32_t size = op.k; op.order == TopK::heap && size-- > 1;) std::swap(heap.at[0], heap.at[size]), heap.sift(0, size);
  for (uint32_t i = 0; i < op.k; i++) values[i] = x[heap.at[i]], indices[i].i32 = static_cast<int32_t>(heap.at[i]);
}

void TopK::evaluate(Evaluation& e) const {
  RowValue &values = fresh(e, 0), &indices = fresh(e, 1);
  if ((values.failure = indices.failure = e.firstFailure())) return;
  const uint32_t n = e.operandType(0).shape.back();
  const std::vector<Datum>& x = e.operand(0).elements;
  withStorage(e.operandType(0).storage(), [&](auto zero) {
    using T = decltype(zero);
    const auto one = order == value ? byValue<T> : byHeap<T>;
    for (size_t r = 0; r < x.size() / n; r++) one(*this, &x[r * n], n, &values.elements[r * k], &indices.elements[r * k]);
  });
}

}  // namespace kiln::ir
