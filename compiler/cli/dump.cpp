// kiln dump: the IR text of a model at any stage.
#include <iostream>

#include "compiler/cli/verb.h"
#include "compiler/driver/file.h"
#include "compiler/ir/print.h"
#include "compiler/passes/runner.h"

namespace kiln::cli {
namespace {

struct Dump {
  ModelOptions model;
  std::string output = "-";
  ir::PrintOptions print;
  bool bare = false;

  int run() {
    print.provenance = !bare;
    const OpenModel open = openModel(model);
    show(open.diagnostics, open.source ? &*open.source : nullptr, model.model, model.json);
    if (!open.load.pipeline) return open.diagnostics.exitCode();
    std::string error;
    if (!driver::writeFile(output, ir::print(*open.load.pipeline, print), false, error)) return fail(notWritten, output + ": " + error);
    return open.diagnostics.exitCode();
  }
};

}  // namespace

void dumpVerb(CLI::App& program, int& code) {
  auto dump = std::make_shared<Dump>();
  dump->print.full = false;
  CLI::App* verb = program.add_subcommand("dump", "print the IR of a model at any stage");
  dump->model.add(*verb);
  std::vector<std::string> stages{"import"};
  for (auto& name : passes::passNames()) stages.push_back(name);
  verb->add_option("--after", dump->model.load.dumpAfter, "stop after this stage (default: the last)")->check(CLI::IsMember(stages));
  verb->add_flag("--full", dump->print.full, "print tables of any size; such a text parses back to an equal pipeline");
  verb->add_flag("--no-places", dump->bare, "leave out the comments that say where a node comes from");
  verb->add_option("-o,--output", dump->output, "file to write ('-': standard output)")->capture_default_str();
  verb->callback([dump, &code] { code = dump->run(); });
}

}  // namespace kiln::cli
