// Files that are there whole or not at all.
#pragma once
#include <string>
#include <string_view>

namespace kiln::driver {

/// Writes to a temporary file beside `path`, syncs it and renames it into place; "-" writes to standard output. False, with
/// `error` set, if that fails (nothing is left behind).
bool writeFile(const std::string& path, std::string_view bytes, bool executable, std::string& error);

}  // namespace kiln::driver
