// The reference evaluator: one row through a pipeline, node by node, in plain loops. It is the oracle of every test and
// what `kiln score MODEL --interpret` uses; it shares only the math functions with generated code.
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "kiln/scorer.h"

namespace kiln::ir {

/// Why a value failed: a cause bit of kiln_status (0: it did not), and the input or node that is to blame.
struct Failure {
  uint32_t cause = 0;
  uint16_t field = 0xffff, node = 0xffff;
  explicit operator bool() const { return cause != 0; }
};

/// One element. Which member holds it follows from the storage of its type.
struct Datum {
  union {
    double f64 = 0;
    float f32;
    int64_t i64;
    int32_t i32;   ///< also the code of a cat
    bool boolean;
  };
  std::string_view text;
  bool missing = false;
};

/// A value of the row: one element for a scalar, in row-major order for a shape.
struct RowValue {
  Failure failure;
  bool listMissing = false;
  std::vector<Datum> elements;
};

/// What an Op's evaluate sees.
class Evaluation {
 public:
  const Pipeline& pipeline;
  const Node& node;
  uint32_t nodeIndex = 0;
  const kiln_cell* cells = nullptr;   ///< the row's inputs, in schema order
  uint32_t inputIndex = 0;    ///< of an input node: its first column in the schema

  size_t operands() const { return node.operands.size(); }
  const RowValue& operand(size_t i) const { return values_[node.operands[i]]; }
  const Type& operandType(size_t i) const { return pipeline.type(node.operands[i]); }
  RowValue& result(size_t i = 0) { return values_[node.results[i]]; }
  const Type& resultType(size_t i = 0) const { return pipeline.type(node.results[i]); }
  /// A string that lives until the row is done.
  std::string_view keep(std::string text);
  /// A failure at this node, or at an input if `field` is given.
  Failure failure(uint32_t cause, uint32_t field = kNone) const;
  /// The leftmost failure among all operands.
  Failure firstFailure() const;
  // For statements, in program order. The first that ends the row decides cause, field and node. Notes set before it
  // stay; later ones do not count, as they come from values that the row does not have.
  void endRow(const Failure& failure);
  void addNote(uint32_t bits);
  void setOutput(const RowValue& value, const Type& type);

 private:
  friend class Evaluator;
  Evaluation(const Pipeline& p, const Node& n, std::vector<RowValue>& v) : pipeline(p), node(n), values_(v) {}
  std::vector<RowValue>& values_;
  std::deque<std::string>* texts_ = nullptr;
  kiln_status* status_ = nullptr;
  kiln_cell* output_ = nullptr;
};

class Evaluator {
 public:
  /// The pipeline must have passed the verifier and must outlive the evaluator.
  explicit Evaluator(const Pipeline& pipeline);
  /// Scores one row, as score_row of the C ABI: cells in schema order. Output text lives until the next call.
  void evaluate(const kiln_cell* in, kiln_cell* out, kiln_status* status);
  /// The value of each Value of the last row, for traces and tests.
  const std::vector<RowValue>& values() const { return values_; }

 private:
  void run(uint32_t node, const kiln_cell* in, kiln_cell* out, kiln_status* status);

  const Pipeline& pipeline_;
  std::vector<RowValue> values_;   // kept from row to row, so that scoring does not allocate; constants stay
  std::vector<uint32_t> places_;   // of an input or output node: its first column in the schema
  uint32_t inputs_ = 0, outputs_ = 0;
  std::deque<std::string> texts_;
};

}  // namespace kiln::ir
