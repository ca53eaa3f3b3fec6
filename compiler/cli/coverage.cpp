// kiln coverage: what Kiln reads of each format, from the tables that decide it. docs/coverage.md is what this prints.
#include <iostream>

#include "compiler/cli/verb.h"
#include "frontends/pmml/pmml.h"

namespace kiln::cli {

static int print() {
  std::cout << "# What Kiln reads\n\nMade by `kiln coverage` from the tables that the importers decide by; a test compares.\n\n# PMML 3.0 to 4.4.1\n\n"
            << pmml::coverage()
            << "\n# ONNX\n\nThe operators and their versions are those of `frontends/onnx/operators.def`; any other is refused by name.\n"
               "\nTensors in files beside the model are refused unless `--external-data` allows them: regular files inside the model's folder with one name,\n"
               "reached without links or `..`; `offset` and `length` must give exactly the tensor's bytes. `checksum` and other keys are refused.\n";
  return ok;
}

void coverageVerb(CLI::App& program, int& code) {
  CLI::App* verb = program.add_subcommand("coverage", "print what is read of each format: elements, attributes, functions, features");
  verb->callback([&code] { code = print(); });
}

}  // namespace kiln::cli
