// kiln coverage: what Kiln reads of each format, from the tables that decide it. docs/coverage.md is what this prints.
#include <iostream>

#include "compiler/cli/verb.h"
#include "frontends/onnx/onnx.h"
#include "frontends/pmml/pmml.h"

namespace kiln::cli {

static int print() {
  std::cout << "# What Kiln reads\n\nMade by `kiln coverage` from the tables that the importers decide by; a test compares.\n\n# PMML 3.0 to 4.4.1\n\n"
            << pmml::coverage()
            << "\n# ONNX\n"
               "\nTensors in files beside the model are refused unless `--external-data` allows them: regular files inside the model's folder with one name,\n"
               "reached without links or `..`; `offset` and `length` must give exactly the tensor's bytes. `checksum` and other keys are refused.\n"
               "\nA dimension but the first that is open takes the size that the operators need (weights, offsets, trees, lists of columns), else `--shape X=?,4` gives it.\n"
               "A shape argument (axes, sizes, places) that is an input of the model is a column: it must make the shape that the model declares for the result,\n"
               "or the row has no result. `--constant axes=0,1` makes such an input a constant. `--leave-out loss` drops an output, such as one over all rows.\n\n"
            << onnx::coverage();
  return ok;
}

void coverageVerb(CLI::App& program, int& code) {
  CLI::App* verb = program.add_subcommand("coverage", "print what is read of each format: elements, attributes, functions, features");
  verb->callback([&code] { code = print(); });
}

}  // namespace kiln::cli
