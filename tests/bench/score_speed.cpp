// Microseconds a row of a compiled scorer over the rows of a table, one thread: one row at a time (cells of the fields' own types, made
// beforehand) and as a matrix of floats, or of doubles where the model has any or whole numbers of 64 bits (text as codes). Tables of
// transactions are scored by group. The best of several passes.
//
//   score_speed SCORER.so ROWS.csv [ROWS [SECONDS]]      rows are repeated up to ROWS (default 4096); SECONDS: how long each is timed, 0.5
//
// Prints "rows N", "one_row US" and "batch US"; batch is 0 where an input is free text or a list, which no matrix holds.
#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "compiler/cli/data/records.h"
#include "compiler/cli/data/row_scorer.h"
#include "compiler/cli/data/rows.h"
#include "runtime/host/scorer.h"

namespace {

using kiln::data::Column;

[[noreturn]] void die(const std::string& why) { std::fprintf(stderr, "%s\n", why.c_str()), std::exit(1); }

double timed = 0.5;   ///< seconds

/// Microseconds a row, of passes over `rows` rows: at least 5 of them, and the seconds given.
template <class F>
double best(size_t rows, F pass) {
  double least = 1e30, total = 0;
  for (int i = 0; i < 5 || total < timed; i++) {
    const auto begin = std::chrono::steady_clock::now();
    pass();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    least = std::min(least, seconds), total += seconds;
  }
  return least / static_cast<double>(rows) * 1e6;
}

/// The table's rows as cells of the scorer's inputs.
class Table {
 public:
  Table(const char* path, const kiln::data::RowScorer& scorer) : inputs_(scorer.inputs) {
    const int fd = open(path, O_RDONLY);
    kiln::data::RecordReader reader(fd, kiln::data::TextFormat::csv);
    std::string error;
    if (fd < 0 || !reader.readHeader(error)) die(std::string(path) + ": " + error);
    const auto& names = reader.columns();
    for (const Column& input : inputs_) {
      const auto found = std::find(names.begin(), names.end(), input.name);
      column_.push_back(found == names.end() ? -1 : static_cast<int>(found - names.begin()));
    }
    std::vector<int> keys;
    for (size_t i = 0; i < inputs_.size(); i++)
      if (inputs_[i].role == KILN_ROLE_GROUP) keys.push_back(column_[i]);
    kiln::data::RowGroups groups(keys);
    kiln::data::RecordParser parser(reader.format(), names);
    std::string chunk;
    uint64_t line = 0;
    std::vector<std::string_view> fields;
    while (reader.next(chunk, line, error) && !chunk.empty()) {
      parser.open(std::move(chunk), line);
      while (parser.next(fields, error)) {
        if (scorer.groupsRows()) groups.add(fields, parser.line());
        else addRow([&](size_t, size_t column) { return fields[column]; }, 1);
      }
    }
    if (!error.empty()) die(error);
    for (size_t g = 0; scorer.groupsRows() && g < groups.size(); g++)
      addRow([&](size_t row, size_t column) { return groups.field(g, row, column); }, groups.rows(g));
  }
  std::vector<std::vector<kiln_cell>> rows;
  size_t textBytes = 0, items = 0;   ///< of the longest row

 private:
  template <class Field>
  void addRow(Field field, size_t count) {
    std::vector<kiln_cell> cells;
    size_t text = 0;
    for (size_t i = 0; i < inputs_.size(); i++) {
      auto one = [&](size_t row) { return column_[i] < 0 ? kiln_cell{} : cellOf(field(row, static_cast<size_t>(column_[i])), inputs_[i], text); };
      if (!inputs_[i].list) {
        cells.push_back(one(0));
        continue;
      }
      auto& list = lists_.emplace_back();
      for (size_t row = 0; row < count; row++) list.push_back(one(row));
      kiln_cell cell{};
      cell.kind = KILN_LIST, cell.as.items = list.data(), cell.length = static_cast<uint32_t>(list.size());
      cells.push_back(cell), items = std::max(items, list.size());
    }
    textBytes = std::max(textBytes, text);
    rows.push_back(std::move(cells));
  }
  kiln_cell cellOf(std::string_view field, const Column& input, size_t& text) {
    kiln_cell cell{};
    if (field.empty() || field == "NA" || field == "N/A") return cell;
    const std::string& kept = texts_.emplace_back(field);
    char* end = nullptr;
    const double value = std::strtod(kept.c_str(), &end);
    const bool number = end == kept.c_str() + kept.size() && input.type != KILN_STRING;
    if (number && (input.type == KILN_F64 || input.type == KILN_F32)) {
      cell.kind = KILN_NUMBER, cell.as.number = value;
    } else if (number && value == std::floor(value)) {
      cell.kind = KILN_INTEGER, cell.as.integer = static_cast<int64_t>(value);
    } else {
      cell.kind = KILN_TEXT, cell.as.text = kept.data(), cell.length = static_cast<uint32_t>(kept.size()), text += kept.size();
    }
    return cell;
  }
  const std::vector<Column>& inputs_;
  std::vector<int> column_;   // of each input, -1: the table lacks it
  std::deque<std::string> texts_;
  std::deque<std::vector<kiln_cell>> lists_;
};

double matrixValue(const kiln_scorer& s, uint32_t input, const kiln_cell& cell) {
  switch (cell.kind) {
    case KILN_NUMBER: return cell.as.number;
    case KILN_INTEGER: return static_cast<double>(cell.as.integer);
    case KILN_TEXT: return s.encode(input, cell.as.text, cell.length);
    default: return std::nan("");
  }
}

template <class T> constexpr uint8_t kType = sizeof(T) == 8 ? (std::is_floating_point_v<T> ? KILN_F64 : KILN_I64) : std::is_floating_point_v<T> ? KILN_F32 : KILN_I32;

/// Microseconds a row of the table as a matrix of T, results in one of R; 0 if it cannot be one.
template <class T, class R>
double batchOf(const kiln::host::Scorer& scorer, const Table& table, kiln::host::Scratch& scratch) {
  const kiln_scorer& s = scorer.table();
  std::vector<const char*> names;
  for (uint32_t i = 0; i < s.input_count; i++) names.push_back(scorer.input(i).name);
  std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
  std::vector<uint8_t> problems(s.input_count + s.output_count);
  s.bind(names.data(), s.input_count, kType<T>, kType<R>, binding.data(), problems.data());
  if (std::any_of(problems.begin(), problems.begin() + s.input_count, [](uint8_t p) { return p != 0; })) return 0;
  const size_t n = table.rows.size();
  std::vector<T> in;
  std::vector<R> results(n * s.output_count);
  for (const auto& row : table.rows)
    for (uint32_t i = 0; i < s.input_count; i++) in.push_back(static_cast<T>(matrixValue(s, i, row[i])));
  kiln_matrix m{}, r{};
  m.size = r.size = sizeof m, m.type = kType<T>, r.type = kType<R>, m.rows = r.rows = static_cast<int64_t>(n);
  m.data = in.data(), m.row_bytes = static_cast<int64_t>(s.input_count * sizeof(T)), r.data = results.data();
  r.row_bytes = static_cast<int64_t>(s.output_count * sizeof(R));
  return best(n, [&] { s.score_rows(binding.data(), &m, &r, scratch.data(), scratch.size(), nullptr); });
}

/// The matrix that holds these columns as they are, or in the least room; truth values in the floats that bodies of elements take them in, of
/// the size of what is at the `other` end.
uint8_t smallestFor(const std::vector<Column>& columns, const std::vector<Column>& other) {
  auto anyWide = [](const std::vector<Column>& of) {
    return std::any_of(of.begin(), of.end(), [](const Column& c) { return c.type == KILN_F64 || c.type == KILN_I64; });
  };
  auto all = [&](std::initializer_list<uint8_t> types) {
    return std::all_of(columns.begin(), columns.end(), [&](const Column& c) { return std::count(types.begin(), types.end(), c.type) != 0; });
  };
  if (all({KILN_I32})) return KILN_I32;
  if (all({KILN_BOOL})) return anyWide(other) ? KILN_F64 : KILN_F32;
  if (all({KILN_I64, KILN_I32, KILN_BOOL, KILN_DATE, KILN_TIME, KILN_DATETIME})) return KILN_I64;
  return anyWide(columns) ? KILN_F64 : KILN_F32;
}
template <class T> double batchOf(const kiln::host::Scorer& scorer, const Table& table, kiln::host::Scratch& scratch, uint8_t out) {
  switch (out) {
    case KILN_F64: return batchOf<T, double>(scorer, table, scratch);
    case KILN_F32: return batchOf<T, float>(scorer, table, scratch);
    case KILN_I64: return batchOf<T, int64_t>(scorer, table, scratch);
    default: return batchOf<T, int32_t>(scorer, table, scratch);
  }
}
double batchOf(const kiln::host::Scorer& scorer, const Table& table, kiln::host::Scratch& scratch, uint8_t in, uint8_t out) {
  switch (in) {
    case KILN_F64: return batchOf<double>(scorer, table, scratch, out);
    case KILN_F32: return batchOf<float>(scorer, table, scratch, out);
    case KILN_I64: return batchOf<int64_t>(scorer, table, scratch, out);
    default: return batchOf<int32_t>(scorer, table, scratch, out);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: see the first lines of the source\n"), 2;
  std::string error;
  std::shared_ptr<kiln::host::Scorer> scorer = kiln::host::Scorer::open(argv[1], error);
  if (!scorer) die(error);
  const auto schema = kiln::data::compiledScorer(scorer);
  const kiln_scorer& s = scorer->table();
  Table table(argv[2], *schema);
  if (table.rows.empty()) die("no rows");
  const size_t given = table.rows.size(), wanted = argc > 3 ? static_cast<size_t>(std::atol(argv[3])) : 4096;
  for (size_t r = given; r < wanted; r++) table.rows.push_back(table.rows[r - given]);
  const size_t n = table.rows.size();
  if (argc > 4) timed = std::atof(argv[4]);
  kiln::host::Scratch scratch(s);
  scratch.reserve(table.textBytes, table.items);

  std::vector<kiln_cell> out(s.output_count);
  const double oneRow = best(n, [&] {
    for (const auto& row : table.rows) s.score_row(row.data(), out.data(), scratch.data(), scratch.size(), nullptr);
  });
  const double batch = batchOf(*scorer, table, scratch, smallestFor(schema->inputs, schema->outputs), smallestFor(schema->outputs, schema->inputs));
  std::printf("rows %zu\none_row %.5f\nbatch %.5f\n", n, oneRow, batch);
  return 0;
}
