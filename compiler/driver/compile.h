// The compile pipeline as one function: codegen in a child process with limits, so that a crash or an explosion inside LLVM is
// an error message and never a core dump.
#pragma once
#include "compiler/codegen/codegen.h"
#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"

namespace kiln::driver {

/// codegen::compile in a child process that may use limits.memoryBytes of address space and limits.seconds of time. The
/// calling process must not have started threads. False, with diagnostics, on failure.
bool compileInChild(const ir::Pipeline& pipeline, const codegen::Options& options, const codegen::Want& want,
                    codegen::Artefact& artefact, Diagnostics& diagnostics);

}  // namespace kiln::driver
