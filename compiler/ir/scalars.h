// Scalar functions: what a function's row in scalars.def says, resolved, and what each computes.
#pragma once
#include <string>
#include <vector>

#include "compiler/ir/type.h"

namespace kiln::ir {

struct Datum;  // evaluate.h
class Evaluation;
struct Dict;

enum class MissingRule : uint8_t { strict, kleene, skip, test };

struct ScalarFunction {
  const char* name;
  const char* signature;
  MissingRule missing;
  uint32_t index;  ///< row of scalars.def

  int arity() const;
  bool floatsOnly() const;  ///< the letter n stands for f64 and f32 only
  bool needsOrder() const;  ///< a cat operand's dict must be ordered
  int parameterCount() const;
  /// Why these parameters, as many as there should be, are none; empty if they are.
  std::string refusal(const std::vector<double>& parameters) const;
};

/// Null if there is no such function.
const ScalarFunction* findScalar(const std::string& name);
const std::vector<ScalarFunction>& scalarFunctions();

/// What there is of f32 alone, as ONNX Runtime computes it, beside the function that it stands for.
struct RuntimeFunction {
  const char *exact, *ofRuntime;
};
inline constexpr RuntimeFunction kRuntimeFunctions[] = {{"exp", "mlas_exp"}, {"tanh", "mlas_tanh"}, {"erf", "mlas_erf"}, {"inv_logit", "mlas_logistic"}};

/// What became of one element. `doubtful`: a NaN, an integer overflow or a division by zero, which fails if `checked`.
enum class ScalarOutcome : uint8_t { fine, doubtful, undefined };

/// The function of present operands of type `operand` (that of the first), one element each; y is not set to missing.
/// (`and`, `or` and the test functions are not here: they are all about missing operands.)
ScalarOutcome evaluateScalar(const ScalarFunction& function, const Type& operand, const Datum* const* x,
                             const std::vector<double>& parameters, Evaluation& evaluation, Datum& y);

}  // namespace kiln::ir
