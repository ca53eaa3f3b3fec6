// Tables of an element. What a TableLocator names the standard leaves to Extensions: the table stands in one of them, or beside the locator,
// or its name is the value of an Extension, or the name of what the locator belongs to, and `--table NAME=FILE.csv` says where it is.
#include "frontends/pmml/tables.h"

#include <algorithm>
#include <cstring>

namespace kiln::pmml {

namespace {

std::string_view localName(std::string_view name) { return name.substr(name.find(':') == name.npos ? 0 : name.rfind(':') + 1); }

bool readInline(Importer& importer, const Element* table, const std::vector<std::string>& columns, const RowReader& read) {
  if (!importer.onlyAttributes(table, {}) || !importer.onlyChildren(table, {"row"})) return false;
  for (const Element* row = table->FirstChildElement("row"); row; row = row->NextSiblingElement("row")) {
    std::vector<std::optional<std::string>> cells(columns.size());
    for (const Element* cell = row->FirstChildElement(); cell; cell = cell->NextSiblingElement())
      for (size_t c = 0; c < columns.size(); c++)
        if (!cells[c] && localName(cell->Name()) == localName(columns[c])) cells[c] = importer.document.text(cell);
    if (!read(row, std::move(cells))) return false;
  }
  return true;
}

// Names by which a locator's table may be given: values of its Extensions, then those of the elements around it.
std::vector<std::string> namesOf(const Element* locator) {
  std::vector<std::string> names;
  for (const Element* e = locator->FirstChildElement("Extension"); e; e = e->NextSiblingElement("Extension"))
    if (const char* value = e->Attribute("value")) names.push_back(value);
  for (const Element* e = locator->Parent()->ToElement(); e; e = e->Parent() ? e->Parent()->ToElement() : nullptr)
    for (const char* attribute : {"name", "modelName"})
      if (const char* value = e->Attribute(attribute)) names.push_back(value);
  return names;
}

bool readFile(Importer& importer, const Element* locator, const std::string& name, const std::string& text, const std::vector<std::string>& columns,
              const RowReader& read) {
  const auto rows = parseCsv(text);
  if (!rows) return importer.invalid(locator, "", "table '" + name + "': a quote is not closed");
  if (rows->empty()) return importer.invalid(locator, "", "table '" + name + "' has no header");
  const std::vector<std::string>& header = rows->front();
  std::vector<size_t> at;
  for (const std::string& column : columns) {
    const auto found = std::find_if(header.begin(), header.end(), [&](const std::string& h) { return localName(h) == localName(column); });
    at.push_back(static_cast<size_t>(found - header.begin()));
  }
  for (size_t r = 1; r < rows->size(); r++) {
    const std::vector<std::string>& row = (*rows)[r];
    if (row.size() != header.size())
      return importer.invalid(locator, "", "table '" + name + "': row " + std::to_string(r) + " has " + std::to_string(row.size()) + " cells, the header " +
                                               std::to_string(header.size()));
    std::vector<std::optional<std::string>> cells;
    for (size_t c : at) cells.push_back(c < row.size() && !row[c].empty() ? std::optional<std::string>(row[c]) : std::nullopt);
    if (!read(locator, std::move(cells))) return false;
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::vector<std::string>>> parseCsv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false, any = false;
  const auto endRow = [&] {
    if (any || !row.empty()) row.push_back(std::move(cell)), rows.push_back(std::move(row));
    row.clear(), cell.clear(), any = false;
  };
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') cell += '"', i++;
      else if (c == '"') quoted = false;
      else cell += c;
    } else if (c == '"' && cell.empty()) {
      quoted = any = true;
    } else if (c == ',') {
      row.push_back(std::move(cell)), cell.clear(), any = true;
    } else if (c == '\n') {
      endRow();
    } else if (c != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') {
      cell += c, any = true;
    }
  }
  if (quoted) return std::nullopt;
  endRow();
  return rows;
}

bool readTable(Importer& importer, const Element* parent, const std::vector<std::string>& columns, const RowReader& read) {
  if (const Element* table = parent->FirstChildElement("InlineTable")) return readInline(importer, table, columns, read);
  const Element* locator = parent->FirstChildElement("TableLocator");
  if (!locator) return importer.missing(parent, "InlineTable");
  for (const Element* e = locator->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (!std::strcmp(e->Name(), "InlineTable")) return readInline(importer, e, columns, read);
    if (const Element* table = e->FirstChildElement("InlineTable")) return readInline(importer, table, columns, read);
  }
  std::string known;
  for (const std::string& name : namesOf(locator)) {
    const auto given = importer.options.tables.find(name);
    if (given != importer.options.tables.end()) return readFile(importer, locator, name, given->second, columns, read);
    known += (known.empty() ? "'" : ", '") + name + "'";
  }
  return importer.unsupported(locator, "a table that is not in the document",
                              "give it with --table NAME=FILE.csv" + (known.empty() ? "" : "; it goes by the name " + known));
}

}  // namespace kiln::pmml
