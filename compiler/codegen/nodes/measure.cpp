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
  std::copy(m.binary.begin(), m.binary.end(), p.binary);
  return p;
}

}  // namespace kiln::codegen
