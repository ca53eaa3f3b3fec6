// The reference evaluator: one row through a pipeline, node by node.
#include "compiler/ir/evaluate.h"

#include <cmath>
#include <limits>

#include "compiler/ir/columns.h"
#include "compiler/ir/elements.h"

namespace kiln::ir {

std::string_view Evaluation::keep(std::string text) {
  texts_->push_back(std::move(text));
  return texts_->back();
}

Failure Evaluation::failure(uint32_t cause, uint32_t field) const {
  if (field != kNone) return {cause, static_cast<uint16_t>(field), 0xffff};
  return {cause, 0xffff, static_cast<uint16_t>(nodeIndex)};
}

Failure Evaluation::firstFailure() const {
  for (size_t i = 0; i < operands(); i++)
    if (operand(i).failure) return operand(i).failure;
  return {};
}

void Evaluation::endRow(const Failure& failure) {
  if (status_->bits & KILN_NO_RESULT) return;
  status_->bits |= KILN_NO_RESULT | failure.cause;
  status_->field = failure.field;
  status_->node = failure.node;
}

void Evaluation::addNote(uint32_t bits) {
  if (!(status_->bits & KILN_NO_RESULT)) status_->bits |= bits;
}

// The cell of an element, as the ABI has it: labels of a cat are text or numbers as the dict says.
static kiln_cell toCell(const Datum& datum, Elem elem) {
  kiln_cell cell{};
  switch (storageOf(elem)) {
    case Storage::f64:
    case Storage::f32: {
      cell.kind = KILN_NUMBER;
      const double v = elem == Elem::f32 ? static_cast<double>(datum.f32) : datum.f64;
      cell.as.number = std::isnan(v) ? std::numeric_limits<double>::quiet_NaN() : v;
      break;
    }
    case Storage::i64: cell.kind = KILN_INTEGER, cell.as.integer = datum.i64; break;
    case Storage::i32: cell.kind = KILN_INTEGER, cell.as.integer = datum.i32; break;
    case Storage::boolean: cell.kind = KILN_BOOLEAN, cell.as.integer = datum.boolean; break;
    case Storage::str:
      cell.kind = KILN_TEXT, cell.as.text = datum.text.data(), cell.length = static_cast<uint32_t>(datum.text.size());
  }
  return cell;
}

void Evaluation::setOutput(const RowValue& value, const Type& type) {
  const Dict* labels = type.elem == Elem::cat ? &pipeline.table<Dict>(TableRef{type.dict}) : nullptr;
  const Elem elem = labels ? labels->elem : type.elem;
  for (size_t i = 0; i < value.elements.size(); i++) {
    const Datum& datum = value.elements[i];
    kiln_cell& cell = output_[i] = kiln_cell{};
    if (datum.missing) continue;
    cell = toCell(labels ? labelOf(*labels, static_cast<uint32_t>(datum.i32)) : datum, elem);
    if (isFloat(elem) && !std::isfinite(cell.as.number)) addNote(KILN_NON_FINITE);
  }
}

Evaluator::Evaluator(const Pipeline& pipeline)
    : pipeline_(pipeline), values_(pipeline.values.size()), places_(pipeline.nodes.size()) {
  for (uint32_t n = 0; n < pipeline.nodes.size(); n++) {
    const Node& node = pipeline.nodes[n];
    if (node.op->kind() == OpKind::Input) places_[n] = inputs_, inputs_ += columnsOf(pipeline, node);
    if (node.op->kind() == OpKind::Output) places_[n] = outputs_, outputs_ += columnsOf(pipeline, node);
    if (node.op->kind() == OpKind::Const) run(n, nullptr, nullptr, nullptr);
  }
}

void Evaluator::evaluate(const kiln_cell* in, kiln_cell* out, kiln_status* status) {
  texts_.clear();
  *status = {0, 0xffff, 0xffff};
  for (uint32_t n = 0; n < pipeline_.nodes.size(); n++)
    if (pipeline_.nodes[n].op->kind() != OpKind::Const) run(n, in, out, status);
  if (status->bits & KILN_NO_RESULT)
    for (uint32_t i = 0; i < outputs_; i++) out[i] = kiln_cell{};
}

void Evaluator::run(uint32_t n, const kiln_cell* in, kiln_cell* out, kiln_status* status) {
  const Node& node = pipeline_.nodes[n];
  Evaluation evaluation(pipeline_, node, values_);
  evaluation.nodeIndex = n;
  evaluation.cells = in;
  evaluation.inputIndex = places_[n];
  evaluation.texts_ = &texts_;
  evaluation.status_ = status;
  evaluation.output_ = out + (node.op->kind() == OpKind::Output ? places_[n] : 0);
  node.op->evaluate(evaluation);
}

}  // namespace kiln::ir
