// The runner of the passes.
#include "compiler/passes/runner.h"

#include <algorithm>
#include <chrono>

#include "compiler/ir/print.h"
#include "compiler/ir/verify.h"

namespace kiln::passes {

const std::vector<Pass>& all() {
  static const std::vector<Pass> passes = {
#define PASS(name, exact, what) {#name, exact, what, name},
#include "compiler/passes/passes.def"
#undef PASS
  };
  return passes;
}

std::vector<std::string> passNames() {
  std::vector<std::string> names;
  for (const Pass& pass : all()) names.push_back(pass.name);
  return names;
}

/// Reports what a pass broke, as a bug of ours.
static bool sound(const ir::Pipeline& pipeline, const Pass& pass, Diagnostics& diagnostics) {
  std::vector<ir::Problem> problems = ir::verify(pipeline);
  for (const ir::Problem& problem : problems) {
    ir::Place place = problem.node == ir::kNone ? ir::Place{} : pipeline.nodes[problem.node].place;
    Diagnostic& d = diagnostics.error(Kind::internal, place.line, place.column,
                                      std::string("pass '") + pass.name + "' broke the pipeline: " + problem.message,
                                      place.path, "please report this with the model");
    if (problem.node != ir::kNone) d.notes.push_back("in " + ir::printNode(pipeline, problem.node));
  }
  return problems.empty();
}

bool run(ir::Pipeline& pipeline, const std::string& last, Diagnostics& diagnostics, std::vector<PassTime>* times) {
  bool known =
      last.empty() || std::any_of(all().begin(), all().end(), [&](const Pass& pass) { return last == pass.name; });
  if (!known) return diagnostics.error(Kind::invalid, 0, 0, "there is no pass '" + last + "'"), false;
  for (const Pass& pass : all()) {
    if (pass.exact) {
      auto begin = std::chrono::steady_clock::now();
      bool changed = pass.run(pipeline);
      std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      if (times) times->push_back({pass.name, took.count(), changed});
      if (changed && !sound(pipeline, pass, diagnostics)) return false;
    }
    if (last == pass.name) break;
  }
  return true;
}

}  // namespace kiln::passes
