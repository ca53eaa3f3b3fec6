// Lowers `discretize`: bins, which may overlap, become ascending edges with one code between two of them.
#include "compiler/ir/nodes/discretize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/edges.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Bins {
  std::vector<double> edges;   // a value has reached edge i if it is >= edges[i]
  std::vector<int32_t> codes;  // codes[i] from edge i - 1 on, -1: no bin
};

struct Event {
  double at;
  bool begins;
  int32_t bin;
};

// Bin i holds the values that have reached its first event and not its second; no second: all beyond.
std::vector<Event> eventsOf(const ir::Edges& table) {
  std::vector<Event> events;
  for (size_t i = 0; i < table.low.size(); i++) {
    const double low = table.low[i], high = table.high[i];
    const bool lowIn = table.closed[i] & 1, highIn = table.closed[i] & 2;
    if (!(low <= high) || (low == kInfinity && !lowIn)) continue;  // empty, NaN too
    const double first = lowIn ? low : std::nextafter(low, kInfinity);
    const double last = highIn ? high : std::nextafter(high, -kInfinity);  // the greatest value in it
    if (!(first <= last) || (high == -kInfinity && !highIn)) continue;
    events.push_back({first, true, static_cast<int32_t>(i)});
    if (last < kInfinity) events.push_back({std::nextafter(last, kInfinity), false, static_cast<int32_t>(i)});
  }
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  return events;
}

Bins binsOf(const ir::Edges& table) {
  Bins bins{{}, {-1}};
  std::set<int32_t> open;  // bins that hold the values here; the first counts
  const std::vector<Event> events = eventsOf(table);
  for (size_t i = 0; i < events.size();) {
    const double at = events[i].at;
    for (; i < events.size() && events[i].at == at; i++) {
      if (events[i].begins)
        open.insert(events[i].bin);
      else
        open.erase(events[i].bin);
    }
    const int32_t code = open.empty() ? -1 : *open.begin();
    if (code != bins.codes.back()) bins.edges.push_back(at), bins.codes.push_back(code);
  }
  return bins;
}

}  // namespace

void lower(const ir::Discretize& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Edges>(op.edges);
  const Bins bins = binsOf(table);
  kernel::BinParams params{};
  params.count = static_cast<uint32_t>(bins.edges.size());
  params.code[0] = bins.codes[0];
  if (params.count > kernel::kInlineBins) {
    params.edges = emit.blob("edges of @" + table.name, bins.edges);
    params.codes = emit.blob("codes of @" + table.name, bins.codes);
  } else {
    std::copy(bins.edges.begin(), bins.edges.end(), params.edge);
    std::copy(bins.codes.begin(), bins.codes.end(), params.code);
  }
  emit.elementwise(kernelName("discretize", emit.operandType(0).storage()), params);
}

}  // namespace kiln::codegen
