// The case of letters, as scorers map it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kiln::ir {

enum class Case : uint8_t { lower, lowerSimple, upper, upperSimple };

/// `text` as the function of that name makes it: lower, lower_simple, upper, upper_simple.
std::string inCase(std::string_view text, Case wanted);

}  // namespace kiln::ir
