// Functions that recurrent and fused operators apply to their results, by name.
#pragma once
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

struct Activation {
  std::string name;       ///< in small letters
  double alpha, beta;
};
/// The function of this name, in any case, with the standard's defaults of alpha and beta.
Activation activationNamed(const std::string& name);
/// Of floats; refuses a name that is not known.
Tensor activated(OperatorImport& n, const Activation& f, const Tensor& x);

}  // namespace kiln::onnx
