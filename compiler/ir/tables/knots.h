// knots: the points of `piecewise`, ascending in x (LinearNorm's orig and norm).
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

struct Knots final : TableBase<Knots, TableKind::Knots> {
  std::vector<double> x, y;

  void fields(FieldVisitor& f) override { f.field("x", x), f.field("y", y); }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir
