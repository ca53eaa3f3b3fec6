// Arithmetic on sizes that contain the number of rows: integers value * N^power, which Shape, Gather, Concat, Mul ... pass on
// until a Reshape or an Expand takes them. What an operator does to the values it does with N = 1; here is what it does to the
// powers.
#include <algorithm>
#include <cstring>

#include "frontends/onnx/importer.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

namespace {

bool is(const Operator& op, const char* name) { return *op.domain == 0 && std::strcmp(op.name, name) == 0; }

/// Whether input i of an operator that moves elements holds elements, not places or sizes.
bool isData(const Operator& op, size_t i) {
  if (is(op, "Concat")) return true;
  return is(op, "Where") ? i > 0 : i == 0;
}

uint8_t powerOf(const Elements& elements, size_t i) { return elements.powers.empty() ? 0 : elements.powers[i]; }

/// The inputs as plain integers: their values, or their powers.
std::vector<Value> plain(const Operator& op, const std::vector<Value>& inputs, bool powers, bool everywhere) {
  std::vector<Value> all = inputs;
  for (size_t i = 0; i < all.size(); i++) {
    Value& value = all[i];
    if (!value.data.host || (powers && !everywhere && !isData(op, i)) || (!powers && !value.data.host->hasBatch())) continue;
    Elements elements = *value.data.host;
    if (powers) {
      std::vector<int64_t> all64;
      for (size_t e = 0; e < elements.integers.size(); e++) all64.push_back(powerOf(elements, e));
      elements.integers = std::move(all64);
    }
    elements.powers.clear(), elements.rows = 0;
    value.data = hostTensor(value.data.type, value.data.axes, std::move(elements));
  }
  return all;
}

Monomial monomialAt(const Value& value, size_t e) {
  const Elements& elements = *value.data.host;
  return {elements.integers[e], elements.integers[e] ? powerOf(elements, e) : uint8_t{0}};
}

/// The power of a sum or difference of terms: that of all which are not 0; kNone where they differ. Of `largest`: the power of the largest, where
/// that is the same one for every number of rows (there is one at least).
uint32_t powerOfSum(const std::vector<Monomial>& terms, bool largest) {
  Monomial sum{0, 0};
  for (const Monomial& m : terms) {
    if (m.value == 0) continue;
    if (sum.value == 0 || m.power == sum.power) {
      if (sum.value == 0 || m.value > sum.value) sum = m;
      continue;
    }
    const Monomial &size = m.power ? m : sum, &plain = m.power ? sum : m;
    if (!largest || plain.power != 0 || size.value < std::max<int64_t>(plain.value, 1)) return kNone;
    sum = size;
  }
  return sum.power;
}

/// The powers of a sum, difference or (`largest`) maximum, element by element, or of tensors that are broadcast one for all; nothing where
/// they are not defined.
std::optional<std::vector<int64_t>> powersOfSum(const std::vector<Value>& inputs, size_t results, bool largest) {
  const bool byElement = std::all_of(inputs.begin(), inputs.end(), [&](const Value& v) { return v.data.host && v.data.axes == inputs[0].data.axes; });
  std::vector<int64_t> powers;
  for (size_t e = 0; e < (byElement ? inputs[0].data.host->integers.size() : 1); e++) {
    std::vector<Monomial> terms;
    for (const Value& value : inputs)
      for (size_t i = byElement ? e : 0; value.data.host && i < (byElement ? e + 1 : value.data.host->integers.size()); i++) terms.push_back(monomialAt(value, i));
    const uint32_t power = powerOfSum(terms, largest && byElement);
    if (power == kNone) return std::nullopt;
    powers.push_back(power);
  }
  if (!byElement) powers.assign(results, powers[0]);
  return powers;
}

/// Whether two numbers compare alike for every number of rows: of one power, or a size with what no size can be, 0 and less.
bool comparable(Monomial a, Monomial b) {
  if (a.value == 0) a.power = 0;
  if (b.value == 0) b.power = 0;
  if (a.power == b.power) return true;
  if (a.power != 0 && b.power != 0) return false;
  const Monomial &size = a.power ? a : b, &plain = a.power ? b : a;
  return size.value > 0 && plain.value <= 0;
}

/// The same of the pairs that meet; of tensors that are broadcast, of all pairs.
bool comparable(const std::vector<Value>& inputs) {
  if (inputs.size() != 2 || !inputs[0].data.host || !inputs[1].data.host) return false;
  const Elements &a = *inputs[0].data.host, &b = *inputs[1].data.host;
  const auto at = [](const Elements& elements, size_t i) { return Monomial{elements.integers[i], powerOf(elements, i)}; };
  const size_t m = a.integers.size(), n = b.integers.size();
  const bool byElement = inputs[0].data.axes == inputs[1].data.axes;
  if (!byElement && m * n > 4096) return false;
  for (size_t i = 0; i < m; i++)
    for (size_t j = byElement ? i : 0; j < (byElement ? i + 1 : n); j++)
      if (!comparable(at(a, i), at(b, j))) return false;
  return true;
}

/// Integers that are wide enough for any number of rows. Other numbers and texts carry no powers.
bool holdsSizes(ElementType type) {
  return type == ElementType::i32 || type == ElementType::i64 || type == ElementType::u32 || type == ElementType::u64;
}

void setPowers(Value& value, std::vector<int64_t> powers, uint32_t rows) {
  Elements elements = *value.data.host;
  elements.powers.assign(powers.begin(), powers.end()), elements.rows = rows;
  if (std::all_of(powers.begin(), powers.end(), [](int64_t p) { return p == 0; })) elements.powers.clear();
  value.data = hostTensor(value.data.type, value.data.axes, std::move(elements));
}

}  // namespace

bool Importer::sizeArithmetic(const Operator& op, const proto::NodeProto& node, const std::string& path, Frame& frame,
                              const std::vector<Value>& inputs, int version, std::vector<Value>& outputs) {
  const auto refuse = [&] { return unsupported(path, "mixes rows: computes with the number of rows", "a scorer computes each row by itself"), false; };
  uint32_t rows = kNone;
  bool arePlaces = false;
  for (const Value& value : inputs) {
    if (!value.data.host || !value.data.host->hasBatch()) continue;
    if (rows != kNone && rows != value.data.host->rows) return refuse();
    rows = value.data.host->rows, arePlaces |= value.data.host->arePlaces();
  }
  // These read sizes, and see the powers themselves.
  if (is(op, "Shape") || is(op, "Size") || is(op, "Reshape") || is(op, "Expand") || is(op, "ConstantOfShape") || is(op, "Tile") || is(op, "Range")) {
    const bool sizesOnly = !inputs[0].data.host || !inputs[0].data.host->hasBatch();
    if (sizesOnly || is(op, "Shape") || is(op, "Size") || is(op, "ConstantOfShape")) return fold(op, node, path, frame, inputs, version, outputs);
    if (!is(op, "Reshape")) return refuse();
  }
  const auto values = [&] { return fold(op, node, path, frame, plain(op, inputs, false, true), version, outputs); };
  if (op.moves || is(op, "Where")) {
    for (size_t i = 0; i < inputs.size(); i++)
      if (!isData(op, i) && inputs[i].data.host && inputs[i].data.host->hasBatch()) return refuse();
    std::vector<Value> powers;
    if (!values() || !fold(op, node, path, frame, plain(op, inputs, true, false), version, powers)) return false;
    for (size_t i = 0; i < outputs.size(); i++) {
      if (!outputs[i].data.host || !powers[i].data.host) continue;
      if (static_cast<size_t>(outputs[i].data.count()) != powers[i].data.host->integers.size()) return refuse();
      setPowers(outputs[i], powers[i].data.host->integers, rows);
    }
    return true;
  }
  if (arePlaces && !is(op, "Cast") && !is(op, "CastLike")) return refuse();
  if (is(op, "Equal") || is(op, "Less") || is(op, "Greater") || is(op, "LessOrEqual") || is(op, "GreaterOrEqual")) return comparable(inputs) ? values() : refuse();
  if (is(op, "Cast") || is(op, "CastLike")) {
    if (!inputs[0].data.host->hasBatch()) return values();   // CastLike: only the type of the other counts
    if (!values()) return false;
    if (!holdsSizes(outputs[0].data.type)) return refuse();
    std::vector<int64_t> powers;
    for (size_t e = 0; e < inputs[0].data.host->integers.size(); e++) powers.push_back(powerOf(*inputs[0].data.host, e));
    return setPowers(outputs[0], std::move(powers), rows), true;
  }
  if (is(op, "Add") || is(op, "Sub") || is(op, "Max") || is(op, "Min")) {
    if (!values()) return false;
    std::optional<std::vector<int64_t>> powers = powersOfSum(inputs, outputs[0].data.host->integers.size(), is(op, "Max"));
    return powers ? (setPowers(outputs[0], std::move(*powers), rows), true) : refuse();
  }
  if (is(op, "ReduceProd")) {
    int64_t power = 0;
    for (size_t e = 0; e < inputs[0].data.host->integers.size(); e++) power += powerOf(*inputs[0].data.host, e);
    if (!values()) return false;
    if (outputs[0].data.count() != 1) return refuse();
    return setPowers(outputs[0], {power}, rows), true;
  }
  // A product adds the powers, a quotient subtracts them.
  const Operator* sum = is(op, "Mul") ? findOperator("", "Add") : is(op, "Div") ? findOperator("", "Sub") : nullptr;
  std::vector<Value> powers;
  if (!sum) return refuse();
  if (!values() || !fold(*sum, node, path, frame, plain(op, inputs, true, true), version, powers)) return false;
  const auto& result = powers[0].data.host->integers;
  if (std::any_of(result.begin(), result.end(), [](int64_t p) { return p < 0 || p > 4; })) return refuse();
  return setPowers(outputs[0], result, rows), true;
}

}  // namespace kiln::onnx
