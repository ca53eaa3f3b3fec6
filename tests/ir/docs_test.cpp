// docs/ir.md is the reference, so it must be whole: its example is a real one, and every node, function, table and
// field is in it.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "compiler/ir/all_tables.h"
#include "compiler/ir/parse.h"
#include "compiler/ir/print.h"
#include "compiler/ir/text.h"

namespace kiln::ir {

static std::string page() {
  std::ifstream in(KILN_SOURCE_DIR "/docs/ir.md");
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

TEST(Docs, exampleIsPrintedAsShown) {
  std::string text = page();
  size_t begin = text.find("```ir\n") + 6, end = text.find("```", begin);
  std::string example = text.substr(begin, end - begin);
  Source source("docs/ir.md", example);
  Diagnostics diagnostics;
  auto pipeline = parse(source, diagnostics);
  std::ostringstream problems;
  diagnostics.print(problems, source, false);
  ASSERT_TRUE(pipeline) << problems.str();
  EXPECT_EQ(print(*pipeline), example);
}

TEST(Docs, nameEverything) {
  std::string text = page();
  auto expectNamed = [&](const std::string& name, const std::string& what) {
    EXPECT_NE(text.find('`' + name + '`'), std::string::npos) << what << " '" << name << "' is not in docs/ir.md";
  };
  auto expectFields = [&](auto&& owner, const std::string& name) {
    for (const Field& field : collectFields(*owner)) expectNamed(field.name, "field of " + name);
  };
#define NODE(Type, name)                \
  if (std::string(#name) != "call") {   \
    expectNamed(#name, "node");         \
    expectFields(makeOp(#name), #name); \
  }
#include "compiler/ir/nodes.def"
#undef NODE
#define SCALAR(name, signature, missing) expectNamed(#name, "function");
#include "compiler/ir/scalars.def"
#undef SCALAR
#define TABLE(Type, name)      \
  expectNamed(#name, "table"); \
  if (TableKind::Type != TableKind::Forest) expectFields(makeTable(TableKind::Type), #name); /* has its own lines */
#include "compiler/ir/tables.def"
#undef TABLE
}

}  // namespace kiln::ir
