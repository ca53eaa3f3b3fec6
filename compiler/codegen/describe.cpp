#include "compiler/codegen/describe.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "compiler/codegen/elf_read.h"
#include "compiler/ir/columns.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/tables/matrix.h"
#include "kiln/scorer.h"

namespace kiln::codegen {
namespace {

using nlohmann::json;  // its objects are sorted by key

/// Compact; text that is not UTF-8 is repaired, not refused: a model's labels are what they are.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json bound(double v) { return std::isfinite(v) ? json(v) : json(nullptr); }

json abi() { return json::array({KILN_ABI_MAJOR, KILN_ABI_MINOR}); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

json identity(const ir::Pipeline& pipeline, const ArtefactFacts& facts) {
  json id = json::object();
  id["name"] = facts.modelName.empty() ? pipeline.name : facts.modelName;
  id["version"] = facts.modelVersion;
  id["source"] = pipeline.sourceFormat;
  id["source_sha256"] = pipeline.sourceSha256;
  const std::pair<const char*, std::string> compiled[] = {{"options_sha256", facts.optionsSha256},
                                                          {"content_sha256", facts.contentSha256},
                                                          {"compiler", facts.compiler},
                                                          {"target", facts.target},
                                                          {"tiers", joined(facts.tiers)}};
  for (const auto& [key, value] : compiled)
    if (!value.empty()) id[key] = value;
  json provenance = json::object();
  for (const auto* pairs : {&pipeline.provenance, &facts.tags})
    for (const auto& [key, value] : *pairs) provenance[key] = value;
  if (!provenance.empty()) id["provenance"] = provenance;
  return id;
}

/// Type and, for a cat, the labels by code.
void addType(json& field, const ir::Pipeline& pipeline, const ir::Type& type) {
  if (type.elem != ir::Elem::cat) {
    field["type"] = ir::elemName(type.elem);
    return;
  }
  const auto& dict = pipeline.table<ir::Dict>(ir::TableRef{type.dict});
  field["type"] = ir::elemName(dict.elem);
  json labels = json::array();
  for (uint32_t code = 0; code < dict.size(); code++) labels.push_back(dict.labelText(code));
  field["categories"] = labels;
  if (dict.open) field["other_categories"] = true;
}

json inputField(const ir::Pipeline& pipeline, const ir::SchemaColumn& column) {
  const ir::Node& node = pipeline.nodes[column.node];
  const auto& op = node.op->as<ir::Input>();
  json field = json::object();
  field["name"] = column.name, field["optype"] = ir::Input::kOpTypes[op.opType], field["nullable"] = op.nullable;
  addType(field, pipeline, pipeline.type(node.results[0]));
  if (std::isfinite(op.low) || std::isfinite(op.high)) field["range"] = json::array({bound(op.low), bound(op.high)});
  if (!op.description.empty()) field["treatment"] = op.description;
  if (op.required) field["required"] = true;
  if (field["type"] == "f64" || field["type"] == "f32") field["nan"] = ir::Input::kNans[op.nan];
  if (op.role != ir::Input::plain) field["role"] = ir::Input::kRoles[op.role];
  if (op.list) field["most_items"] = op.list;
  if (op.role == ir::Input::lag) field["role_of"] = op.roleOf, field["role_step"] = op.roleStep;
  if (!op.same.empty()) field["same"] = op.same;
  if (op.role == ir::Input::state) field["reset"] = bound(op.reset);
  return field;
}

json outputField(const ir::Pipeline& pipeline, const ir::SchemaColumn& column) {
  const ir::Node& node = pipeline.nodes[column.node];
  const auto& op = node.op->as<ir::Output>();
  json field = json::object();
  field["name"] = column.name, field["optype"] = ir::Output::kOpTypes[op.opType],
  field["result"] = ir::Output::kFeatures[op.feature];
  addType(field, pipeline, pipeline.type(node.operands[0]));
  const std::string& of = op.labels.empty() ? op.of : op.labels[column.element];
  if (!of.empty()) field["of"] = of;
  if (!op.description.empty()) field["description"] = op.description;
  if (!op.feeds.empty()) field["feeds"] = op.feeds;
  return field;
}

json counts(const ir::Pipeline& pipeline) {
  uint64_t categories = 0, forests = 0, trees = 0, nodes = 0, leaves = 0, coefficients = 0, rows = 0;
  for (const auto& table : pipeline.tables) {
    if (table->kind() == ir::TableKind::Dict) categories += table->as<ir::Dict>().size();
    if (table->kind() == ir::TableKind::Matrix)
      coefficients += table->as<ir::Matrix>().numbers.size() + table->as<ir::Matrix>().integers.size();
    if (table->kind() != ir::TableKind::Forest) continue;
    const auto& forest = table->as<ir::Forest>();
    forests++, trees += forest.roots.size(), nodes += forest.nodes(), leaves += forest.leaves();
  }
  for (const ir::Verification& v : pipeline.verifications) rows += v.rows.size();
  json all = {{"nodes", pipeline.nodes.size()},
              {"tables", pipeline.tables.size()},
              {"inputs", ir::inputColumns(pipeline).size()},
              {"outputs", ir::outputColumns(pipeline).size()}};
  const std::pair<const char*, uint64_t> others[] = {
      {"categories", categories}, {"forests", forests},           {"trees", trees},           {"forest_nodes", nodes},
      {"forest_leaves", leaves},  {"coefficients", coefficients}, {"verification_rows", rows}};
  for (const auto& [key, value] : others)
    if (value != 0) all[key] = value;
  return all;
}

}  // namespace

std::string describeJson(const ir::Pipeline& pipeline, const ArtefactFacts& facts) {
  json all = {{"abi", abi()},
              {"identity", identity(pipeline, facts)},
              {"inputs", json::array()},
              {"outputs", json::array()},
              {"counts", counts(pipeline)}};
  for (const ir::SchemaColumn& c : ir::inputColumns(pipeline)) all["inputs"].push_back(inputField(pipeline, c));
  for (const ir::SchemaColumn& c : ir::outputColumns(pipeline)) all["outputs"].push_back(outputField(pipeline, c));
  if (!facts.strategies.empty()) all["strategies"] = facts.strategies;
  for (const auto& [name, bytes] : facts.sizes) all["sizes"][name] = bytes;
  return dump(all);
}

std::string noteSection(const ir::Pipeline& pipeline, const ArtefactFacts& facts) {
  json note = {{"abi", abi()}};
  const json id = identity(pipeline, facts);
  for (const char* key : {"compiler", "content_sha256", "name", "source", "source_sha256", "tiers", "version"})
    if (id.contains(key)) note[key] = id[key];
  const std::string text = dump(note);
  const char owner[8] = "kiln";  // five bytes with the terminator, padded to a multiple of four
  const uint32_t head[3] = {5, static_cast<uint32_t>(text.size()), kNoteType};
  std::string bytes(reinterpret_cast<const char*>(head), sizeof head);
  bytes.append(owner, sizeof owner);
  bytes += text;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

}  // namespace kiln::codegen
