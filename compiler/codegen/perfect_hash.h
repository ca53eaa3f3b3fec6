// Makes the table that finds the code of a label in constant time (runtime/kernels/strings.h reads it).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kiln::codegen {

/// The bytes of a HashTable for these labels; label i has code i, the first of equal ones counts. Deterministic; linear
/// time and space. To be placed at a multiple of 8.
std::string hashLabels(const std::vector<std::string_view>& labels);
/// The same for numbers, by number_key of runtime/kernels/strings.h; keys must not come from NaN.
std::string hashNumbers(const std::vector<uint64_t>& keys);

}  // namespace kiln::codegen
