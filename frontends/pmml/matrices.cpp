// Reads the Matrix element: rows as Arrays or single MatCells, with defaults for what is left out.
#include "frontends/pmml/matrices.h"

#include <algorithm>
#include <string>

namespace kiln::pmml {

using Rows = std::vector<std::vector<double>>;

namespace {

enum Kind { diagonal, symmetric, any };
constexpr uint64_t kMaxCells = 1 << 24;

std::optional<Rows> arrays(Importer& importer, const Element* matrix) {
  Rows rows;
  for (const Element* a = matrix->FirstChildElement("Array"); a; a = a->NextSiblingElement("Array")) {
    auto row = importer.numberArray(a);
    if (!row) return std::nullopt;
    rows.push_back(std::move(*row));
  }
  return rows;
}

// A diagonal matrix is one Array; a symmetric one has the rows of the lower triangle, the diagonal included.
std::optional<Rows> fromArrays(Importer& importer, const Element* matrix, Kind kind, double offDiagonal) {
  auto rows = arrays(importer, matrix);
  if (!rows) return std::nullopt;
  const auto wrong = [&](const std::string& what) {
    importer.invalid(matrix, "", what);
    return std::nullopt;
  };
  if (kind == diagonal) {
    if (rows->size() != 1) return wrong("a diagonal matrix is one Array");
    const std::vector<double> diagonalOf = rows->front();
    if (diagonalOf.size() * diagonalOf.size() > kMaxCells) return wrong("the matrix is too large");
    if (!importer.mayUnfold(matrix, diagonalOf.size() * diagonalOf.size())) return std::nullopt;
    rows->assign(diagonalOf.size(), std::vector<double>(diagonalOf.size(), offDiagonal));
    for (size_t i = 0; i < diagonalOf.size(); ++i) (*rows)[i][i] = diagonalOf[i];
  }
  if (kind == symmetric) {
    const size_t n = rows->size();
    for (size_t i = 0; i < n; ++i) {
      if ((*rows)[i].size() != i + 1)
        return wrong("row " + std::to_string(i + 1) + " of a symmetric matrix has as many numbers");
      (*rows)[i].resize(n);
      for (size_t j = 0; j < i; ++j) (*rows)[j][i] = (*rows)[i][j];
    }
  }
  if (rows->empty()) return wrong("the matrix is empty");
  for (const auto& row : *rows) {
    if (row.size() != rows->front().size()) return wrong("the rows differ in length");
  }
  return rows;
}

std::optional<Rows> fromCells(Importer& importer, const Element* matrix, Kind kind, int64_t rowCount, int64_t columns) {
  const auto onDiagonal = importer.number(matrix, "diagDefault", 0.0),
             off = importer.number(matrix, "offDiagDefault", 0.0);
  if (!onDiagonal || !off) return std::nullopt;
  struct At {
    int64_t row, column;
    double value;
  };
  std::vector<At> cells;
  for (const Element* c = matrix->FirstChildElement("MatCell"); c; c = c->NextSiblingElement("MatCell")) {
    const auto row = importer.integer(c, "row", std::nullopt), column = importer.integer(c, "col", std::nullopt);
    if (!row || !column || !importer.onlyAttributes(c, {"row", "col"})) return std::nullopt;
    FieldType real;
    const auto value = Importer::parseValue(importer.document.text(c), real);
    if (!value || *row < 1 || *column < 1) {
      importer.invalid(c, "", "a MatCell holds a number and has indices from 1");
      return std::nullopt;
    }
    cells.push_back({*row - 1, *column - 1, *value});
    if (!matrix->Attribute("nbRows")) rowCount = std::max(rowCount, *row);
    if (!matrix->Attribute("nbCols")) columns = std::max(columns, *column);
  }
  if (rowCount < 1 || columns < 1 || static_cast<uint64_t>(rowCount) > kMaxCells / static_cast<uint64_t>(columns)) {
    importer.invalid(matrix, "nbRows", "the matrix is empty or too large");
    return std::nullopt;
  }
  if (!importer.mayUnfold(matrix, static_cast<uint64_t>(rowCount * columns))) return std::nullopt;
  Rows rows(static_cast<size_t>(rowCount), std::vector<double>(static_cast<size_t>(columns), *off));
  for (int64_t i = 0; i < std::min(rowCount, columns); ++i) rows[i][i] = *onDiagonal;
  for (const At& cell : cells) {
    if (cell.row >= rowCount || cell.column >= columns) {
      importer.invalid(matrix, "", "a MatCell outside of the matrix");
      return std::nullopt;
    }
    rows[cell.row][cell.column] = cell.value;
    if (kind == symmetric && cell.column < rowCount && cell.row < columns) rows[cell.column][cell.row] = cell.value;
  }
  return rows;
}

}  // namespace

std::optional<Rows> readMatrix(Importer& importer, const Element* matrix) {
  if (!importer.onlyAttributes(matrix, {"kind", "nbRows", "nbCols", "diagDefault", "offDiagDefault"}) ||
      !importer.onlyChildren(matrix, {"Array", "MatCell"})) {
    return std::nullopt;
  }
  // The schema knows three kinds; a matrix of cells that calls itself sparse is of any kind.
  auto kind = importer.choice(matrix, "kind", {"diagonal", "symmetric", "any", "sparse"}, any);
  if (kind && *kind > any) {
    if (matrix->FirstChildElement("Array")) return importer.invalid(matrix, "kind", "has Arrays, not MatCells"), std::nullopt;
    kind = any;
  }
  const auto rowCount = importer.integer(matrix, "nbRows", 0), columns = importer.integer(matrix, "nbCols", 0);
  const auto off = importer.number(matrix, "offDiagDefault", 0.0);
  if (!kind || !rowCount || !columns || !off) return std::nullopt;
  if (!matrix->FirstChildElement("Array"))
    return fromCells(importer, matrix, static_cast<Kind>(*kind), *rowCount, *columns);
  auto rows = fromArrays(importer, matrix, static_cast<Kind>(*kind), *off);
  if (!rows) return std::nullopt;
  const auto is = [&](const char* name, int64_t declared, size_t found) {
    return !matrix->Attribute(name) || declared == static_cast<int64_t>(found) ||
           importer.invalid(matrix, name, "the matrix has " + std::to_string(found));
  };
  if (!is("nbRows", *rowCount, rows->size()) || !is("nbCols", *columns, rows->front().size())) return std::nullopt;
  return rows;
}

}  // namespace kiln::pmml
