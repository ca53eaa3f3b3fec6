#include "compiler/cli/data/records.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace kiln::data {

RecordReader::RecordReader(int fd, TextFormat format, size_t chunkBytes) : fd_(fd), format_(format), chunkBytes_(chunkBytes) {}

bool RecordReader::fill(std::string& error) {
  const size_t had = pending_.size();
  pending_.resize(had + chunkBytes_);
  ssize_t n;
  do n = read(fd_, pending_.data() + had, chunkBytes_);
  while (n < 0 && errno == EINTR);
  pending_.resize(had + (n > 0 ? static_cast<size_t>(n) : 0));
  if (n < 0) return error = std::strerror(errno), false;
  if (n == 0) end_ = true;
  return true;
}

// A record ends at a line end outside quotes. Quotes matter in CSV only; a quoted field may span lines.
size_t RecordReader::recordEnd(size_t from, bool& complete) const {
  bool quoted = false;
  for (size_t i = from; i < pending_.size(); i++) {
    const char c = pending_[i];
    if (c == '"' && format_ == TextFormat::csv) quoted = !quoted;
    if (c == '\n' && !quoted) return complete = true, i + 1;
  }
  complete = end_ && !quoted;
  return pending_.size();
}

static std::string_view withoutLineEnd(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool RecordReader::readHeader(std::string& error, bool needsColumns) {
  bool complete = false;
  size_t end = 0;
  while (true) {
    end = recordEnd(0, complete);
    if (complete || end_) break;
    if (pending_.size() > kLongestRecord) return error = "the header has no end", false;
    if (!fill(error)) return false;
  }
  if (!complete) return error = "a quote in the header is never closed", false;
  std::string header(withoutLineEnd(std::string_view(pending_).substr(0, end)));
  if (header.starts_with("\xef\xbb\xbf")) header.erase(0, 3);
  if (header.empty() && !needsColumns) {
    format_ = TextFormat::csv, pending_ = "\"\"\n", end_ = true, columns_ = {""};
    return true;
  }
  if (header.empty()) return error = "there is no header", false;
  if (format_ == TextFormat::ndjson) {   // the first record stays: it is data as well
    auto record = nlohmann::json::parse(header, nullptr, false);
    if (!record.is_object()) return error = "line 1 is not a JSON object", false;
    for (auto& item : record.items()) columns_.push_back(item.key());
    return true;
  }
  if (header.find('\t') != std::string::npos) format_ = TextFormat::tsv;
  const std::vector<std::string> any;
  RecordParser parser(format_, any);
  parser.open(header + "\n", 1);
  std::vector<std::string_view> names;
  if (!parser.next(names, error)) return false;
  columns_.assign(names.begin(), names.end());
  for (size_t i = 0; i < end; i++) line_ += pending_[i] == '\n';
  pending_.erase(0, end);
  return true;
}

bool RecordReader::next(std::string& chunk, uint64_t& firstLine, std::string& error) {
  chunk.clear();
  while (!end_ && pending_.size() < chunkBytes_)
    if (!fill(error)) return false;
  size_t end = 0;
  while (true) {   // the last record end in what is pending
    bool quoted = false;
    end = 0;
    for (size_t i = 0; i < pending_.size(); i++) {
      const char c = pending_[i];
      if (c == '"' && format_ == TextFormat::csv) quoted = !quoted;
      else if (c == '\n' && !quoted) end = i + 1;
    }
    if (end_ && quoted) return error = "a quote is never closed after line " + std::to_string(line_), false;
    if (end_) end = pending_.size();
    if (end > 0 || end_) break;
    if (pending_.size() > kLongestRecord) return error = "line " + std::to_string(line_) + " is too long", false;
    if (!fill(error)) return false;
  }
  firstLine = line_;
  chunk.assign(pending_, 0, end);
  pending_.erase(0, end);
  for (char c : chunk) line_ += c == '\n';
  return true;
}

RecordParser::RecordParser(TextFormat format, const std::vector<std::string>& columns) : format_(format), columns_(columns) {}

void RecordParser::open(std::string chunk, uint64_t firstLine) {
  chunk_ = std::move(chunk), at_ = 0, line_ = firstLine;
}

bool RecordParser::next(std::vector<std::string_view>& fields, std::string& error) {
  error.clear();
  // A line without any character is no record.
  while (at_ < chunk_.size() && (chunk_[at_] == '\n' || (chunk_[at_] == '\r' && at_ + 1 < chunk_.size() && chunk_[at_ + 1] == '\n')))
    at_ += chunk_[at_] == '\r' ? 2 : 1, line_++;
  if (at_ >= chunk_.size()) return false;
  recordLine_ = line_;
  return format_ == TextFormat::ndjson ? nextJson(fields, error) : nextDelimited(fields, error);
}

bool RecordParser::nextDelimited(std::vector<std::string_view>& fields, std::string& error) {
  const char separator = format_ == TextFormat::tsv ? '\t' : ',';
  fields.clear();
  char* const base = chunk_.data();
  const size_t size = chunk_.size();
  bool more = true;
  while (more) {
    size_t begin = at_, end;
    if (format_ == TextFormat::csv && at_ < size && base[at_] == '"') {
      // Quoted: doubled quotes become one, in place, since the text only shrinks.
      size_t to = begin = ++at_;
      while (at_ < size && !(base[at_] == '"' && !(at_ + 1 < size && base[at_ + 1] == '"'))) {
        at_ += base[at_] == '"';
        line_ += base[at_] == '\n';
        base[to++] = base[at_++];
      }
      end = to, at_++;
      if (at_ < size && base[at_] != separator && base[at_] != '\n' && base[at_] != '\r')
        return error = "line " + std::to_string(recordLine_) + ": text after a closing quote", false;
    } else {
      while (at_ < size && base[at_] != separator && base[at_] != '\n') at_++;
      end = at_;
      if (end > begin && base[end - 1] == '\r' && (at_ >= size || base[at_] == '\n')) end--;
    }
    fields.emplace_back(base + begin, end - begin);
    if (at_ < size && base[at_] == '\r') at_++;
    more = at_ < size && base[at_] == separator;
    if (at_ < size) line_ += base[at_++] == '\n';
  }
  if (!columns_.empty() && fields.size() != columns_.size())
    return error = "line " + std::to_string(recordLine_) + " has " + std::to_string(fields.size()) + " fields, the header has " +
                   std::to_string(columns_.size()),
           false;
  return true;
}

bool RecordParser::nextJson(std::vector<std::string_view>& fields, std::string& error) {
  size_t end = chunk_.find('\n', at_);
  if (end == std::string::npos) end = chunk_.size();
  const auto record = nlohmann::json::parse(chunk_.begin() + static_cast<ptrdiff_t>(at_), chunk_.begin() + static_cast<ptrdiff_t>(end), nullptr, false);
  at_ = end + 1, line_++;
  if (!record.is_object()) return error = "line " + std::to_string(recordLine_) + " is not a JSON object", false;
  texts_.resize(columns_.size());
  fields.assign(columns_.size(), {});
  for (size_t i = 0; i < columns_.size(); i++) {
    const auto found = record.find(columns_[i]);
    if (found == record.end() || found->is_null()) continue;
    if (found->is_structured())
      return error = "line " + std::to_string(recordLine_) + ": '" + columns_[i] + "' is not a plain value", false;
    texts_[i] = found->is_string() ? found->get<std::string>() : found->dump();
    fields[i] = texts_[i];
  }
  return true;
}

void appendField(std::string& line, std::string_view field, TextFormat format) {
  if (format == TextFormat::tsv) {   // TSV has no quotes: a tab or line end in a text becomes a blank
    for (char c : field) line += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
    return;
  }
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += field;
    return;
  }
  line += '"';
  for (char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

void appendJsonString(std::string& line, std::string_view text) {
  line += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace kiln::data
