#include "compiler/codegen/instance.h"

#include <llvm/IR/MDBuilder.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "compiler/codegen/instance/function_writer.h"
#include "compiler/codegen/instance/piece_writer.h"
#include "compiler/codegen/instance/shared_units.h"
#include "runtime/kernels/plan.h"

namespace kiln::codegen {

using kernel::Ctx;
using llvm::BasicBlock;
using llvm::Function;
using llvm::Value;

namespace {

class InstanceWriter {
 public:
  InstanceWriter(llvm::Module& module, const InstanceOptions& options) : o_(options), f_(module, options), pieces_(f_), shared_(f_, pieces_) {}

  Function* run() {
    Function* body = contextFunction(f_.module, o_.body, Function::ExternalLinkage);
    std::vector<Function*> stages;
    for (size_t s = 0; s < o_.schedule.stages.size(); s++) stages.push_back(stage(s));
    callInOrder(body, stages);
    return body;
  }

 private:
  Function* stage(size_t index) {
    const Stage& stage = o_.schedule.stages[index];
    Function* made = contextFunction(f_.module, (f_.row ? "row_stage_" : "block_stage_") + std::to_string(index), Function::InternalLinkage);
    if (o_.inlined) made->addFnAttr(llvm::Attribute::AlwaysInline);
    else if (!f_.row || o_.schedule.stages.size() > 1) made->addFnAttr(llvm::Attribute::NoInline);
    f_.begin(made);
    pieces_.beginFunction();
    const bool shares = std::any_of(stage.units.begin(), stage.units.end(), [](const Unit& u) { return u.alike != ir::kNone; });
    if (shares) shared_.beginFunction();
    if (stage.block) {
      pieces_.block(o_.record.pieces[stage.units[0].pieces[0]]);
    } else if (f_.row) {
      units(stage.units);
    } else {
      if (o_.elements) f_.openSaid();
      // Drivers call a body with at least one row.
      f_.loop(f_.b.getInt64(0), f_.hand.rows, static_cast<uint64_t>(o_.lanes), [&](Value* at) {
        f_.storeField(f_.hand.context, offsetof(Ctx, at), at);
        if (shares) shared_.rowsAt(at);
        units(stage.units);
      });
      if (o_.elements) f_.giveSaid();
    }
    f_.copyArena(f_.hand.context, made->getArg(0));
    f_.b.CreateRetVoid();
    for (const Unit& u : stage.units)
      for (uint32_t p : u.pieces)
        for (LocalId l : o_.record.pieces[p].defines) pieces_.markDefined(l);
    return made;
  }

  void units(const std::vector<Unit>& units) {
    std::vector<uint32_t> alone;   // pieces that share no function
    for (const Unit& u : units) {
      if (u.alike == ir::kNone) {
        alone.insert(alone.end(), u.pieces.begin(), u.pieces.end());
      } else {
        pieces_.pieces(std::exchange(alone, {})), shared_.call(u);
      }
    }
    pieces_.pieces(alone);
  }

  // A plain row that has ended is left.
  void callInOrder(Function* body, const std::vector<Function*>& stages) {
    llvm::IRBuilder<>& b = f_.b;
    Value* const context = body->getArg(0);
    b.SetInsertPoint(BasicBlock::Create(f_.context, "", body));
    for (Function* f : stages) {
      b.CreateCall(f, {context});
      if (!o_.plain || f == stages.back()) continue;
      auto* ended = BasicBlock::Create(f_.context, "ended", body);
      auto* goesOn = BasicBlock::Create(f_.context, "", body);
      b.CreateCondBr(hasEnded(b, context), ended, goesOn);
      b.SetInsertPoint(ended);
      b.CreateRetVoid();
      b.SetInsertPoint(goesOn);
    }
    b.CreateRetVoid();
  }

  const InstanceOptions& o_;
  FunctionWriter f_;
  PieceWriter pieces_;
  SharedUnits shared_;
};

}  // namespace

Function* emitInstance(llvm::Module& module, const InstanceOptions& options) { return InstanceWriter(module, options).run(); }

void emitPlainOrWhole(llvm::Module& module, const std::string& body, Function* plain, Function* whole) {
  Function* f = contextFunction(module, body, Function::ExternalLinkage);
  plain->addFnAttr(llvm::Attribute::AlwaysInline);
  whole->addFnAttr(llvm::Attribute::NoInline);
  Value* const context = f->getArg(0);
  llvm::IRBuilder<> b(BasicBlock::Create(module.getContext(), "", f));
  auto* done = BasicBlock::Create(module.getContext(), "done", f);
  auto* again = BasicBlock::Create(module.getContext(), "again", f);
  Value* const arenaField = fieldOf(b, context, offsetof(Ctx, arena));
  Value* arena = b.CreateLoad(b.getPtrTy(), arenaField);
  b.CreateCall(plain, {context});
  b.CreateCondBr(hasEnded(b, context), again, done, llvm::MDBuilder(module.getContext()).createUnlikelyBranchWeights());
  b.SetInsertPoint(again);
  b.CreateStore(arena, arenaField);
  Value* status = b.CreateLoad(b.getPtrTy(), fieldOf(b, context, offsetof(Ctx, status)));
  b.CreateStore(b.getInt64(0xffffffff00000000), status);   // as a row's status begins: no bits, no field, no node
  b.CreateCall(whole, {context});
  b.CreateBr(done);
  b.SetInsertPoint(done);
  b.CreateRetVoid();
}

}  // namespace kiln::codegen
