// ModelVerification: rows with expected results, kept with the pipeline for the driver to check.
#include <algorithm>
#include <cstring>

#include "compiler/ir/columns.h"
#include "compiler/ir/pipeline.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

// Name without namespace prefix: cells of an InlineTable row are elements of any namespace.
std::string_view local(std::string_view name) {
  const size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

bool Importer::verification(const Element* model) {
  const Element* element = model->FirstChildElement("ModelVerification");
  if (!element) return true;
  const auto inputs = build.pipeline().inputs();
  const bool several = std::any_of(inputs.begin(), inputs.end(), [&](ir::NodeId id) {
    const auto& input = build.pipeline().nodes[id].op->as<ir::Input>();
    return input.list != 0 || input.role == ir::Input::lag;
  });
  if (several) {
    warn(element, "the verification rows are not checked: a result of this model comes from several rows");
    return true;
  }
  const Element* fields = element->FirstChildElement("VerificationFields");
  const Element* table = element->FirstChildElement("InlineTable");
  if (!fields) return missing(element, "VerificationFields");
  if (!table) return missing(element, "InlineTable");
  ir::Verification verification;
  const Location where = document.location(element);
  verification.place = {where.line, where.column, document.path(element)};
  const ir::Pipeline& pipeline = build.pipeline();
  std::set<std::string> known;
  for (ir::NodeId id : pipeline.inputs()) known.insert(pipeline.nodes[id].op->as<ir::Input>().field);
  for (ir::NodeId id : pipeline.outputs()) known.insert(pipeline.nodes[id].op->as<ir::Output>().field);
  std::set<std::string> columns;
  for (const auto& shown : {ir::inputColumns(pipeline), ir::outputColumns(pipeline)})
    for (const ir::SchemaColumn& column : shown) columns.insert(column.name);
  std::unordered_map<std::string, size_t> columnOf;  // cell element's local name to column
  for (const Element* f = fields->FirstChildElement("VerificationField"); f;
       f = f->NextSiblingElement("VerificationField")) {
    const auto name = required(f, "field");
    const auto precision = number(f, "precision", 1e-6), zero = number(f, "zeroThreshold", 1e-16);
    if (!name || !precision || !zero) return false;
    if (!known.contains(*name)) {
      warn(f, "'" + *name + "' is neither an input nor an output of the model: not verified");
      continue;
    }
    if (!columns.contains(*name)) {
      warn(f, "'" + *name + "' is a list: not verified");
      continue;
    }
    const std::string cell = attribute(f, "column").value_or(*name);
    columnOf[std::string(local(cell))] = verification.columns.size();
    verification.columns.push_back(*name);
    verification.precision.push_back(*precision);
    verification.zeroThreshold.push_back(*zero);
  }
  for (const Element* row = table->FirstChildElement("row"); row; row = row->NextSiblingElement("row")) {
    std::vector<std::string> cells(verification.columns.size());
    for (const Element* cell = row->FirstChildElement(); cell; cell = cell->NextSiblingElement()) {
      const auto column = columnOf.find(std::string(local(cell->Name())));
      if (column != columnOf.end()) cells[column->second] = document.text(cell);
    }
    verification.rows.push_back(std::move(cells));
  }
  build.pipeline().verifications.push_back(std::move(verification));
  return true;
}

}  // namespace kiln::pmml
