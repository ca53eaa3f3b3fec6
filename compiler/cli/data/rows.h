// Rows that a score needs beside its own: the rows of a group, the rows before.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/cli/data/row_scorer.h"

namespace kiln::data {

/// All rows of a table by group: the values of the group columns as texts. Groups stand in the order in which they
/// first occur, their rows in the order of the table. All rows are kept.
class RowGroups {
 public:
  /// `keys`: columns that say which rows belong together (-1: a column that the table lacks).
  explicit RowGroups(std::vector<int> keys) : keys_(std::move(keys)) {}
  void add(const std::vector<std::string_view>& fields, uint64_t line);
  size_t size() const { return groups_.size(); }
  size_t rows(size_t group) const { return groups_[group].rows.size(); }
  uint64_t line(size_t group) const { return groups_[group].line; }  ///< of its first row
  std::string_view field(size_t group, size_t row, size_t column) const;

 private:
  struct Group {
    uint64_t line;
    std::vector<size_t> rows;
  };
  std::vector<int> keys_;
  std::string text_;             // of all fields, one after the other
  std::vector<size_t> ends_{0};  // of field f: ends_[f] .. ends_[f + 1]
  std::unordered_map<std::string, size_t> byKey_;
  std::vector<Group> groups_;
};

/// The rows before this one, as far back as the scorer's lag inputs reach.
class History {
 public:
  explicit History(const std::vector<Column>& inputs);
  bool needed() const { return !blocks_.empty(); }
  /// The field of a lag input; empty (missing) if there is no such row. `fields`: this row's, by input.
  std::string_view past(size_t input, const std::vector<std::string_view>& fields);
  /// This row is past from now on.
  void add(const std::vector<std::string_view>& fields);

 private:
  // Rows that agree in the inputs `same`, newest first.
  struct Blocks {
    std::vector<uint32_t> same;
    size_t most = 0;
    std::unordered_map<std::string, std::deque<std::vector<std::string>>> rows;
  };
  static std::string keyOf(const Blocks& blocks, const std::vector<std::string_view>& fields);
  const std::vector<Column>& inputs_;
  std::vector<Blocks> blocks_;
  std::vector<size_t> blocksOf_;  // by input
  std::vector<uint32_t> kept_;    // inputs that lags are of
  std::vector<size_t> place_;     // of an input in kept_
};

/// What inputs of role state hold: cells that outputs of the last row with a result gave, at first their reset values.
class States {
 public:
  explicit States(const std::vector<Column>& inputs);
  bool needed() const { return !states_.empty(); }
  kiln_cell cell(size_t input) const;
  /// A row's outputs, which are cells for the next row.
  void take(const std::vector<kiln_cell>& outputs);

 private:
  struct State {
    size_t input;
    uint32_t output;
    kiln_cell cell;
    std::string text;
  };
  std::vector<State> states_;
};

}  // namespace kiln::data
