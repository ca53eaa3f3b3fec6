// matrix: constant numbers with a shape, row-major; weights of `dense`, constant vectors.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// elem f64, f32, i64, i32 or bool. f32 values are held in doubles, exactly.
struct Matrix final : TableBase<Matrix, TableKind::Matrix> {
  Elem elem = Elem::f64;
  std::vector<uint32_t> shape;
  std::vector<double> numbers;    ///< f64, f32
  std::vector<int64_t> integers;  ///< i64, i32, bool

  void fields(FieldVisitor& f) override {
    f.field("elem", elem), f.field("shape", shape), f.field("numbers", numbers), f.field("integers", integers);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir
