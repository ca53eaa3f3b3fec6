// lookup: a row of a table by one or more codes.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands: one scalar i32 or cat for each key of the table. Result: a scalar, or a vector of the table's width.
/// A negative code counts as outside its size. With one key
/// and scalar rows the key may have a shape: one scalar an element.
struct LookupNode final : OpBase<LookupNode, OpKind::LookupNode> {
  TableRef table;

  void fields(FieldVisitor& f) override { f.field("table", table); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
