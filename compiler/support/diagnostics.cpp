// How diagnostics look: as a compiler's, or as JSON.
#include "compiler/support/diagnostics.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <tuple>
#include <unordered_set>

namespace kiln {

namespace {

constexpr size_t kExcerptColumns = 110;  // wider lines are cut around the place
constexpr uint32_t kUnderline = 80;

const char* severityName(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

bool isContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

/// In the order of their places, equal ones once. What concerns the file as a whole comes first.
std::vector<const Diagnostic*> sorted(const std::vector<Diagnostic>& all) {
  std::vector<const Diagnostic*> list;
  std::unordered_set<std::string> seen;
  for (const Diagnostic& d : all) {
    std::string key = std::to_string(d.line) + ':' + std::to_string(d.column) + severityName(d.severity) +
                      kindName(d.kind) + '\0' + d.message + '\0' + d.path;
    if (seen.insert(std::move(key)).second) list.push_back(&d);
  }
  // Diagnostics of one place stay in the order in which they were found: their addresses ascend.
  std::sort(list.begin(), list.end(),
            [](auto a, auto b) { return std::tie(a->line, a->column, a) < std::tie(b->line, b->column, b); });
  return list;
}

/// The line with its number, and below it the caret. Columns count bytes; what is shown counts code points.
void printExcerpt(std::ostream& out, std::string_view line, const Diagnostic& d, bool colour) {
  size_t column = d.column ? d.column - 1 : 0;
  if (line.empty() || column > line.size()) return;
  size_t begin = 0, end = line.size();
  if (line.size() > kExcerptColumns) {
    begin = column > kExcerptColumns / 2 ? column - kExcerptColumns / 2 : 0;
    end = std::min(line.size(), begin + kExcerptColumns);
    begin = std::min(begin, end > kExcerptColumns ? end - kExcerptColumns : 0);
    while (begin > 0 && isContinuation(line[begin])) begin--;
    while (end < line.size() && isContinuation(line[end])) end++;
  }
  std::string number = std::to_string(d.line);
  std::string shown(begin ? "..." : ""), mark(begin ? 3 : 0, ' ');
  for (size_t i = begin; i < end; i++) {
    char c = line[i];
    bool control = static_cast<uint8_t>(c) < 0x20 || c == 0x7f;
    shown += control ? ' ' : c;  // tabs too: the caret must stand under its column
    if (i < column && !isContinuation(c)) mark += ' ';
  }
  if (end < line.size()) shown += "...";
  mark += '^';
  size_t underlined =
      std::min<size_t>({std::max(d.length, 1u), kUnderline, std::max<size_t>(end - std::min(column, end), 1)});
  for (size_t i = column + 1; i < column + underlined; i++)
    if (i >= line.size() || !isContinuation(line[i])) mark += '~';
  std::string margin(std::max<size_t>(6, number.size() + 1), ' ');
  out << std::string(margin.size() - number.size(), ' ') << number << " | " << shown << '\n';
  out << margin << " | " << (colour ? "\033[32m" : "") << mark << (colour ? "\033[0m" : "") << '\n';
}

void printOne(std::ostream& out, const Source& source, const Diagnostic& d, bool colour) {
  const char* bold = colour ? "\033[1m" : "";
  const char* tint = !colour ? "" : d.severity == Severity::error ? "\033[1;31m" : "\033[1;35m";
  const char* plain = colour ? "\033[0m" : "";
  out << bold << source.name() << ':';
  if (d.line) out << d.line << ':';
  if (d.line && d.column) out << d.column << ':';
  out << ' ' << plain << tint << severityName(d.severity) << ": " << plain << bold << d.message << plain << '\n';
  if (d.line) printExcerpt(out, source.line(d.line), d, colour);
  if (!d.path.empty()) out << "  in " << d.path << '\n';
  for (const std::string& note : d.notes) out << "  note: " << note << '\n';
}

}  // namespace

const char* kindName(Kind kind) {
  static const char* const names[] = {"missing",      "invalid", "misplaced", "unsupported", "limit",
                                      "budget",  "verification", "io",      "link",      "internal"};
  return names[static_cast<int>(kind)];
}

Diagnostic& Diagnostics::add(Diagnostic diagnostic) {
  const bool error = diagnostic.severity == Severity::error;
  const uint32_t kind = 1u << (2 * static_cast<int>(diagnostic.kind) + error);
  errors_ += error;
  if (diagnostics_.size() >= kMostKept && (kinds_ & kind)) {
    droppedErrors_ += error;
    return dropped_ = std::move(diagnostic);
  }
  kinds_ |= kind;
  diagnostics_.push_back(std::move(diagnostic));
  return diagnostics_.back();
}

/// Words of the user's can be as long as the file: their middle goes.
static std::string shortened(std::string message) {
  constexpr size_t kHead = 300, kTail = 100;
  if (message.size() <= kHead + kTail) return message;
  size_t head = kHead, tail = message.size() - kTail;
  while (head > 0 && isContinuation(message[head])) head--;
  while (tail < message.size() && isContinuation(message[tail])) tail++;
  return message.substr(0, head) + "..." + message.substr(tail);
}

static Diagnostic make(Severity severity, Kind kind, uint32_t line, uint32_t column, std::string message,
                       std::string path, std::string note) {
  Diagnostic d;
  d.severity = severity, d.kind = kind, d.line = line, d.column = column;
  d.message = shortened(std::move(message)), d.path = std::move(path);
  if (!note.empty()) d.notes.push_back(std::move(note));
  return d;
}

Diagnostic& Diagnostics::error(Kind kind, uint32_t line, uint32_t column, std::string message, std::string path,
                               std::string note) {
  return add(make(Severity::error, kind, line, column, std::move(message), std::move(path), std::move(note)));
}

Diagnostic& Diagnostics::warning(Kind kind, uint32_t line, uint32_t column, std::string message, std::string path,
                                 std::string note) {
  return add(make(Severity::warning, kind, line, column, std::move(message), std::move(path), std::move(note)));
}

int Diagnostics::exitCode() const {
  // Each kind's code, and the codes from the gravest: our own bug first, then what the user must repair first.
  auto code = [](Kind kind) {
    switch (kind) {
      case Kind::internal:
        return 1;
      case Kind::missing:
      case Kind::invalid:
      case Kind::misplaced:
        return 3;
      case Kind::unsupported:
      case Kind::limit:
        return 4;
      case Kind::budget:
        return 5;
      case Kind::verification:
        return 6;
      case Kind::io:
        return 7;
      case Kind::link:
        return 8;
    }
    return 1;
  };
  int worst = 0;
  for (const Diagnostic& d : diagnostics_)
    if (d.severity == Severity::error && (!worst || code(d.kind) < worst)) worst = code(d.kind);
  return worst;
}

void Diagnostics::print(std::ostream& out, const Source& source, bool colour, uint32_t most) const {
  uint32_t shown = 0, more = droppedErrors_;
  for (const Diagnostic* d : sorted(diagnostics_)) {
    if (d->severity == Severity::error && shown == most) {
      more++;
      continue;
    }
    shown += d->severity == Severity::error;
    printOne(out, source, *d, colour);
  }
  if (more)
    out << source.name() << ": " << more << (more == 1 ? " more error is" : " more errors are") << " not shown\n";
}

void Diagnostics::printJson(std::ostream& out, const Source& source) const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Diagnostic* d : sorted(diagnostics_))
    list.push_back({{"file", source.name()},
                    {"line", d->line},
                    {"column", d->column},
                    {"severity", severityName(d->severity)},
                    {"kind", kindName(d->kind)},
                    {"message", d->message},
                    {"path", d->path},
                    {"notes", d->notes}});
  nlohmann::ordered_json all;
  all["diagnostics"] = std::move(list);
  // Names and excerpts of a broken file need not be UTF-8.
  out << all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace kiln
