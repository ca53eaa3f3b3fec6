// matrix: constant elements with a shape, row-major; weights of `dense`, constant vectors and tensors.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// elem f64, f32, i64, i32, bool or str. f32 values are held in doubles, exactly.
struct Matrix final : TableBase<Matrix, TableKind::Matrix> {
  Elem elem = Elem::f64;
  std::vector<uint32_t> shape;
  std::vector<double> numbers;    ///< f64, f32
  std::vector<int64_t> integers;  ///< i64, i32, bool
  std::vector<std::string> text;  ///< str

  void fields(FieldVisitor& f) override {
    f.field("elem", elem), f.field("shape", shape), f.field("numbers", numbers), f.field("integers", integers),
        f.field("text", text);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir
