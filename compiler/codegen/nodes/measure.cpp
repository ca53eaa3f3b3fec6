// Instances by eights, column after column, and the measure's lists.
#include "compiler/codegen/nodes/measure.h"

#include <algorithm>
#include <cmath>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/measure.h"

namespace kiln::codegen {

namespace {

constexpr uint32_t kGroup = 8, kMixed = 5;

std::vector<double> grouped(const ir::Matrix& rows) {
  const size_t m = rows.shape[0], n = rows.shape[1];
  std::vector<double> values((m + kGroup - 1) / kGroup * kGroup * n, 0.0);
  for (size_t i = 0; i < m; i++)
    for (size_t c = 0; c < n; c++) values[(i / kGroup * n + c) * kGroup + i % kGroup] = rows.numbers[i * n + c];
  return values;
}

// Enough leading columns of whole numbers to be worth it, where sums need nothing but differences or products.
constexpr uint32_t kFewWhole = 6;
constexpr double kLargeWhole = 1024;

uint32_t wholeColumns(const ir::Matrix& rows, const ir::Measure& m, const kernel::MeasureParams& p) {
  const bool square = m.metric == ir::Measure::euclidean || m.metric == ir::Measure::squaredEuclidean || m.metric == ir::Measure::rbf;
  if (p.skip || p.gaps || p.weights != kernel::kNone || (!m.isDot() && !(square && p.compare == ir::Measure::absDiff))) return 0;
  const size_t count = rows.shape[0], columns = rows.shape[1];
  uint32_t whole = 0;
  const auto isWhole = [&](uint32_t c) {
    for (size_t i = 0; i < count; i++) {
      const double v = rows.numbers[i * columns + c];
      if (v != std::trunc(v) || std::fabs(v) > kLargeWhole) return false;
    }
    return true;
  };
  while (whole < columns && whole < kernel::kWholeColumns && isWhole(whole)) whole++;
  return whole < kFewWhole ? 0 : whole;
}

/// No sum of products or of squared differences is larger than twice both squares; it must be exact in the type of the sums, and an i32.
kernel::WholeParams wholeParams(NodeEmitter& emit, const ir::Matrix& rows, ir::Storage storage, uint32_t columns) {
  const size_t n = rows.shape[1], groups = (rows.shape[0] + kGroup - 1) / kGroup, pairs = (columns + 1) / 2;
  std::vector<int16_t> numbers(groups * pairs * kGroup * 2, 0);
  std::vector<int32_t> squares(groups * kGroup, 0);
  for (size_t i = 0; i < rows.shape[0]; i++)
    for (size_t c = 0; c < columns; c++) {
      const auto v = static_cast<int16_t>(rows.numbers[i * n + c]);
      numbers[((i / kGroup * pairs + c / 2) * kGroup + i % kGroup) * 2 + c % 2] = v;
      squares[i] += v * v;
    }
  const double exact = storage == ir::Storage::f32 ? 0x1p24 : 0x1p30;
  kernel::WholeParams p{};
  p.most = exact / 2 - *std::max_element(squares.begin(), squares.end());
  if (p.most <= 0) return {};
  p.columns = columns;
  p.pairs = emit.blob("whole columns of @" + rows.name, numbers);
  p.squares = emit.blob("squares of @" + rows.name, squares);
  return p;
}

double totalOf(const ir::Measure& m, ir::Storage storage, uint32_t n) {
  double total = 0;
  float total32 = 0;   // added in the type of the sums
  for (uint32_t c = 0; c < n; c++) {
    const double q = m.adjust.empty() ? 1 : m.adjust[c];
    total += q, total32 += static_cast<float>(q);
  }
  return storage == ir::Storage::f32 ? static_cast<double>(total32) : total;
}

}  // namespace

kernel::MeasureParams measureParams(NodeEmitter& emit, ir::TableRef rowsRef, ir::TableRef measureRef) {
  const auto& rows = emit.pipeline().table<ir::Matrix>(rowsRef);
  const auto& m = emit.pipeline().table<ir::Measure>(measureRef);
  const ir::Storage storage = emit.operandType(0).storage();
  const uint32_t n = rows.shape[1];
  const auto list = [&](const char* what, const std::vector<double>& numbers) {
    if (numbers.empty()) return static_cast<uint32_t>(kernel::kNone);
    const std::string bytes = packElements(storage, numbers, {});
    return emit.blob(std::string(what) + " of @" + m.name, bytes.data(), bytes.size(), 64);
  };
  kernel::MeasureParams p{};
  p.metric = m.metric, p.rows = rows.shape[0], p.columns = n;
  p.values = emit.blobOnce("instances of @" + rows.name, [&] { return packElements(storage, grouped(rows), {}); });
  std::vector<uint8_t> compares;
  for (uint32_t c = 0; c < n; c++) compares.push_back(m.compareOf(c));
  const bool same = std::all_of(compares.begin(), compares.end(), [&](uint8_t v) { return v == compares[0]; });
  p.compare = same ? compares[0] : kMixed;
  p.compares = same ? static_cast<uint32_t>(kernel::kNone) : emit.blob("comparisons of @" + m.name, compares);
  p.scales = list("scales", m.scale), p.weights = list("weights", m.weight), p.adjusts = list("adjustments", m.adjust);
  std::vector<uint32_t> tables;
  uint32_t next = 0, first = 0;
  for (uint32_t c = 0; c < n; c++) {
    const uint32_t size = compares[c] == ir::Measure::byTable ? m.sizes[next++] : 1;
    tables.push_back(size), tables.push_back(first);
    if (compares[c] == ir::Measure::byTable) first += size * size;
  }
  p.tables = m.sizes.empty() ? static_cast<uint32_t>(kernel::kNone) : emit.blob("tables of @" + m.name, tables);
  p.numbers = list("table numbers", m.tables);
  p.skip = m.skip;
  p.gaps = std::any_of(rows.numbers.begin(), rows.numbers.end(), [](double v) { return std::isnan(v); });
  p.p = m.p, p.gamma = m.gamma, p.coef0 = m.coef0, p.degree = m.degree, p.total = totalOf(m, storage, n);
  if (const uint32_t whole = wholeColumns(rows, m, p)) p.whole = wholeParams(emit, rows, storage, whole);
  std::copy(m.binary.begin(), m.binary.end(), p.binary);
  return p;
}

}  // namespace kiln::codegen
