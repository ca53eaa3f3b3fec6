// Rows of a table in text: CSV (RFC 4180), TSV, NDJSON. A stream is cut into chunks of whole records, which threads parse apart.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kiln::data {

enum class TextFormat : uint8_t { csv, tsv, ndjson };

/// Cuts a file into its header and chunks of whole records, in bounded memory.
class RecordReader {
 public:
  /// `fd` stays the caller's. `format` csv with a tab in the header line becomes tsv.
  RecordReader(int fd, TextFormat format, size_t chunkBytes = 1 << 20);
  /// Reads the header (CSV, TSV) or the first record's keys (NDJSON). False, with `error`, if there is none. `needsColumns` is
  /// false for a model without inputs: a table with nothing in its first line then has one record, of one blank column.
  bool readHeader(std::string& error, bool needsColumns = true);
  const std::vector<std::string>& columns() const { return columns_; }
  TextFormat format() const { return format_; }
  /// The next chunk of whole records; empty at the end. `firstLine` is the line number of its first record. False, with
  /// `error`, if reading fails, a quote is never closed, or a record is longer than `kLongestRecord`.
  bool next(std::string& chunk, uint64_t& firstLine, std::string& error);

  static constexpr size_t kLongestRecord = 256u << 20;

 private:
  bool fill(std::string& error);
  size_t recordEnd(size_t from, bool& complete) const;   // one past the record that begins at `from`
  int fd_;
  TextFormat format_;
  size_t chunkBytes_;
  std::string pending_;
  bool end_ = false;
  uint64_t line_ = 1;
  std::vector<std::string> columns_;
};

/// Parses the records of one chunk, one at a time.
class RecordParser {
 public:
  RecordParser(TextFormat format, const std::vector<std::string>& columns);
  void open(std::string chunk, uint64_t firstLine);
  /// Fills fields (one a column; views into the parser, good until the next call). False at the end of the chunk, or with
  /// `error` not empty.
  bool next(std::vector<std::string_view>& fields, std::string& error);
  uint64_t line() const { return recordLine_; }   ///< of the record read last

 private:
  bool nextDelimited(std::vector<std::string_view>& fields, std::string& error);
  bool nextJson(std::vector<std::string_view>& fields, std::string& error);
  TextFormat format_;
  const std::vector<std::string>& columns_;
  std::string chunk_;
  size_t at_ = 0;
  uint64_t line_ = 1, recordLine_ = 1;
  std::vector<std::string> texts_;   // values of an NDJSON record
};

/// Appends a field to a CSV or TSV line, quoted where it has to be.
void appendField(std::string& line, std::string_view field, TextFormat format);
/// Appends text as a JSON string, quotes included.
void appendJsonString(std::string& line, std::string_view text);

}  // namespace kiln::data
