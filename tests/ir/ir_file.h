// Expectations inside .ir files. On a line of its own: `; run: inputs => outcome`. Inputs are cells in schema order:
// numbers, "text", true, false, missing, [a list of them between blanks]. An outcome is the outputs, then ` | ` and note bits if there are any; or
// `failed CAUSE`, then ` field N` if an input is to blame. On any line: `; error: text`, part of the message of a
// diagnostic of that line.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "kiln/scorer.h"

namespace kiln::tests {

struct RunLine {
  uint32_t line = 0;
  std::string text;                     ///< as written, for messages
  std::vector<std::string> inputTexts;  ///< what text cells point into
  std::vector<kiln_cell> inputs;
  std::deque<std::vector<kiln_cell>> lists;  ///< what list cells point into
  std::string outcome;  ///< numbers spelled as formatNumber does
};
struct ErrorLine {
  uint32_t line = 0;
  std::string message;
};
struct IrFile {
  std::string name, text;
  std::vector<RunLine> runs;
  std::vector<ErrorLine> errors;
};

/// All .ir files of a folder, by name. Malformed run lines throw std::runtime_error.
std::vector<IrFile> readIrFiles(const std::string& folder);
/// What a call gave, spelled as an outcome.
std::string spellOutcome(const std::vector<kiln_cell>& outputs, const kiln_status& status);

}  // namespace kiln::tests
