// Scores small documents with the reference evaluator: rows and results as text, as the command line shows them.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/print.h"
#include "compiler/ir/verify.h"
#include "compiler/support/number.h"
#include "frontends/pmml/pmml.h"

namespace kiln::test {

/// A row by column name; columns that are not named are missing.
using Row = std::map<std::string, std::string>;

/// A document with these DataFields and this model, of version 4.4.
inline std::string document(const std::string& dataFields, const std::string& model,
                            const std::string& transformations = "") {
  return "<PMML version=\"4.4\" xmlns=\"http://www.dmg.org/PMML-4_4\">\n<Header/>\n<DataDictionary>" + dataFields +
         "</DataDictionary>\n" + transformations + model + "\n</PMML>\n";
}

class Scoring {
 public:
  explicit Scoring(const std::string& text, bool jpmml = false) : Scoring(text, semantics(jpmml)) {}
  Scoring(const std::string& text, const pmml::ImportOptions& options) : source_("test.pmml", text) {
    pipeline_ = pmml::import(source_, options, diagnostics_);
    std::ostringstream shown;
    diagnostics_.print(shown, source_, false);
    messages_ = shown.str();
    if (!pipeline_) return;
    for (const ir::Problem& problem : ir::verify(*pipeline_))
      ADD_FAILURE() << problem.message << "\n" << ir::print(*pipeline_);
    evaluator_.emplace(*pipeline_);
  }

  bool ok() const { return pipeline_.has_value(); }
  const std::string& messages() const { return messages_; }
  const ir::Pipeline& pipeline() const { return *pipeline_; }

  std::vector<std::string> outputs() const {
    std::vector<std::string> names;
    for (const ir::SchemaColumn& column : ir::outputColumns(*pipeline_)) names.push_back(column.name);
    return names;
  }

  /// The row's outputs by name; a missing one is empty; all are "!" where the row has no result. "notes" holds the
  /// status bits.
  Row score(const Row& row) {
    if (!ok()) {
      ADD_FAILURE() << messages_;
      return {};
    }
    std::vector<kiln_cell> in, out(ir::outputColumns(*pipeline_).size());
    for (ir::NodeId id : pipeline_->inputs()) {
      kiln_cell cell{};
      const auto found = row.find(pipeline_->nodes[id].op->as<ir::Input>().field);
      if (found != row.end() && !found->second.empty()) {
        cell.kind = KILN_TEXT;
        cell.as.text = found->second.data();
        cell.length = static_cast<uint32_t>(found->second.size());
      }
      in.push_back(cell);
    }
    kiln_status status{};
    evaluator_->evaluate(in.data(), out.data(), &status);
    Row result;
    const std::vector<std::string> names = outputs();
    for (size_t i = 0; i < names.size(); ++i) result[names[i]] = status.bits & KILN_NO_RESULT ? "!" : text(out[i]);
    bits_ = status.bits;
    return result;
  }
  std::string score(const Row& row, const std::string& output) {
    const Row result = score(row);
    const auto found = result.find(output);
    return found == result.end() ? "no output " + output : found->second;
  }
  /// kiln_status of the row scored last.
  uint32_t bits() const { return bits_; }

 private:
  static pmml::ImportOptions semantics(bool jpmml) {
    pmml::ImportOptions options;
    options.jpmml = jpmml;
    return options;
  }
  static std::string text(const kiln_cell& cell) {
    switch (cell.kind) {
      case KILN_NUMBER:
        return formatNumber(cell.as.number);
      case KILN_INTEGER:
        return std::to_string(cell.as.integer);
      case KILN_BOOLEAN:
        return cell.as.integer ? "true" : "false";
      case KILN_TEXT:
        return std::string(cell.as.text, cell.length);
      default:
        return "";
    }
  }

  Source source_;
  Diagnostics diagnostics_;
  std::string messages_;
  std::optional<ir::Pipeline> pipeline_;
  std::optional<ir::Evaluator> evaluator_;
  uint32_t bits_ = 0;
};

}  // namespace kiln::test
