// Reads the expectations of .ir files, and spells outcomes alike.
#include "tests/ir/ir_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "compiler/support/number.h"

namespace kiln::tests {

namespace {

struct Bit {
  uint32_t bit;
  const char* name;
};
constexpr Bit kCauses[] = {{KILN_MISSING_REQUIRED, "MISSING_REQUIRED"}, {KILN_INVALID_VALUE, "INVALID_VALUE"},
                           {KILN_TYPE_MISMATCH, "TYPE_MISMATCH"},       {KILN_UNDEFINED, "UNDEFINED"},
                           {KILN_TEXT_TOO_LONG, "TEXT_TOO_LONG"},       {KILN_LIST_TOO_LONG, "LIST_TOO_LONG"}};
constexpr Bit kNotes[] = {{KILN_REPLACED_MISSING, "REPLACED_MISSING"},
                          {KILN_REPLACED_INVALID, "REPLACED_INVALID"},
                          {KILN_OUTLIER, "OUTLIER"},
                          {KILN_UNKNOWN_CATEGORY, "UNKNOWN_CATEGORY"},
                          {KILN_NON_FINITE, "NON_FINITE"},
                          {KILN_DEFAULT_USED, "DEFAULT_USED"}};

std::string trimmed(const std::string& text) {
  size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

/// Splits at commas outside of quotes.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  if (trimmed(text).empty()) return parts;
  parts.emplace_back();
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (std::string& part : parts) part = trimmed(part);
  return parts;
}

kiln_cell toCell(std::string_view text, std::deque<std::vector<kiln_cell>>& lists) {
  kiln_cell cell{};
  if (text == "missing") return cell;
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    std::vector<kiln_cell> items;
    for (size_t at = 1, end; at < text.size() - 1; at = end) {
      for (end = at; end < text.size() - 1 && text[end] != ' '; end++)
        if (text[end] == '"') end = text.find('"', end + 1);
      if (end > at) items.push_back(toCell(text.substr(at, end - at), lists));
      while (end < text.size() - 1 && text[end] == ' ') end++;
    }
    lists.push_back(std::move(items));
    cell.kind = KILN_LIST, cell.as.items = lists.back().data(),
    cell.length = static_cast<uint32_t>(lists.back().size());
    return cell;
  }
  if (text == "true" || text == "false") {
    cell.kind = KILN_BOOLEAN, cell.as.integer = text == "true";
  } else if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    cell.kind = KILN_TEXT, cell.as.text = text.data() + 1, cell.length = static_cast<uint32_t>(text.size() - 2);
  } else {
    auto number = parseNumber(text);
    if (!number) throw std::runtime_error("'" + std::string(text) + "' is no cell");
    cell.kind = KILN_NUMBER, cell.as.number = *number;
  }
  return cell;
}

/// Numbers spelled one way: 0.50 is 0.5.
std::string normalised(const std::string& outcome) {
  if (outcome.starts_with("failed")) return outcome;
  size_t bar = outcome.find(" | ");
  std::string all;
  for (const std::string& part : split(outcome.substr(0, bar))) {
    auto number = parseNumber(part);
    all += (all.empty() ? "" : ", ") + (number ? formatNumber(*number) : part);
  }
  return bar == std::string::npos ? all : all + outcome.substr(bar);
}

RunLine readRun(uint32_t line, const std::string& text) {
  RunLine run;
  run.line = line, run.text = text;
  size_t arrow = text.find("=>");
  if (arrow == std::string::npos) throw std::runtime_error("a run line without =>");
  run.inputTexts = split(text.substr(0, arrow));
  for (const std::string& input : run.inputTexts) run.inputs.push_back(toCell(input, run.lists));
  run.outcome = normalised(trimmed(text.substr(arrow + 2)));
  return run;
}

IrFile readFile(const std::filesystem::path& path) {
  IrFile file;
  file.name = path.filename().string();
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  file.text = all.str();
  std::istringstream lines(file.text);
  std::string line;
  for (uint32_t n = 1; std::getline(lines, line); n++) {
    size_t run = line.find("; run:");
    if (run != std::string::npos) file.runs.push_back(readRun(n, trimmed(line.substr(run + 6))));
    for (size_t error; (error = line.rfind("; error:")) != std::string::npos; line.resize(error))
      file.errors.push_back({n, trimmed(line.substr(error + 8))});
  }
  return file;
}

std::string spellCell(const kiln_cell& cell) {
  switch (cell.kind) {
    case KILN_NUMBER:
      return formatNumber(cell.as.number);
    case KILN_INTEGER:
      return std::to_string(cell.as.integer);
    case KILN_BOOLEAN:
      return cell.as.integer ? "true" : "false";
    case KILN_TEXT:
      return '"' + std::string(cell.as.text, cell.length) + '"';
    default:
      return "missing";
  }
}

}  // namespace

std::vector<IrFile> readIrFiles(const std::string& folder) {
  std::vector<IrFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".ir") files.push_back(readFile(entry.path()));
  std::sort(files.begin(), files.end(), [](const IrFile& a, const IrFile& b) { return a.name < b.name; });
  // The cells point into texts that have moved with their strings: short ones lie inside.
  for (IrFile& file : files)
    for (RunLine& run : file.runs) {
      run.lists.clear();
      for (size_t i = 0; i < run.inputs.size(); i++) run.inputs[i] = toCell(run.inputTexts[i], run.lists);
    }
  return files;
}

std::string spellOutcome(const std::vector<kiln_cell>& outputs, const kiln_status& status) {
  std::string text;
  if (status.bits & KILN_NO_RESULT) {
    text = "failed";
    for (const Bit& cause : kCauses)
      if (status.bits & cause.bit) text += std::string(" ") + cause.name;
    if (status.field != 0xffff) text += " field " + std::to_string(status.field);
    return text;
  }
  for (const kiln_cell& cell : outputs) text += (text.empty() ? "" : ", ") + spellCell(cell);
  const char* separator = " | ";
  for (const Bit& note : kNotes)
    if (status.bits & note.bit) text += separator + std::string(note.name), separator = " ";
  return text;
}

}  // namespace kiln::tests
