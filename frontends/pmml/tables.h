// Tables of an element: an InlineTable inside it, or the one that its TableLocator stands for.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// One row: the texts of the columns asked for, nothing where the row has no such cell (in a file: an empty one). `at` is where it stands: the row element, or the
/// TableLocator of a table that comes from a file.
using RowReader = std::function<bool(const Element* at, std::vector<std::optional<std::string>> cells)>;

/// Reads the table of `parent` row by row. Columns are meant with or without the prefix of their namespace. False if it reported, or if
/// `read` gave false.
bool readTable(Importer& importer, const Element* parent, const std::vector<std::string>& columns, const RowReader& read);

/// Rows of comma-separated values: quotes as in RFC 4180; a blank line is no row. Nothing if a quote is not closed.
std::optional<std::vector<std::vector<std::string>>> parseCsv(std::string_view text);

}  // namespace kiln::pmml
