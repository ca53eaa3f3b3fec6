// Letters as scorers map them.
#pragma once
#include <string>

namespace kiln::pmml {

/// Lower case as the function `lower` of the IR makes it.
std::string lowerCase(const std::string& text);

}  // namespace kiln::pmml
