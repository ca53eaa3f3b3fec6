// input: a value that the caller gives, by name.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// No operands; one result. `elem` cat: `dict` names its labels, text cells become codes, an unknown label becomes the
/// code of "some other value" (the dict is open) or fails INVALID_VALUE (it is closed). A cell of the wrong kind, or
/// text that does not parse, fails TYPE_MISMATCH. A missing cell is missing if `nullable`, else fails MISSING_REQUIRED.
/// `blank`: a missing cell is NaN (f64, f32) or the empty text instead (not `nullable`, `nan` value).
/// `nan` says what a NaN cell means (in a matrix: missing where nullable).
/// `shape`: a tensor, of one cell for each element in row-major order; each is a column of the schema, named after its
/// indices in a tensor of shape `columns` (`shape` where that is not given): X[0], X[1]; or X if there is one element.
/// The first element that fails fails the tensor, and is the one to blame.
/// `list` n > 0: the cell is a LIST, a missing cell is the empty one; the result is [n], its elements the list's items
/// by the rules of a cell, missing beyond its end. More than n items fail LIST_TOO_LONG; the first item that fails
/// fails the list, unless `dropInvalid` makes items of the wrong type and invalid ones missing.
/// Role lag: the value of input `roleOf` in the `roleStep`-th row before this one, of those rows that agree with it in the
/// inputs `same`; missing where there is none. The caller fills it in; nothing here depends on it.
/// Role state: what the output that `feeds` it gave for the last row that had a result; before the first row `reset`, which is
/// missing if it is NaN.
struct Input final : OpBase<Input, OpKind::Input> {
  enum Nan : uint8_t { value, missing, invalid };
  enum Role : uint8_t { plain, group, order, horizon, weight, lag, state };
  enum OpType : uint8_t { continuous, categorical, ordinal };
  std::string field;         ///< the column's name
  Elem elem = Elem::f64;
  TableRef dict;
  bool nullable = true;
  bool required = false;     ///< must be bound by the caller
  bool blank = false;
  Nan nan = invalid;
  std::vector<uint32_t> shape, columns;
  uint32_t list = 0;
  bool dropInvalid = false;
  Role role = plain;
  uint32_t roleOf = kNone, roleStep = 0;
  std::vector<uint32_t> same;
  double reset = 0;
  OpType opType = continuous;
  std::string description;   ///< how missing, invalid and outlying values are treated, in words
  double low, high;          ///< valid range, for the schema only

  Input();
  static constexpr const char* kNans[] = {"value", "missing", "invalid"};
  static constexpr const char* kRoles[] = {"value", "group", "order", "horizon", "weight", "lag", "state"};
  static constexpr const char* kOpTypes[] = {"continuous", "categorical", "ordinal"};
  void fields(FieldVisitor& f) override {
    f.field("field", field), f.field("elem", elem), f.field("dict", dict), f.field("nullable", nullable);
    f.field("required", required), f.field("blank", blank), f.choice("nan", nan, kNans);
    f.field("shape", shape), f.field("columns", columns), f.field("list", list), f.field("drop_invalid", dropInvalid);
    f.choice("role", role, kRoles), f.field("role_of", roleOf), f.field("role_step", roleStep), f.field("same", same);
    f.field("reset", reset);
    f.choice("optype", opType, kOpTypes), f.field("description", description), f.field("low", low), f.field("high", high);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
