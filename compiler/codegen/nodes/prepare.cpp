// Lowers `prepare`: values and intervals become sets that the kernel tests, short ones inside the code.
#include "compiler/ir/nodes/prepare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/elements.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> sortedValues(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

kernel::ValueSet valueSet(const std::vector<double>& values, NodeEmitter& emit) {
  kernel::ValueSet set{};
  set.count = static_cast<uint32_t>(values.size());
  if (set.count > kernel::kInlineValues)
    set.at = emit.blob("values", values);
  else
    std::copy(values.begin(), values.end(), set.value);
  return set;
}

/// Moves runs of whole numbers out of `values` (sorted) to `bounds`: most lists of codes are all codes.
void takeRuns(std::vector<double>& values, std::vector<double>& bounds) {
  constexpr size_t kShortest = 3;
  std::vector<double> single;
  for (size_t begin = 0, end; begin < values.size(); begin = end) {
    for (end = begin + 1; end < values.size() && values[end] == values[end - 1] + 1;) end++;
    if (end - begin < kShortest) single.insert(single.end(), values.begin() + begin, values.begin() + end);
    else bounds.push_back(values[begin]), bounds.push_back(values[end - 1]);
  }
  values = std::move(single);
}

/// Open ends move to the next number inside.
std::vector<double> boundsOf(const ir::Prepare& op) {
  std::vector<double> bounds;
  for (size_t i = 0; i < op.intervalLow.size(); i++) {
    const double low = op.intervalLow[i], high = op.intervalHigh[i];
    const bool lowIn = op.intervalClosed[i] & 1, highIn = op.intervalClosed[i] & 2;
    if ((low == kInfinity && !lowIn) || (high == -kInfinity && !highIn)) continue;
    bounds.push_back(lowIn ? low : std::nextafter(low, kInfinity));
    bounds.push_back(highIn ? high : std::nextafter(high, -kInfinity));
  }
  return bounds;
}

kernel::IntervalSet intervalSet(const std::vector<double>& bounds, NodeEmitter& emit) {
  kernel::IntervalSet set{};
  set.count = static_cast<uint32_t>(bounds.size() / 2);
  if (set.count > kernel::kInline) {
    set.at = emit.blob("intervals", bounds);
  } else {
    for (uint32_t i = 0; i < set.count; i++) set.low[i] = bounds[2 * i], set.high[i] = bounds[2 * i + 1];
  }
  return set;
}

kernel::PrepareRules rulesOf(const ir::Prepare& op, NodeEmitter& emit) {
  const ir::Type& x = emit.operandType(0);
  kernel::PrepareRules rules{};
  rules.invalid_status = emit.statusCode(KILN_INVALID_VALUE, op.fieldIndex);
  rules.missing_status = emit.statusCode(KILN_MISSING_REQUIRED, op.fieldIndex);
  rules.invalid = op.invalid, rules.missing = op.missing, rules.outlier = op.outlier;
  rules.has_valid_set = op.closed || !op.validValues.empty() || !op.validTexts.empty() || !op.intervalLow.empty();
  rules.labels = kernel::kNone;
  if (rules.has_valid_set && x.elem == ir::Elem::cat)
    rules.labels = emit.pipeline().table<ir::Dict>(ir::TableRef{x.dict}).size();
  rules.low = op.low, rules.high = op.high;
  return rules;
}

template <class T>
T elementOf(double value, ir::Storage storage) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return value != 0;
  else
    return ir::get<T>(ir::fromDouble(value, storage));
}

template <class T>
void lowerNumbers(const ir::Prepare& op, NodeEmitter& emit) {
  const ir::Storage storage = emit.operandType(0).storage();
  kernel::PrepareParams<T> params{};
  params.rules = rulesOf(op, emit);
  std::vector<double> validValues = sortedValues(op.validValues), bounds = boundsOf(op);
  if constexpr (std::is_integral_v<T>) takeRuns(validValues, bounds);
  params.missing_values = valueSet(sortedValues(op.missingValues), emit), params.valid_values = valueSet(validValues, emit);
  params.intervals = intervalSet(bounds, emit);
  params.missing_value = elementOf<T>(op.missingValue, storage),
  params.invalid_value = elementOf<T>(op.invalidValue, storage);
  params.low = elementOf<T>(op.low, storage), params.high = elementOf<T>(op.high, storage);
  emit.call(kernelName("prepare", storage), params, {emit.in(0), emit.out(0), emit.out(1), emit.out(2)});
}

void lowerText(const ir::Prepare& op, NodeEmitter& emit) {
  const auto texts = [&](const std::vector<std::string>& list) {
    std::string key = "texts";
    for (const std::string& text : list) key += '\n' + std::to_string(text.size()) + ' ' + text;
    return list.empty() ? kernel::kNone : hashOfTexts(emit, key, list);
  };
  const auto text = [&](const std::string& value) {
    return kernel::ConstTextParams{emit.blob("text", value.data(), value.size(), 8),
                                   static_cast<uint32_t>(value.size()), 0};
  };
  const kernel::PrepareTextParams params{rulesOf(op, emit), texts(op.missingTexts), texts(op.validTexts),
                                         text(op.missingText), text(op.invalidText)};
  emit.call("prepare_str", params, {emit.in(0), emit.out(0), emit.out(1), emit.out(2)});
}

}  // namespace

void lower(const ir::Prepare& op, NodeEmitter& emit) {
  switch (emit.operandType(0).storage()) {
    case ir::Storage::f64:
      return lowerNumbers<double>(op, emit);
    case ir::Storage::f32:
      return lowerNumbers<float>(op, emit);
    case ir::Storage::i64:
      return lowerNumbers<int64_t>(op, emit);
    case ir::Storage::i32:
      return lowerNumbers<int32_t>(op, emit);
    case ir::Storage::boolean:
      return lowerNumbers<uint8_t>(op, emit);
    case ir::Storage::str:
      return lowerText(op, emit);
  }
}

}  // namespace kiln::codegen
