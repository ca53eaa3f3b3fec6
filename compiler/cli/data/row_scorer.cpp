#include "compiler/cli/data/row_scorer.h"

#include <algorithm>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/tables/dict.h"

namespace kiln::data {
namespace {

Column columnOf(const kiln_field& field) {
  Column c{field.name, field.type, {}, field.required != 0, field.role, field.list != 0, field.role_of, field.role_step, field.reset, {}};
  c.same.assign(field.same, field.same + field.same_count);
  for (uint32_t i = 0; i < field.categories.count; i++)
    c.categories.emplace_back(field.categories.text + field.categories.offsets[i],
                              field.categories.offsets[i + 1] - field.categories.offsets[i]);
  return c;
}

class CompiledWorker final : public RowWorker {
 public:
  explicit CompiledWorker(const kiln_scorer& table) : table_(table), scratch_(table) {}
  int32_t score(const kiln_cell* in, size_t textBytes, size_t items, kiln_cell* out, kiln_status* status) override {
    scratch_.reserve(textBytes, items);
    return table_.score_row(in, out, scratch_.data(), scratch_.size(), status);
  }

 private:
  const kiln_scorer& table_;
  host::Scratch scratch_;
};

class Compiled final : public RowScorer {
 public:
  explicit Compiled(std::shared_ptr<host::Scorer> scorer) : scorer_(std::move(scorer)) {
    const kiln_scorer& table = scorer_->table();
    source = table.identity->source;
    for (uint32_t i = 0; i < table.input_count; i++) inputs.push_back(columnOf(scorer_->input(i)));
    for (uint32_t i = 0; i < table.output_count; i++) outputs.push_back(columnOf(scorer_->output(i)));
  }
  std::unique_ptr<RowWorker> worker() const override { return std::make_unique<CompiledWorker>(scorer_->table()); }

 private:
  std::shared_ptr<host::Scorer> scorer_;
};

class Interpreted final : public RowScorer {
 public:
  explicit Interpreted(std::shared_ptr<const ir::Pipeline> pipeline) : pipeline_(std::move(pipeline)) {
    source = pipeline_->sourceFormat;
    for (const ir::SchemaColumn& at : ir::inputColumns(*pipeline_)) {
      const ir::Node& node = pipeline_->nodes[at.node];
      const auto& input = node.op->as<ir::Input>();
      inputs.push_back(column(at.name, pipeline_->type(node.results[0])));
      Column& c = inputs.back();
      c.required = input.required, c.role = input.role, c.list = input.list != 0;
      c.roleOf = input.roleOf, c.roleStep = input.roleStep, c.same = input.same;
      if (input.role == ir::Input::state) c.roleOf = ir::columnFeeding(*pipeline_, input.field), c.reset = input.reset;
    }
    for (const ir::SchemaColumn& at : ir::outputColumns(*pipeline_))
      outputs.push_back(column(at.name, pipeline_->type(pipeline_->nodes[at.node].operands[0])));
  }
  std::unique_ptr<RowWorker> worker() const override { return std::make_unique<Worker>(*pipeline_); }

 private:
  struct Worker final : RowWorker {
    explicit Worker(const ir::Pipeline& pipeline) : evaluator(pipeline) {}
    int32_t score(const kiln_cell* in, size_t, size_t, kiln_cell* out, kiln_status* status) override {
      evaluator.evaluate(in, out, status);
      return KILN_OK;
    }
    ir::Evaluator evaluator;
  };

  static uint8_t typeOf(ir::Elem elem) {
    switch (elem) {
      case ir::Elem::f64: return KILN_F64;
      case ir::Elem::f32: return KILN_F32;
      case ir::Elem::i64: return KILN_I64;
      case ir::Elem::i32: return KILN_I32;
      case ir::Elem::boolean: return KILN_BOOL;
      case ir::Elem::date: return KILN_DATE;
      case ir::Elem::time: return KILN_TIME;
      case ir::Elem::datetime: return KILN_DATETIME;
      case ir::Elem::str:
      case ir::Elem::cat: return KILN_STRING;
    }
    return KILN_STRING;
  }
  Column column(const std::string& name, const ir::Type& type) const {
    Column c;
    c.name = name, c.type = typeOf(type.elem);
    if (type.elem == ir::Elem::cat) {
      const auto& dict = pipeline_->table<ir::Dict>({type.dict});
      c.type = typeOf(dict.elem);
      for (uint32_t i = 0; i < dict.size(); i++) c.categories.push_back(dict.labelText(i));
    }
    return c;
  }
  std::shared_ptr<const ir::Pipeline> pipeline_;
};

}  // namespace

std::unique_ptr<RowScorer> compiledScorer(std::shared_ptr<host::Scorer> scorer) { return std::make_unique<Compiled>(std::move(scorer)); }
std::unique_ptr<RowScorer> interpreter(std::shared_ptr<const ir::Pipeline> pipeline) {
  return std::make_unique<Interpreted>(std::move(pipeline));
}

bool RowScorer::groupsRows() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const Column& c) { return c.list || c.role == KILN_ROLE_GROUP; });
}
bool RowScorer::readsPast() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const Column& c) { return c.role == KILN_ROLE_LAG || c.role == KILN_ROLE_STATE; });
}
bool RowScorer::isState(uint32_t output) const {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Column& c) { return c.role == KILN_ROLE_STATE && c.roleOf == output; });
}

std::string statusText(const kiln_status& status, const std::vector<Column>& inputs, bool notes) {
  static constexpr std::pair<uint32_t, const char*> kCauses[] = {
      {KILN_MISSING_REQUIRED, "missing value"}, {KILN_INVALID_VALUE, "invalid value"}, {KILN_TYPE_MISMATCH, "value of the wrong type"},
      {KILN_UNDEFINED, "undefined result"},     {KILN_TEXT_TOO_LONG, "text too long"}, {KILN_LIST_TOO_LONG, "list too long"}};
  static constexpr std::pair<uint32_t, const char*> kNotes[] = {
      {KILN_REPLACED_MISSING, "replaced missing"}, {KILN_REPLACED_INVALID, "replaced invalid"}, {KILN_OUTLIER, "outlier"},
      {KILN_UNKNOWN_CATEGORY, "unknown category"}, {KILN_NON_FINITE, "non-finite result"},      {KILN_DEFAULT_USED, "default used"}};
  std::string text = "ok";
  if (status.bits & KILN_NO_RESULT) {
    text = "no result";
    for (auto [bit, words] : kCauses)
      if (status.bits & bit) text = words;
    if (status.field < inputs.size()) text += " in '" + inputs[status.field].name + "'";
    else if (status.node != 0xffff) text += " at node " + std::to_string(status.node);
  }
  if (notes)
    for (auto [bit, words] : kNotes)
      if (status.bits & bit) text += std::string("; ") + words;
  return text;
}

}  // namespace kiln::data
