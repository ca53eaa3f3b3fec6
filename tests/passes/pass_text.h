// Pipelines as text, before and after a pass.
#pragma once
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/parse.h"
#include "compiler/ir/print.h"
#include "compiler/ir/verify.h"
#include "compiler/passes/pass.h"
#include "tests/ir/ir_file.h"

namespace kiln::passes {

using namespace ir;

/// The pipeline of a text without its first and last line.
inline Pipeline parsed(const std::string& body) {
  Source source("test.ir", "pipeline \"test\" {\n" + body + "}\n");
  Diagnostics diagnostics;
  auto pipeline = parse(source, diagnostics);
  std::ostringstream out;
  diagnostics.print(out, source, false);
  EXPECT_TRUE(pipeline) << out.str();
  return pipeline ? std::move(*pipeline) : Pipeline();
}

/// The lines of nodes and tables, without header.
inline std::string body(const Pipeline& pipeline) {
  std::string text = print(pipeline);
  size_t begin = text.find("\n\n") + 2;
  return text.substr(begin, text.size() - begin - 2);
}

/// What a pass leaves of a text, once and for all.
inline std::string after(bool (*pass)(Pipeline&), const std::string& text) {
  Pipeline pipeline = parsed(text);
  EXPECT_TRUE(pass(pipeline));
  EXPECT_TRUE(verify(pipeline).empty()) << verify(pipeline)[0].message;
  std::string once = body(pipeline);
  EXPECT_FALSE(pass(pipeline)) << "a second run finds more";
  EXPECT_EQ(body(pipeline), once);
  return once;
}

/// A pass, then what it has left dead is dropped.
template <bool (*pass)(Pipeline&)>
bool andDead(Pipeline& pipeline) {
  const bool changed = pass(pipeline);
  return dead(pipeline) || changed;
}

/// The text of the first output of a row of one number.
inline std::string score(const Pipeline& pipeline, double x) {
  std::vector<kiln_cell> out(ir::outputColumns(pipeline).size());
  kiln_cell in{};
  in.kind = KILN_NUMBER, in.as.number = x;
  kiln_status status;
  Evaluator evaluator(pipeline);
  evaluator.evaluate(&in, out.data(), &status);
  return tests::spellOutcome(out, status);
}

}  // namespace kiln::passes
