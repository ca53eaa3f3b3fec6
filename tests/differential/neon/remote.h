// A scorer of another processor behind the C ABI of this one: its calls travel to a process under qemu (runner.cpp) and back.
#pragma once
#include <string>

#include "kiln/scorer.h"

namespace kiln::test {

/// Loads the scorer there. What is returned has the schema of `here` (the same pipeline for this processor), and is good until the next call.
/// Null, with `error` set, if it cannot be loaded.
const kiln_scorer* loadRemote(const std::string& sharedObject, const kiln_scorer& here, std::string& error);

}  // namespace kiln::test
