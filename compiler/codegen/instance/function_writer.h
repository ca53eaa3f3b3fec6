// What every function of an instance is made of, whatever it computes: its copy of the context, rows, loops, room for lanes, constants
// and kernel calls.
#pragma once
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/codegen/instance.h"

namespace kiln::codegen {

/// void(Ctx*), whose context nobody else writes to.
llvm::Function* contextFunction(llvm::Module& module, const std::string& name, llvm::Function::LinkageTypes linkage);
llvm::Value* fieldOf(llvm::IRBuilder<>& b, llvm::Value* base, size_t offset);
/// Whether the row of this context has no result.
llvm::Value* hasEnded(llvm::IRBuilder<>& b, llvm::Value* context);
void endRow(llvm::IRBuilder<>& b, llvm::Value* context);

/// The function that is being written, which begins with `begin` or `enter`.
struct FunctionInHand {
  llvm::Function* function = nullptr;
  llvm::BasicBlock *entry = nullptr, *leave = nullptr;
  llvm::Value *context = nullptr, *rows = nullptr;
};

class FunctionWriter {
 public:
  FunctionWriter(llvm::Module& module, const InstanceOptions& options);

  /// Begins a function: what is written from here on is its code. Its first argument is the caller's context.
  void begin(llvm::Function* function);
  /// The same inside another one's, to which `resume` goes back.
  struct Interrupted {
    FunctionInHand hand;
    llvm::IRBuilderBase::InsertPoint at;
  };
  Interrupted interrupt() { return {hand, b.saveIP()}; }
  void resume(const Interrupted& outer) { hand = outer.hand, b.restoreIP(outer.at); }

  llvm::Value* newContext();
  void copyPointers(llvm::Value* from, llvm::Value* to);
  void copyArena(llvm::Value* from, llvm::Value* to);
  /// What a body of elements says (kernel::ElementsSaid): in registers, nothing at first, and in the end added to what the caller has.
  void openSaid();
  void giveSaid();
  /// Leaves the function, and the row, if `condition` holds.
  void leaveIf(llvm::Value* condition);

  llvm::Value* loadField(llvm::Value* base, size_t offset, llvm::Type* type) { return b.CreateLoad(type, fieldOf(b, base, offset)); }
  void storeField(llvm::Value* base, size_t offset, llvm::Value* v) { b.CreateStore(v, fieldOf(b, base, offset)); }

  /// body(at) for at = begin, begin + step .. below end; at least once.
  template <class Body> void loop(llvm::Value* begin, llvm::Value* end, uint64_t step, Body body) {
    llvm::BasicBlock* before = b.GetInsertBlock();
    auto* head = newBlock("loop");
    b.CreateBr(head);
    b.SetInsertPoint(head);
    auto* at = b.CreatePHI(b.getInt64Ty(), 2);
    at->addIncoming(begin, before);
    body(at);
    endLoop(at, head, end, step);
  }

  llvm::BasicBlock* newBlock(const char* name = "") { return llvm::BasicBlock::Create(context, name, hand.function); }
  llvm::Value* newLanes() { return newLanes(options.lanes); }
  llvm::Value* newLanes(int lanes);
  llvm::Value* constant(const void* bytes, size_t size, const char* name);
  template <class T> llvm::Value* constant(const T& value, const char* name) { return constant(&value, sizeof value, name); }

  /// A kernel of this instance's lanes, or of others by its whole name.
  void call(const std::string& kernel, llvm::Value* params, std::vector<llvm::Value*> arguments) { callInstance(kernel + suffix, params, std::move(arguments)); }
  void callInstance(const std::string& name, llvm::Value* params, std::vector<llvm::Value*> arguments) {
    callKernel(b.getVoidTy(), name, params, std::move(arguments));
  }
  llvm::Value* callKernel(llvm::Type* result, const std::string& name, llvm::Value* params, std::vector<llvm::Value*> arguments);

  llvm::Module& module;
  llvm::LLVMContext& context;
  llvm::IRBuilder<> b;
  const InstanceOptions& options;
  const bool row;             ///< one at a time
  const std::string suffix;   ///< of its kernels' names
  FunctionInHand hand;

 private:
  llvm::Type* oddLanes();
  void endLoop(llvm::PHINode* at, llvm::BasicBlock* head, llvm::Value* end, uint64_t step);

  std::unordered_map<std::string, llvm::GlobalVariable*> constants_;
};

}  // namespace kiln::codegen
