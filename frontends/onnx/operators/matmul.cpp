// MatMul, Gemm, MatMulInteger and those of com.microsoft that go on with the result: products of matrices. A constant matrix of weights becomes a table, whatever axis the batch is.
#include "frontends/onnx/activation.h"
#include "frontends/onnx/contract.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

namespace {
constexpr std::initializer_list<ElementType> kNumbers = {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64};
}

void matmul(OperatorImport& n) {
  std::vector<Tensor> operands = {n.tensor(0, kNumbers), n.tensor(1, kNumbers)};
  agreeOnFloat(n, operands);
  n.output(0, product(n, operands[0], operands[1]));
}

void matmulInteger(OperatorImport& n) {
  const auto operand = [&](size_t i) {
    const Tensor x = n.cast(n.tensor(i, {ElementType::u8, ElementType::i8}), ElementType::i32);
    if (!n.has(i + 2)) return x;
    Tensor zero = n.cast(n.tensor(i + 2, {ElementType::u8, ElementType::i8}), ElementType::i32);
    if (zero.rank() == 1 && zero.count() > 1 && i == 0) zero = withAxes(n, zero, {zero.axes[0], {1}});   // of a: one a row
    return apply(n, "sub", x, zero);
  };
  n.output(0, product(n, operand(0), operand(1)));
}

namespace {

// alpha * A * B + beta * C
Tensor gemmOf(OperatorImport& n) {
  std::vector<Tensor> operands = {n.tensor(0, kNumbers), n.tensor(1, kNumbers)};
  if (n.has(2)) operands.push_back(n.tensor(2, kNumbers));
  agreeOnFloat(n, operands);
  Tensor a = operands[0], b = operands[1];
  if (a.rank() != 2 || b.rank() != 2) n.invalid("needs two matrices, has " + describe(a.axes) + " and " + describe(b.axes));
  if (n.integer("transA", 0)) a = transposed(n, a, {1, 0});
  if (n.integer("transB", 0)) b = transposed(n, b, {1, 0});
  const double alpha = n.number("alpha", 1), beta = n.number("beta", 1);
  if (n.version() < 7) n.ignore("broadcast");
  const auto scaled = [&](const Tensor& x, double by) { return by == 1 ? x : apply(n, "mul", x, constantLike(x, by)); };
  const bool packed = isFloat(a.type) && !a.isConstant() && b.isConstant();
  if (packed && alpha == 1 && beta == 1 && n.has(2)) {
    const Tensor& c = operands[2];
    const bool onePerColumn = c.isConstant() && c.rank() > 0 && c.axes.back().size == c.count() && c.count() == b.axes[1].size;
    if (onePerColumn) return product(n, a, b, &c);
  }
  Tensor y = scaled(product(n, a, b), alpha);
  return n.has(2) && beta != 0 ? apply(n, "add", y, scaled(operands[2], beta)) : y;
}

}  // namespace

void gemm(OperatorImport& n) { n.output(0, gemmOf(n)); }

// com.microsoft: Gemm and an activation function.
void fusedGemm(OperatorImport& n) {
  Activation f = activationNamed(n.text("activation", ""));
  f.alpha = n.number("activation_alpha", f.alpha), f.beta = n.number("activation_beta", f.beta);
  n.ignore("activation_gamma");
  const Tensor y = gemmOf(n);
  n.output(0, f.name.empty() ? y : activated(n, f, y));
}

// com.microsoft: alpha * A * B, with the last two axes of either swapped.
void fusedMatmul(OperatorImport& n) {
  const auto operand = [&](size_t i, const char* swap, const char* swapBatch) {
    Tensor x = n.tensor(i, {ElementType::f32, ElementType::f64});
    if (n.integer(swapBatch, 0)) n.unsupported(std::string(swapBatch));
    if (!n.integer(swap, 0) || x.rank() < 2) return x;
    std::vector<size_t> order;
    for (size_t k = 0; k < x.rank(); k++) order.push_back(k);
    std::swap(order[x.rank() - 1], order[x.rank() - 2]);
    return transposed(n, x, order);
  };
  const Tensor a = operand(0, "transA", "transBatchA"), b = operand(1, "transB", "transBatchB");
  const double alpha = n.number("alpha", 1);
  const Tensor y = product(n, a, b);
  n.output(0, alpha == 1 ? y : apply(n, "mul", y, constantLike(y, alpha)));
}

}  // namespace kiln::onnx
