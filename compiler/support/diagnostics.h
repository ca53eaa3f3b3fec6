// Errors and warnings for users: collected, so that one run reports every problem of a file, and shown like a good
// compiler's, with line, excerpt, caret, path and note.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "compiler/support/source.h"

namespace kiln {

enum class Severity : uint8_t { error, warning };

/// What is wrong; decides the exit code. `missing`, `invalid` and `misplaced` mean the document is not what the standard asks
/// for; `unsupported` that it is, but Kiln refuses it rather than guess; `limit` that a part of it is larger than Kiln reads;
/// `budget` that the file or its compilation as a whole takes more than it may: bytes, nodes, memory, time.
enum class Kind : uint8_t { missing, invalid, misplaced, unsupported, limit, budget, verification, io, link, internal };

struct Diagnostic {
  Severity severity = Severity::error;
  Kind kind = Kind::invalid;
  uint32_t line = 0, column = 0;   ///< from 1; 0: the file as a whole
  uint32_t length = 1;             ///< columns to underline
  std::string message;             ///< lower-case start, no final period, the user's words in single quotes
  std::string path;                ///< where in the document: an XPath, a graph path
  std::vector<std::string> notes;  ///< ways out
};

class Diagnostics {
 public:
  /// Beyond kMostKept only the first of a kind is kept, and the rest counted. What is kept is returned, to be completed.
  Diagnostic& add(Diagnostic diagnostic);
  Diagnostic& error(Kind kind, uint32_t line, uint32_t column, std::string message, std::string path = "", std::string note = "");
  Diagnostic& warning(Kind kind, uint32_t line, uint32_t column, std::string message, std::string path = "", std::string note = "");

  const std::vector<Diagnostic>& all() const { return diagnostics_; }
  uint32_t errors() const { return errors_; }
  bool hasErrors() const { return errors_ != 0; }
  /// 0 without errors, else that of the gravest kind: 1 internal, 3 malformed, 4 unsupported or over a limit, 5 budget, 6 verification, 7 io
  /// (output), 8 link. A file with both malformed and unsupported parts is malformed.
  int exitCode() const;

  /// In the order of their places. Equal ones are shown once; over `most` errors the rest is counted.
  void print(std::ostream& out, const Source& source, bool colour, uint32_t most = 50) const;
  void printJson(std::ostream& out, const Source& source) const;

 private:
  static constexpr size_t kMostKept = 10000;
  std::vector<Diagnostic> diagnostics_;
  Diagnostic dropped_;         // the last that was only counted
  uint32_t errors_ = 0, droppedErrors_ = 0, kinds_ = 0;  // kinds_: one bit a severity and kind, of those kept
};

const char* kindName(Kind kind);

}  // namespace kiln
