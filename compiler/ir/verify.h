// The verifier: what it has passed, codegen may trust. The invariants are listed at the top of verify.cpp.
#pragma once
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::ir {

struct Problem {
  NodeId node = kNone;    ///< or
  TableId table = kNone;
  std::string message;
};
/// All violations; empty if the pipeline is sound. Types are inferred anew and compared with those written.
std::vector<Problem> verify(const Pipeline& pipeline);
/// Of the tables alone; nodes may be inferred only if there are none.
std::vector<Problem> verifyTables(const Pipeline& pipeline);

}  // namespace kiln::ir
