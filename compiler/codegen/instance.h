// Writes the LLVM IR of one instance: a function a stage, whose body is a straight list of kernel calls in a loop over the rows
// of the block, and a body that calls the stages in order. The folder instance/ has its parts: what functions are made of, pieces in them,
// loops over elements, functions that units share.
#pragma once
#include <llvm/IR/Module.h>

#include "compiler/codegen/schedule.h"

namespace kiln::codegen {

struct InstanceOptions : InstancePlan {
  int lanes;          ///< rows at a time: 1, or the tier's
  int tierLanes;
  std::string body;   ///< name of the function to define: void(Ctx*)
  bool plain = false;   ///< leaves as soon as the row has ended
  bool inlined = false; ///< its stages stand in the body
  bool elements = false;   ///< of single elements: what is said of them all is said once, in the end
};

/// Defines the body; kernels and kiln_blob are declared.
llvm::Function* emitInstance(llvm::Module& module, const InstanceOptions& options);
/// Defines a body that scores a row by `plain`, and anew by `whole` if that has ended it.
void emitPlainOrWhole(llvm::Module& module, const std::string& body, llvm::Function* plain, llvm::Function* whole);

}  // namespace kiln::codegen
