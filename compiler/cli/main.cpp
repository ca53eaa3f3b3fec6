// kiln: compiles trained models to native scorers, and looks at both. One verb a file; see verbs.def.
#include <csignal>
#include <cstdio>

#include "compiler/cli/verb.h"
#include "compiler/support/version.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);   // a closed pipe is an error code, not a death
  CLI::App program("kiln compiles trained models (PMML, ONNX) to native scorers: one shared object that needs nothing at run time.", "kiln");
  program.set_version_flag("--version", "kiln " KILN_VERSION);
  program.require_subcommand(1);
  program.fallthrough(false);
  program.footer("exit codes: 0 done, 1 internal error, 2 usage, 3 input malformed, 4 valid but unsupported or over a limit, 5 budget exceeded,\n"
                 "            6 verification differs, 7 output not written, 8 link or load failed");
  int code = 0;
#define VERB(function, name) kiln::cli::function(program, code);
#include "compiler/cli/verbs.def"
#undef VERB
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? 0 : kiln::cli::usage;
  } catch (const std::exception& e) {
    return kiln::cli::fail(kiln::cli::bug, e.what(), "please report this with the model");
  }
  if (std::fflush(stdout) != 0) return kiln::cli::notWritten;
  return code;
}
