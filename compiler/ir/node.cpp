// The kinds of nodes by name, from nodes.def and scalars.def.
#include "compiler/ir/node.h"

#include <unordered_map>

#include "compiler/ir/all_nodes.h"
#include "compiler/ir/scalars.h"

namespace kiln::ir {

const char* opKindName(OpKind kind) {
  static const char* const names[] = {
#define NODE(Type, text) #text,
#include "compiler/ir/nodes.def"
#undef NODE
  };
  return names[static_cast<int>(kind)];
}

std::unique_ptr<Op> makeOp(const std::string& name) {
  using Make = std::unique_ptr<Op> (*)();
  static const std::unordered_map<std::string, Make> nodes = {
#define NODE(Type, text) {#text, []() -> std::unique_ptr<Op> { return std::make_unique<Type>(); }},
#include "compiler/ir/nodes.def"
#undef NODE
  };
  auto node = nodes.find(name);
  if (node != nodes.end()) return name == "call" ? nullptr : node->second();  // a call goes by its function's name
  const ScalarFunction* function = findScalar(name);
  if (!function) return nullptr;
  auto call = std::make_unique<Call>();
  call->function = function;
  return call;
}

}  // namespace kiln::ir
