// Einsum: products of tensors, summed over the axes that the result does not name. Each operand is laid out over all axes of the
// equation; two operands go through a product of matrices where no axis repeats.
#include <algorithm>
#include <map>

#include "frontends/onnx/contract.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kNumbers = {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64};
constexpr char kEllipsis = 1;   // axes of an ellipsis are named 1, 2 ..

struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

// Names of the axes of one term, of a tensor of this rank; `dots`: the axes of the ellipsis, at the end of 1, 2, .. most.
std::string termOf(OperatorImport& n, const std::string& text, size_t rank, size_t most) {
  std::string names;
  const size_t at = text.find("...");
  const size_t letters = text.size() - (at == std::string::npos ? 0 : 3);
  if (letters > rank || (at == std::string::npos && letters != rank)) n.invalid("term '" + text + "' of a tensor with " + std::to_string(rank) + " dimensions");
  for (size_t i = 0; i < text.size(); i++) {
    if (i == at) {
      for (size_t d = most - (rank - letters); d < most; d++) names += static_cast<char>(kEllipsis + d);
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(text[i]))) {
      names += text[i];
    } else {
      n.invalid("equation '" + text + "'");
    }
  }
  return names;
}

Equation parse(OperatorImport& n) {
  std::string text = n.text("equation");
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const size_t arrow = text.find("->");
  std::vector<std::string> terms(1);
  for (char c : text.substr(0, arrow)) c == ',' ? void(terms.emplace_back()) : void(terms.back() += c);
  if (terms.size() != n.inputs()) n.invalid("the equation has " + std::to_string(terms.size()) + " terms for " + std::to_string(n.inputs()) + " inputs");
  size_t most = 0;
  for (size_t i = 0; i < terms.size(); i++)
    if (terms[i].find("...") != std::string::npos) most = std::max(most, n.tensor(i).rank() - std::min(n.tensor(i).rank(), terms[i].size() - 3));
  if (most > 8) n.invalid("an ellipsis of more than 8 axes");
  Equation e;
  std::map<char, int> uses;
  for (size_t i = 0; i < terms.size(); i++) {
    e.operands.push_back(termOf(n, terms[i], n.tensor(i).rank(), most));
    for (char c : e.operands.back()) uses[c]++;
  }
  if (arrow != std::string::npos) {
    const std::string result = text.substr(arrow + 2);
    const bool dots = result.find("...") != std::string::npos;
    e.result = termOf(n, result, result.size() - (dots ? 3 : 0) + (dots ? most : 0), most);
  } else {
    for (auto& [name, count] : uses)
      if (count == 1 || name < 32) e.result += name;
  }
  for (char c : e.result)
    if (!uses.count(c) || std::count(e.result.begin(), e.result.end(), c) > 1) n.invalid("an axis of the result is in no term, or twice in it");
  return e;
}

// One axis a name: the diagonal where a name repeats.
Tensor diagonal(OperatorImport& n, const Tensor& x, std::string& names) {
  std::string unique;
  for (char c : names)
    if (unique.find(c) == std::string::npos) unique += c;
  if (unique.size() == names.size()) return x;
  const std::vector<int64_t> strides = stridesOf(x.axes);
  Axes axes;
  for (char c : unique) axes.push_back(x.axes[names.find(c)]);
  for (size_t i = 0; i < names.size(); i++) {
    refuseBatch(n, x, i, "a diagonal of rows");
    if (x.axes[i] != axes[unique.find(names[i])]) n.invalid("axes of one name differ in size");
  }
  Tensor y = mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
    int64_t from = 0;
    for (size_t i = 0; i < names.size(); i++) from += index[unique.find(names[i])] * strides[i];
    return from;
  });
  names = unique;
  return y;
}

// x with the axes `wanted`, in this order; those that it lacks have the size 1.
Tensor laidOut(OperatorImport& n, const Tensor& x, const std::string& names, const std::string& wanted) {
  std::vector<size_t> order;
  Axes axes;
  for (char c : wanted) {
    const size_t at = names.find(c);
    if (at != std::string::npos) order.push_back(at);
    axes.push_back(at == std::string::npos ? Axis{} : x.axes[at]);
  }
  return withAxes(n, transposed(n, x, order), axes);
}

// Sums over the axes that nothing else names.
Tensor summed(OperatorImport& n, const Tensor& x, std::string& names, const std::string& kept) {
  std::vector<size_t> axes;
  std::string rest;
  Axes left;
  for (size_t i = 0; i < names.size(); i++) {
    if (kept.find(names[i]) != std::string::npos) rest += names[i], left.push_back(x.axes[i]);
    else refuseBatch(n, x, i, "a sum over the rows of the batch"), axes.push_back(i);
  }
  if (axes.empty()) return x;
  names = rest;
  return withAxes(n, reduced(n, x, axes, "sum"), left);
}

// Two operands: shared axes of the result, own axes, and those summed over, as one product of matrices.
Tensor pair(OperatorImport& n, const Tensor& a, std::string& names, const Tensor& b, const std::string& other, const std::string& kept) {
  std::string both, mine, yours, sum;
  for (char c : names) {
    const bool shared = other.find(c) != std::string::npos, wanted = kept.find(c) != std::string::npos;
    (shared ? (wanted ? both : sum) : mine) += c;
  }
  for (char c : other)
    if (names.find(c) == std::string::npos) yours += c;
  const Tensor p = laidOut(n, a, names, both + mine + sum), q = laidOut(n, b, other, both + sum + yours);
  const auto part = [](const Tensor& x, size_t from, size_t size) { return Axes(x.axes.begin() + static_cast<long>(from), x.axes.begin() + static_cast<long>(from + size)); };
  const Axes shared = n.broadcastAxes({part(p, 0, both.size()), part(q, 0, both.size())});
  const Axes own = part(p, both.size(), mine.size()), theirs = part(q, both.size() + sum.size(), yours.size());
  for (size_t i = 0; i < sum.size(); i++) {
    const Axis &x = p.axes[both.size() + mine.size() + i], &y = q.axes[both.size() + i];
    if (x.isBatch() || y.isBatch()) n.mixesRows("a sum over the rows of the batch");
    if (x != y) n.invalid("axes of one name differ in size");
  }
  const auto flat = [&](const Axes& axes) {   // one axis, with the batch if it is in one of them
    Axis axis{count(axes), Batch::none};
    for (const Axis& each : axes)
      if (each.isBatch()) axis.batch = Batch::outer, axis.rows = each.rows;
    return axis;
  };
  const auto withShared = [&](Axis r, Axis c) {
    Axes axes = shared;
    axes.push_back(r), axes.push_back(c);
    return axes;
  };
  const auto spreadShared = [&](const Tensor& x) {
    Axes axes = shared;
    axes.insert(axes.end(), x.axes.begin() + static_cast<long>(both.size()), x.axes.end());
    return spread(n, x, axes);
  };
  const Axis inner = flat(part(p, both.size() + mine.size(), sum.size()));
  Tensor y = product(n, withAxes(n, spreadShared(p), withShared(flat(own), inner)), withAxes(n, spreadShared(q), withShared(inner, flat(theirs))));
  Axes axes = shared;
  axes.insert(axes.end(), own.begin(), own.end()), axes.insert(axes.end(), theirs.begin(), theirs.end());
  names = both + mine + yours;
  return withAxes(n, y, axes);
}

}  // namespace

void einsum(OperatorImport& n) {
  Equation e = parse(n);
  const auto later = [&](size_t from) {
    std::string all = e.result;
    for (size_t i = from; i < e.operands.size(); i++) all += e.operands[i];
    return all;
  };
  Tensor y = n.tensor(0, kNumbers);
  std::string names = e.operands[0];
  y = diagonal(n, y, names);
  y = summed(n, y, names, later(1));
  for (size_t i = 1; i < e.operands.size(); i++) {
    if (n.tensor(i).type != y.type) n.invalid("its inputs are not of one type");
    std::string other = e.operands[i];
    Tensor next = diagonal(n, n.tensor(i, kNumbers), other);
    next = summed(n, next, other, later(i + 1) + names);
    y = pair(n, y, names, next, other, later(i + 1));
    y = summed(n, y, names, later(i + 1));
  }
  n.output(0, laidOut(n, y, names, e.result));
}

}  // namespace kiln::onnx
