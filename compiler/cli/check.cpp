// kiln check: everything in a model that is unsupported or suspicious, at once, without generating code.
#include <iostream>

#include "compiler/cli/verb.h"
#include "compiler/ir/columns.h"

namespace kiln::cli {

static int run(const ModelOptions& options) {
  OpenModel open = openModel(options);
  show(open.diagnostics, open.source ? &*open.source : nullptr, options.model, options.json);
  if (open.diagnostics.hasErrors()) return open.diagnostics.exitCode();
  if (options.json) return ok;
  const ir::Pipeline& pipeline = *open.load.pipeline;
  std::cout << options.model << ": " << pipeline.sourceFormat << ", " << ir::inputColumns(pipeline).size() << " inputs, "
            << ir::outputColumns(pipeline).size() << " outputs, " << pipeline.nodes.size() << " nodes: compiles\n";
  return ok;
}

void checkVerb(CLI::App& program, int& code) {
  auto options = std::make_shared<ModelOptions>();
  CLI::App* verb = program.add_subcommand("check", "report everything unsupported or suspicious in a model at once; no code");
  options->add(*verb);
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace kiln::cli
