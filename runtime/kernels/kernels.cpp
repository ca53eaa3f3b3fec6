// The kernels that generated code is made of, compiled to bitcode once a tier. They come from the headers of kernels.def, whose
// instances instances.h makes. What does not depend on the model is machine code already: drivers.cpp, library.cpp.
#include "instances.h"
#include "kernels.def"
