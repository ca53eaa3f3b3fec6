// edges: the bins of `discretize`, in document order. The first bin that holds the value wins.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Bin i is low[i] .. high[i], -inf and +inf where open-ended; closed[i] bit 0: low belongs to it, bit 1: high does.
struct Edges final : TableBase<Edges, TableKind::Edges> {
  std::vector<double> low, high;
  std::vector<uint8_t> closed;

  void fields(FieldVisitor& f) override { f.field("low", low), f.field("high", high), f.field("closed", closed); }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir
