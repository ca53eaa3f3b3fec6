// Numbers to text and back, exactly and without locale.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kiln {

/// Shortest text that reads back to the same value; "nan", "inf", "-inf"; integers below 2^53 without a point or exponent.
std::string formatNumber(double value);
std::string formatNumber(float value);
/// The whole text must be one number: sign, decimal or exponent, "inf", "infinity", "nan" in any case. No blanks.
std::optional<double> parseNumber(std::string_view text);
std::optional<float> parseFloat(std::string_view text);   ///< rounded once
std::optional<int64_t> parseInteger(std::string_view text);

}  // namespace kiln
