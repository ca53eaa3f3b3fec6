#include "compiler/cli/data/rows.h"

#include <algorithm>
#include <cmath>

namespace kiln::data {

// Texts one after the other, told apart by their lengths.
static void appendKey(std::string& key, std::string_view text) {
  key += std::to_string(text.size());
  key += ':';
  key += text;
}

void RowGroups::add(const std::vector<std::string_view>& fields, uint64_t line) {
  std::string key;
  for (int k : keys_) appendKey(key, k < 0 ? std::string_view() : fields[static_cast<size_t>(k)]);
  const auto [known, isNew] = byKey_.emplace(std::move(key), groups_.size());
  if (isNew) groups_.push_back({line, {}});
  groups_[known->second].rows.push_back(ends_.size() - 1);
  for (std::string_view field : fields) text_ += field, ends_.push_back(text_.size());
}

std::string_view RowGroups::field(size_t group, size_t row, size_t column) const {
  const size_t f = groups_[group].rows[row] + column;
  return std::string_view(text_).substr(ends_[f], ends_[f + 1] - ends_[f]);
}

History::History(const std::vector<Column>& inputs) : inputs_(inputs), blocksOf_(inputs.size()), place_(inputs.size()) {
  for (size_t i = 0; i < inputs.size(); i++) {
    if (inputs[i].role != KILN_ROLE_LAG) continue;
    auto found =
        std::find_if(blocks_.begin(), blocks_.end(), [&](const Blocks& b) { return b.same == inputs[i].same; });
    if (found == blocks_.end()) found = blocks_.insert(blocks_.end(), Blocks{inputs[i].same, 0, {}});
    found->most = std::max<size_t>(found->most, inputs[i].roleStep);
    blocksOf_[i] = static_cast<size_t>(found - blocks_.begin());
    const auto at = std::find(kept_.begin(), kept_.end(), inputs[i].roleOf);
    place_[i] = static_cast<size_t>(at - kept_.begin());
    if (at == kept_.end()) kept_.push_back(inputs[i].roleOf);
  }
}

std::string History::keyOf(const Blocks& blocks, const std::vector<std::string_view>& fields) {
  std::string key;
  for (uint32_t input : blocks.same) appendKey(key, fields[input]);
  return key;
}

std::string_view History::past(size_t input, const std::vector<std::string_view>& fields) {
  Blocks& blocks = blocks_[blocksOf_[input]];
  const auto& rows = blocks.rows[keyOf(blocks, fields)];
  const size_t step = inputs_[input].roleStep;
  return step == 0 || step > rows.size() ? std::string_view() : std::string_view(rows[step - 1][place_[input]]);
}

void History::add(const std::vector<std::string_view>& fields) {
  for (Blocks& blocks : blocks_) {
    auto& rows = blocks.rows[keyOf(blocks, fields)];
    std::vector<std::string> row;
    for (uint32_t input : kept_) row.emplace_back(fields[input]);
    rows.push_front(std::move(row));
    if (rows.size() > blocks.most) rows.pop_back();
  }
}

States::States(const std::vector<Column>& inputs) {
  for (size_t i = 0; i < inputs.size(); i++) {
    if (inputs[i].role != KILN_ROLE_STATE) continue;
    kiln_cell cell{};
    if (!std::isnan(inputs[i].reset)) cell.kind = KILN_NUMBER, cell.as.number = inputs[i].reset;
    states_.push_back({i, inputs[i].roleOf, cell, {}});
  }
}

kiln_cell States::cell(size_t input) const {
  const auto found = std::find_if(states_.begin(), states_.end(), [&](const State& s) { return s.input == input; });
  kiln_cell cell = found->cell;
  if (cell.kind == KILN_TEXT) cell.as.text = found->text.data();
  return cell;
}

void States::take(const std::vector<kiln_cell>& outputs) {
  for (State& s : states_) {
    s.cell = outputs[s.output];
    if (s.cell.kind == KILN_TEXT) s.text.assign(s.cell.as.text, s.cell.length);
  }
}

}  // namespace kiln::data
