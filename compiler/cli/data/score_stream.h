// Scores a table: text in, text out, in order, on all cores, in bounded memory.
#pragma once
#include <string>
#include <vector>

#include "compiler/cli/data/records.h"
#include "compiler/cli/data/row_scorer.h"

namespace kiln::data {

enum class OnError : uint8_t { null, fail, skip };

struct ScoreOptions {
  TextFormat inputFormat = TextFormat::csv, outputFormat = TextFormat::csv;
  std::vector<std::string> outputs;      ///< only these, in this order; empty: all
  std::vector<std::string> idColumns;    ///< input columns that are copied before the outputs
  std::string statusColumn;              ///< name of a last column with "ok" or why a row has no result; empty: none
  bool notes = false;                    ///< the status column also says what was noticed beside a result
  OnError onError = OnError::null;       ///< a row without result: empty outputs, the end of the run, or left out
  bool strictColumns = false;            ///< an absent input column is an error
  uint32_t shard = 0, shards = 1;        ///< rows whose number modulo `shards` is `shard`
  unsigned threads = 0;                  ///< 0: all cores
  bool progress = false;                 ///< say on stderr how far it is, after a second
};

struct ScoreResult {
  int exitCode = 0;
  std::string error;                     ///< if exitCode is not 0
  std::vector<std::string> warnings;
  uint64_t rows = 0, withoutResult = 0;
};

/// Reads rows from one descriptor, writes scores to another.
ScoreResult scoreStream(const RowScorer& scorer, const ScoreOptions& options, int in, int out);

/// How a column of the table reaches an input of the scorer.
struct InputBinding {
  int column = -1;           ///< -1: the table does not have it
  bool naIsMissing = false;  ///< `NA` and `N/A` are missing
};
/// Inputs by name; false, with `error`, if a column occurs twice or one that must be there is absent.
bool bindInputs(const RowScorer& scorer, const std::vector<std::string>& columns, bool strict, std::vector<InputBinding>& bindings,
                std::vector<std::string>& warnings, std::string& error);
/// A field of the table as a cell. An empty field is missing; where inputs cannot be missing (ONNX) an empty number is NaN and
/// an empty text is "".
kiln_cell cellOf(std::string_view field, const InputBinding& binding, const Column& column, bool pmml);
/// A result cell as text; empty for missing.
void appendCell(std::string& to, const kiln_cell& cell, uint8_t type);

}  // namespace kiln::data
