// Links objects in memory to a shared object, in process, by lld.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/diagnostics.h"

namespace kiln::codegen {

struct LinkObject {
  std::string name;                          ///< for messages
  std::vector<std::string_view> pieces;      ///< its bytes
};

/// False, with a diagnostic, if they do not link: an undefined symbol is our own bug. `unneeded`: symbols of the objects whose code is dropped,
/// for nothing calls it; what refers to it gets kiln_unneeded. One call at a time in a process.
bool link(const std::vector<LinkObject>& objects, const std::vector<std::string>& unneeded, bool aarch64, const std::string& soname, std::string& sharedObject, Diagnostics& diagnostics);

}  // namespace kiln::codegen
