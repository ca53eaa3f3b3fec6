#include "compiler/driver/header.h"

#include <cctype>
#include <set>

#include "compiler/ir/columns.h"

namespace kiln::driver {

// Letters, digits and underscores; other bytes become underscores, and names that fall together get a number.
static std::string identifier(const std::string& name, std::set<std::string>& taken) {
  std::string id;
  for (unsigned char c : name) id += std::isalnum(c) ? static_cast<char>(c) : '_';
  std::string unique = id;
  for (int n = 2; !taken.insert(unique).second; n++) unique = id + "_" + std::to_string(n);
  return unique;
}

std::string headerText(const ir::Pipeline& pipeline, const std::string& name) {
  std::set<std::string> none, ins, outs;
  const std::string model = identifier(name.empty() ? "model" : name, none);
  std::string text = "/* Columns of the scorer of '" + name + "', made by kiln. */\n#ifndef KILN_COLUMNS_" + model +
                     "_H\n#define KILN_COLUMNS_" + model + "_H\nenum {\n";
  for (const ir::SchemaColumn& c : ir::inputColumns(pipeline)) text += "  " + model + "_IN_" + identifier(c.name, ins) + ",\n";
  text += "  " + model + "_INPUTS\n};\nenum {\n";
  for (const ir::SchemaColumn& c : ir::outputColumns(pipeline)) text += "  " + model + "_OUT_" + identifier(c.name, outs) + ",\n";
  return text + "  " + model + "_OUTPUTS\n};\n#endif\n";
}

}  // namespace kiln::driver
