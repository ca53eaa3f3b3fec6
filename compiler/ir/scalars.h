// Scalar functions: what a function's row in scalars.def says, resolved.
#pragma once
#include <string>
#include <vector>

#include "compiler/ir/type.h"

namespace kiln::ir {

struct Datum;  // evaluate.h

enum class MissingRule : uint8_t { strict, kleene, skip, test };

struct ScalarFunction {
  const char* name;
  const char* signature;
  MissingRule missing;
  uint32_t index;  ///< row of scalars.def

  int arity() const;
};

/// Null if there is no such function.
const ScalarFunction* findScalar(const std::string& name);
const std::vector<ScalarFunction>& scalarFunctions();

}  // namespace kiln::ir
