// Everything that generated code links, compiled to bitcode once a tier. Kernels come from the headers of kernels.def, whose
// instances instances.h makes; the entries of a scorer from drivers.h (each tier) and dispatch.h (once).
#include "instances.h"
#include "kernels.def"
#include "drivers.h"
#include "dispatch.h"
