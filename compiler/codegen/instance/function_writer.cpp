#include "compiler/codegen/instance/function_writer.h"

#include <llvm/IR/MDBuilder.h>

#include <cstddef>
#include <utility>

#include "runtime/kernels/plan.h"

namespace kiln::codegen {

using kernel::Ctx;
using kernel::ElementsSaid;
using llvm::BasicBlock;
using llvm::Function;
using llvm::GlobalVariable;
using llvm::Value;

namespace {

/// A private constant of these bytes; equal ones share one.
GlobalVariable* constantBytes(llvm::Module& module, const void* bytes, size_t size, const char* name) {
  static const char none = 0;
  if (size == 0) bytes = &none, size = 1;
  auto* data = llvm::ConstantDataArray::getRaw(llvm::StringRef(static_cast<const char*>(bytes), size), size,
                                               llvm::Type::getInt8Ty(module.getContext()));
  auto* global = new GlobalVariable(module, data->getType(), true, GlobalVariable::PrivateLinkage, data, name);
  global->setAlignment(llvm::Align(16));
  global->setUnnamedAddr(GlobalVariable::UnnamedAddr::Global);
  return global;
}

/// The blob, defined in an object of its own.
GlobalVariable* blobGlobal(llvm::Module& module) {
  if (auto* known = module.getNamedGlobal("kiln_blob")) return known;
  auto* type = llvm::ArrayType::get(llvm::Type::getInt8Ty(module.getContext()), 64);
  auto* blob = new GlobalVariable(module, type, true, GlobalVariable::ExternalLinkage, nullptr, "kiln_blob");
  blob->setAlignment(llvm::Align(64));
  blob->setVisibility(GlobalVariable::HiddenVisibility);
  blob->setDSOLocal(true);
  return blob;
}

}  // namespace

Function* contextFunction(llvm::Module& module, const std::string& name, Function::LinkageTypes linkage) {
  llvm::LLVMContext& context = module.getContext();
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), {llvm::PointerType::get(context, 0)}, false);
  Function* f = Function::Create(type, linkage, name, module);
  f->setDSOLocal(true);
  if (linkage == Function::ExternalLinkage) f->setVisibility(Function::HiddenVisibility);
  f->getArg(0)->addAttr(llvm::Attribute::NoAlias);
  return f;
}

Value* fieldOf(llvm::IRBuilder<>& b, Value* base, size_t offset) { return b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), base, offset); }

Value* hasEnded(llvm::IRBuilder<>& b, Value* context) {
  Value* status = b.CreateLoad(b.getPtrTy(), fieldOf(b, context, offsetof(Ctx, status)));
  Value* bits = b.CreateLoad(b.getInt32Ty(), fieldOf(b, status, offsetof(kiln_status, bits)));
  return b.CreateICmpNE(b.CreateAnd(bits, b.getInt32(KILN_NO_RESULT)), b.getInt32(0));
}

void endRow(llvm::IRBuilder<>& b, Value* context) {
  Value* status = b.CreateLoad(b.getPtrTy(), fieldOf(b, context, offsetof(Ctx, status)));
  b.CreateStore(b.getInt32(KILN_NO_RESULT), fieldOf(b, status, offsetof(kiln_status, bits)));
}

FunctionWriter::FunctionWriter(llvm::Module& m, const InstanceOptions& o)
    : module(m), context(m.getContext()), b(context), options(o), row(o.lanes == 1), suffix("_" + std::to_string(o.lanes)) {}

// The function works on a copy of the context that optimisation can keep in registers; the blob's address becomes a constant.
void FunctionWriter::begin(Function* function) {
  hand = {};
  hand.function = function;
  hand.entry = newBlock("entry");
  b.SetInsertPoint(hand.entry);
  Value* const given = function->getArg(0);
  hand.context = newContext();
  storeField(hand.context, offsetof(Ctx, blob), blobGlobal(module));
  copyPointers(given, hand.context);
  storeField(hand.context, offsetof(Ctx, at), b.getInt64(0));
  hand.rows = loadField(given, offsetof(Ctx, rows), b.getInt64Ty());
  storeField(hand.context, offsetof(Ctx, rows), hand.rows);
  storeField(hand.context, offsetof(Ctx, column), loadField(given, offsetof(Ctx, column), b.getInt64Ty()));
}

Value* FunctionWriter::newContext() {
  llvm::IRBuilder<> entry(hand.entry, hand.entry->begin());
  auto* storage = entry.CreateAlloca(llvm::ArrayType::get(entry.getInt8Ty(), sizeof(Ctx)));
  storage->setAlignment(llvm::Align(16));
  return storage;
}

void FunctionWriter::copyPointers(Value* from, Value* to) {
  for (size_t at : {offsetof(Ctx, scratch), offsetof(Ctx, cells), offsetof(Ctx, out), offsetof(Ctx, status), offsetof(Ctx, arena),
                    offsetof(Ctx, arena_end)})
    storeField(to, at, loadField(from, at, b.getPtrTy()));
}

void FunctionWriter::copyArena(Value* from, Value* to) { storeField(to, offsetof(Ctx, arena), loadField(from, offsetof(Ctx, arena), b.getPtrTy())); }

void FunctionWriter::openSaid() {
  llvm::IRBuilder<> entry(hand.entry, hand.entry->begin());
  auto* said = entry.CreateAlloca(llvm::ArrayType::get(entry.getInt8Ty(), sizeof(ElementsSaid)));
  said->setAlignment(llvm::Align(alignof(ElementsSaid)));
  storeField(said, offsetof(ElementsSaid, status), b.getInt64(0xffffffff00000000));   // no bits, no field, no node
  storeField(said, offsetof(ElementsSaid, odd), llvm::Constant::getNullValue(oddLanes()));
  storeField(hand.context, offsetof(Ctx, status), said);
}

void FunctionWriter::giveSaid() {
  Value* const said = loadField(hand.context, offsetof(Ctx, status), b.getPtrTy());
  Value* const given = loadField(hand.function->getArg(0), offsetof(Ctx, status), b.getPtrTy());
  const auto add = [&](size_t at, llvm::Type* type) { storeField(given, at, b.CreateOr(loadField(given, at, type), loadField(said, at, type))); };
  add(offsetof(ElementsSaid, status) + offsetof(kiln_status, bits), b.getInt32Ty());
  add(offsetof(ElementsSaid, odd), oddLanes());
}

llvm::Type* FunctionWriter::oddLanes() { return llvm::FixedVectorType::get(b.getInt32Ty(), kernel::kOddLanes); }

void FunctionWriter::leaveIf(Value* condition) {
  if (hand.leave == nullptr) {
    hand.leave = newBlock("leave");
    llvm::IRBuilder<> leave(hand.leave);
    endRow(leave, hand.function->getArg(0));
    leave.CreateRetVoid();
  }
  auto* stays = newBlock();
  b.CreateCondBr(condition, hand.leave, stays, llvm::MDBuilder(context).createUnlikelyBranchWeights());
  b.SetInsertPoint(stays);
}

void FunctionWriter::endLoop(llvm::PHINode* at, BasicBlock* head, Value* end, uint64_t step) {
  Value* next = b.CreateNUWAdd(at, b.getInt64(step));
  at->addIncoming(next, b.GetInsertBlock());
  auto* done = newBlock("done");
  auto* branch = b.CreateCondBr(b.CreateICmpULT(next, end), head, done);
  auto* once = llvm::MDNode::get(context, {llvm::MDString::get(context, "llvm.loop.unroll.disable")});
  auto* id = llvm::MDNode::getDistinct(context, {nullptr, once});
  id->replaceOperandWith(0, id);
  branch->setMetadata("llvm.loop", id);
  b.SetInsertPoint(done);
}

Value* FunctionWriter::newLanes(int lanes) {
  llvm::IRBuilder<> entry(hand.entry, hand.entry->begin());
  auto* a = entry.CreateAlloca(llvm::ArrayType::get(entry.getInt8Ty(), 32u * static_cast<unsigned>(lanes)));
  a->setAlignment(llvm::Align(lanes == 1 ? 16 : 64));
  return a;
}

Value* FunctionWriter::constant(const void* bytes, size_t size, const char* name) {
  auto& known = constants_[std::string(static_cast<const char*>(bytes), size)];
  if (known == nullptr) known = constantBytes(module, bytes, size, name);
  return known;
}

Value* FunctionWriter::callKernel(llvm::Type* result, const std::string& name, Value* params, std::vector<Value*> arguments) {
  arguments.insert(arguments.begin(), {hand.context, params});
  const std::vector<llvm::Type*> types(arguments.size(), b.getPtrTy());
  return b.CreateCall(module.getOrInsertFunction("kiln_" + name, llvm::FunctionType::get(result, types, false)), arguments);
}

}  // namespace kiln::codegen
