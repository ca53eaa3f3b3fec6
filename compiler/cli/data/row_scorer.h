// One face for what scores rows: a compiled scorer, or the reference evaluator (--interpret).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "kiln/scorer.h"
#include "runtime/host/scorer.h"

namespace kiln::data {

struct Column {
  std::string name;
  uint8_t type = KILN_F64;               ///< enum kiln_type
  std::vector<std::string> categories;   ///< labels by code
  bool required = false;
  uint8_t role = KILN_ROLE_VALUE;        ///< enum kiln_role
  bool list = false;
  uint32_t roleOf = 0, roleStep = 0;     ///< of a lag: an input, rows before; of a state: an output
  double reset = 0;                      ///< of a state
  std::vector<uint32_t> same;            ///< of a lag: inputs
};

/// Scores rows for one thread.
class RowWorker {
 public:
  virtual ~RowWorker() = default;
  /// As kiln_scorer::score_row; output text lives until the next call. `textBytes`, `items`: of all cells of the row.
  virtual int32_t score(const kiln_cell* in, size_t textBytes, size_t items, kiln_cell* out, kiln_status* status) = 0;
};

class RowScorer {
 public:
  virtual ~RowScorer() = default;
  virtual std::unique_ptr<RowWorker> worker() const = 0;
  std::vector<Column> inputs, outputs;
  std::string source;   ///< "PMML 4.4" ...
  bool groupsRows() const;   ///< one score for each group of rows
  bool readsPast() const;    ///< scores depend on rows before
  bool isState(uint32_t output) const;   ///< it feeds the next row
  bool isPmml() const { return source.starts_with("PMML"); }
  bool isOnnx() const { return source.starts_with("ONNX"); }
};

std::unique_ptr<RowScorer> compiledScorer(std::shared_ptr<host::Scorer> scorer);
std::unique_ptr<RowScorer> interpreter(std::shared_ptr<const ir::Pipeline> pipeline);

/// "ok", or why a row has no result: "invalid value in 'age'". With `notes`, what was noticed beside a result follows.
std::string statusText(const kiln_status& status, const std::vector<Column>& inputs, bool notes);

}  // namespace kiln::data
