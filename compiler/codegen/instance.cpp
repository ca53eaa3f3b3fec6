#include "compiler/codegen/instance.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "runtime/kernels/plan.h"

namespace kiln::codegen {

using llvm::BasicBlock;
using llvm::Function;
using llvm::GlobalVariable;
using llvm::Value;

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

GlobalVariable* blobGlobal(llvm::Module& module) {
  if (auto* known = module.getNamedGlobal("kiln_blob")) return known;
  auto* type = llvm::ArrayType::get(llvm::Type::getInt8Ty(module.getContext()), 64);
  auto* blob = new GlobalVariable(module, type, true, GlobalVariable::ExternalLinkage, nullptr, "kiln_blob");
  blob->setAlignment(llvm::Align(64));
  blob->setVisibility(GlobalVariable::HiddenVisibility);
  blob->setDSOLocal(true);
  return blob;
}

namespace {

using kernel::Ctx;
using kernel::Slot;
struct ElementParams {   // as in runtime/kernels/slots.h
  Slot slot;
  uint32_t element;
};
constexpr uint32_t kFewestAcross = 3;   // elements worth a vector, for one row
constexpr uint32_t kUnrollElements = 8;
constexpr size_t kMostInLoop = 16;      // pieces

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
/// Whether the row of this context has no result.
Value* hasEnded(llvm::IRBuilder<>& b, Value* context) {
  Value* status = b.CreateLoad(b.getPtrTy(), fieldOf(b, context, offsetof(Ctx, status)));
  Value* bits = b.CreateLoad(b.getInt32Ty(), fieldOf(b, status, offsetof(kiln_status, bits)));
  return b.CreateICmpNE(b.CreateAnd(bits, b.getInt32(KILN_NO_RESULT)), b.getInt32(0));
}

void endRow(llvm::IRBuilder<>& b, Value* context) {
  Value* status = b.CreateLoad(b.getPtrTy(), fieldOf(b, context, offsetof(Ctx, status)));
  b.CreateStore(b.getInt32(KILN_NO_RESULT), fieldOf(b, status, offsetof(kiln_status, bits)));
}

class Emitter {
 public:
  Emitter(llvm::Module& module, const InstanceOptions& options)
      : module_(module), context_(module.getContext()), b_(context_), o_(options), row_(options.lanes == 1),
        suffix_("_" + std::to_string(options.lanes)), defined_(options.record.locals.size(), false),
        constantPiece_(options.record.locals.size(), ir::kNone), users_(options.record.locals.size()), seen_(options.record.locals.size(), false),
        units_(options.record, options.pipeline, row_) {
    for (uint32_t p = 0; p < o_.record.pieces.size(); p++) {
      for (LocalId l : o_.record.pieces[p].defines) constantPiece_[l] = o_.record.locals[l].constant ? p : ir::kNone;
      for (LocalId l : o_.record.pieces[p].uses) users_[l].push_back(p);
    }
    for (LocalId l = 0; l < o_.record.locals.size(); l++) {
      const Local& local = o_.record.locals[l];
      if (local.output != ir::kNone || local.input != ir::kNone) seen_[l] = true;
      if (local.whole != ir::kNone) seen_[local.whole] = true;
    }
  }

  Function* run() {
    compareAlike();
    Function* body = function(o_.body, Function::ExternalLinkage);
    std::vector<Function*> stages;
    for (size_t s = 0; s < o_.schedule.stages.size(); s++) stages.push_back(stage(s));
    b_.SetInsertPoint(BasicBlock::Create(context_, "", body));
    for (Function* f : stages) {
      b_.CreateCall(f, {body->getArg(0)});
      if (!o_.plain || f == stages.back()) continue;
      auto* ended = BasicBlock::Create(context_, "ended", body);
      auto* goesOn = BasicBlock::Create(context_, "", body);
      b_.CreateCondBr(hasEnded(b_, body->getArg(0)), ended, goesOn);
      b_.SetInsertPoint(ended);
      b_.CreateRetVoid();
      b_.SetInsertPoint(goesOn);
    }
    b_.CreateRetVoid();
    return body;
  }

 private:
  Function* function(const std::string& name, Function::LinkageTypes linkage) { return contextFunction(module_, name, linkage); }

  Function* stage(size_t index) {
    const Stage& stage = o_.schedule.stages[index];
    fn_ = function((row_ ? "row_stage_" : "block_stage_") + std::to_string(index), Function::InternalLinkage);
    if (!row_ || o_.schedule.stages.size() > 1) fn_->addFnAttr(llvm::Attribute::NoInline);
    entry_ = BasicBlock::Create(context_, "entry", fn_);
    b_.SetInsertPoint(entry_);
    copyContext();
    lanes_.clear();
    leave_ = nullptr;
    const bool shares = std::any_of(stage.units.begin(), stage.units.end(), [](const Unit& u) { return u.alike != ir::kNone; });
    sharedContext_ = shares ? contextForCalls() : nullptr;
    if (stage.block) {
      callBlock(o_.record.pieces[stage.units[0].pieces[0]]);
    } else if (row_) {
      unitsInOrder(stage.units);
    } else {
      rowLoop([&] { unitsInOrder(stage.units); });
    }
    storeField(fn_->getArg(0), offsetof(Ctx, arena), loadField(ctx_, offsetof(Ctx, arena), b_.getPtrTy()));
    b_.CreateRetVoid();
    Function* const made = fn_;
    for (const Unit& u : stage.units)
      for (uint32_t p : u.pieces)
        for (LocalId l : o_.record.pieces[p].defines) defined_[l] = true;
    return made;
  }

  Value* newContext() {
    llvm::IRBuilder<> entry(entry_, entry_->begin());
    auto* storage = entry.CreateAlloca(llvm::ArrayType::get(entry.getInt8Ty(), sizeof(Ctx)));
    storage->setAlignment(llvm::Align(16));
    return storage;
  }
  // A copy of the context that optimisation can keep in registers; the blob's address becomes a constant.
  void copyContext() {
    ctx_ = newContext();
    storeField(ctx_, offsetof(Ctx, blob), blobGlobal(module_));
    copyPointers(fn_->getArg(0), ctx_);
    storeField(ctx_, offsetof(Ctx, at), b_.getInt64(0));
    rows_ = loadField(fn_->getArg(0), offsetof(Ctx, rows), b_.getInt64Ty());
    storeField(ctx_, offsetof(Ctx, rows), rows_);
  }
  void copyPointers(Value* from, Value* to) {
    for (size_t at : {offsetof(Ctx, scratch), offsetof(Ctx, cells), offsetof(Ctx, out), offsetof(Ctx, status), offsetof(Ctx, arena),
                      offsetof(Ctx, arena_end)})
      storeField(to, at, loadField(from, at, b_.getPtrTy()));
  }
  Value* field(Value* base, size_t offset) { return fieldOf(b_, base, offset); }
  Value* loadField(Value* base, size_t offset, llvm::Type* type) { return b_.CreateLoad(type, field(base, offset)); }
  void storeField(Value* base, size_t offset, Value* v) { b_.CreateStore(v, field(base, offset)); }

  template <class Body> void loop(Value* end, uint64_t step, Body body) { loop(0, end, step, body); }
  /// At least once.
  template <class Body> void loop(uint64_t begin, Value* end, uint64_t step, Body body) {
    BasicBlock* before = b_.GetInsertBlock();
    auto* head = BasicBlock::Create(context_, "loop", fn_);
    b_.CreateBr(head);
    b_.SetInsertPoint(head);
    auto* at = b_.CreatePHI(b_.getInt64Ty(), 2);
    at->addIncoming(b_.getInt64(begin), before);
    body(at);
    Value* next = b_.CreateNUWAdd(at, b_.getInt64(step));
    at->addIncoming(next, b_.GetInsertBlock());
    auto* done = BasicBlock::Create(context_, "done", fn_);
    auto* branch = b_.CreateCondBr(b_.CreateICmpULT(next, end), head, done);
    auto* once = llvm::MDNode::get(context_, {llvm::MDString::get(context_, "llvm.loop.unroll.disable")});
    auto* id = llvm::MDNode::getDistinct(context_, {nullptr, once});
    id->replaceOperandWith(0, id);
    branch->setMetadata("llvm.loop", id);
    b_.SetInsertPoint(done);
  }
  // Drivers call a body with at least one row.
  template <class Body> void rowLoop(Body body) {
    loop(rows_, static_cast<uint64_t>(o_.lanes), [&](Value* at) {
      storeField(ctx_, offsetof(Ctx, at), at);
      if (sharedContext_ != nullptr) storeField(sharedContext_, offsetof(Ctx, at), at);
      body();
    });
  }

  Value* newLanes() { return newLanes(o_.lanes); }
  Value* newLanes(int lanes) {
    llvm::IRBuilder<> entry(entry_, entry_->begin());
    auto* a = entry.CreateAlloca(llvm::ArrayType::get(entry.getInt8Ty(), 32u * static_cast<unsigned>(lanes)));
    a->setAlignment(llvm::Align(lanes == 1 ? 16 : 64));
    return a;
  }
  llvm::FunctionCallee kernelNamed(const std::string& name, size_t arguments) {
    std::vector<llvm::Type*> types(arguments, b_.getPtrTy());
    return module_.getOrInsertFunction("kiln_" + name, llvm::FunctionType::get(b_.getVoidTy(), types, false));
  }
  Value* constant(const void* bytes, size_t size, const char* name) {
    auto& known = constants_[std::string(static_cast<const char*>(bytes), size)];
    if (known == nullptr) known = constantBytes(module_, bytes, size, name);
    return known;
  }
  template <class T> Value* constant(const T& value, const char* name) { return constant(&value, sizeof value, name); }
  void call(const std::string& kernel, Value* params, std::vector<Value*> arguments) { callInstance(kernel + suffix_, params, std::move(arguments)); }
  void callInstance(const std::string& name, Value* params, std::vector<Value*> arguments) {
    arguments.insert(arguments.begin(), {ctx_, params});
    b_.CreateCall(kernelNamed(name, arguments.size()), arguments);
  }

  const Local& local(LocalId l) const { return o_.record.locals[l]; }
  const Slot& slot(LocalId l) const { return o_.schedule.slots[l]; }
  const char* storage(LocalId l) const { return storageName(local(l).storage); }

  // Where a scalar's lanes stand in this stage: computed already, fetched from scratch, made anew if constant, or room to define.
  Value* lanes(LocalId l) {
    Value*& at = lanes_[l];
    if (at != nullptr) return at;
    at = newLanes();
    Value* result = at;   // recursion below may move the map's storage
    if (constantPiece_[l] != ir::kNone) {
      piece(o_.record.pieces[constantPiece_[l]]);
    } else if (slot(l).count != 0 && (defined_[l] || local(l).input != ir::kNone)) {
      call(std::string("get_") + storage(l), constant(ElementParams{slot(l), 0}, "element"), {result});
    }
    return result;
  }
  // Inside a shared function, Slots and parameters of its own, by local and by operation.
  Value* slotOf(LocalId l) {
    const auto own = ownSlots_.find(l);
    return own != ownSlots_.end() ? own->second : constant(slot(l), "slot");
  }
  Value* paramsOf(const Operation& operation) {
    const auto own = ownParams_.find(&operation);
    return own != ownParams_.end() ? own->second : constant(operation.params.data(), operation.params.size(), "params");
  }
  Value* argument(LocalId l) { return local(l).vector ? slotOf(l) : lanes(l); }

  void unitsInOrder(const std::vector<Unit>& units) {
    std::vector<uint32_t> alone;   // pieces that share no function
    for (const Unit& u : units) {
      if (u.alike == ir::kNone) {
        alone.insert(alone.end(), u.pieces.begin(), u.pieces.end());
      } else {
        pieces(std::exchange(alone, {})), callShared(u);
      }
    }
    pieces(alone);
  }
  void pieces(const std::vector<uint32_t>& pieces, bool spills = true) {
    for (size_t from = 0, to; from < pieces.size(); from = to) {
      to = endOfLoop(pieces, from);
      if (to > from) {
        std::vector<const Piece*> together;
        for (size_t i = from; i < to; i++) together.push_back(&o_.record.pieces[pieces[i]]);
        loopOver(together);
      } else {
        piece(o_.record.pieces[pieces[from]], spills);
        to = from + 1;
      }
    }
  }

  void piece(const Piece& piece, bool spills = true) {
    operations(piece);
    if (spills) spill(piece);
  }
  void operations(const Piece& piece) {
    for (const Operation& operation : piece.operations) {
      if (operation.kind == Operation::elementwise) {
        elementwise(piece, operation);
      } else {
        std::vector<Value*> arguments;
        for (LocalId l : operation.arguments) arguments.push_back(argument(l));
        if (operation.kind == Operation::leave) callOrLeave(operation, std::move(arguments));
        else call(operation.kernel, paramsOf(operation), std::move(arguments));
      }
    }
  }
  void callOrLeave(const Operation& operation, std::vector<Value*> arguments) {
    arguments.insert(arguments.begin(), {ctx_, paramsOf(operation)});
    std::vector<llvm::Type*> types(arguments.size(), b_.getPtrTy());
    auto kernel = module_.getOrInsertFunction("kiln_" + operation.kernel + suffix_, llvm::FunctionType::get(b_.getInt1Ty(), types, false));
    if (leave_ == nullptr) {
      leave_ = BasicBlock::Create(context_, "leave", fn_);
      llvm::IRBuilder<> leave(leave_);
      endRow(leave, fn_->getArg(0));
      leave.CreateRetVoid();
    }
    auto* stays = BasicBlock::Create(context_, "", fn_);
    b_.CreateCondBr(b_.CreateCall(kernel, arguments), leave_, stays, llvm::MDBuilder(context_).createUnlikelyBranchWeights());
    b_.SetInsertPoint(stays);
  }
  // What other stages read goes to scratch.
  void spill(const Piece& piece) {
    for (LocalId l : piece.defines)
      if (!local(l).vector && !local(l).constant && slot(l).count != 0)
        call(std::string("put_") + storage(l), constant(ElementParams{slot(l), 0}, "element"), {lanes(l)});
  }

  void elementwise(const Piece& piece, const Operation& operation) {
    const LocalId result = operation.arguments.back();
    if (local(result).vector) return loopOver({&piece});
    std::vector<Value*> arguments;
    for (LocalId l : operation.arguments) arguments.push_back(lanes(l));
    call(operation.kernel, paramsOf(operation), std::move(arguments));
  }

  // ---- loops over the elements of vectors
  static LocalId resultOf(const Piece& piece) { return piece.operations[0].arguments.back(); }
  bool isLoop(const Piece& piece) const {
    return piece.operations.size() == 1 && piece.operations[0].kind == Operation::elementwise && local(resultOf(piece)).vector;
  }
  const std::vector<uint32_t>& shapeOf(const Piece& piece) const { return o_.pipeline.type(o_.pipeline.nodes[piece.node].results[0]).shape; }

  /// Neighbouring pieces over vectors of one shape run in one loop, where an element is all that a later one needs: `from` up to the
  /// result, or `from` where there is no loop. A vector fails whole, by its first element that fails: what a later piece reads must not
  /// fail, or fail in all elements alike.
  size_t endOfLoop(const std::vector<uint32_t>& pieces, size_t from) const {
    const Piece& first = o_.record.pieces[pieces[from]];
    if (!isLoop(first)) return from;
    std::map<LocalId, bool> whole;   // results: whether they fail in all elements alike
    size_t to = from;
    for (; to < pieces.size() && to < from + kMostInLoop; to++) {
      const Piece& piece = o_.record.pieces[pieces[to]];
      if (!isLoop(piece) || shapeOf(piece) != shapeOf(first) || (row_ && mayStandAcross(piece) != mayStandAcross(first))) break;
      const Operation& operation = piece.operations[0];
      bool joins = true, alike = operation.uniform;
      for (size_t i = 0; i + 1 < operation.arguments.size(); i++) {
        const LocalId l = operation.arguments[i];
        const auto known = whole.find(l);
        if (known != whole.end()) joins = joins && known->second, alike = alike && known->second;
        else joins = joins && (local(l).whole == ir::kNone || whole.count(local(l).whole) == 0);
      }
      if (!joins) break;
      whole[resultOf(piece)] = alike || !local(resultOf(piece)).fallible;
    }
    return to;
  }
  /// Whether nobody but these pieces reads a result: it stays in lanes.
  bool staysInside(LocalId l, const std::vector<const Piece*>& pieces) const {
    const auto isInside = [&](uint32_t user) { return std::find(pieces.begin(), pieces.end(), &o_.record.pieces[user]) != pieces.end(); };
    return !seen_[l] && !users_[l].empty() && std::all_of(users_[l].begin(), users_[l].end(), isInside);
  }

  void loopOver(const std::vector<const Piece*>& pieces) {
    const std::vector<uint32_t>& shape = shapeOf(*pieces[0]);
    std::unordered_map<LocalId, Value*> at;   // lanes of the element, or of a scalar
    for (const Piece* piece : pieces) {
      for (LocalId l : piece->operations[0].arguments)
        if (at.count(l) == 0) at[l] = local(l).vector ? newLanes() : lanes(l);
      if (!staysInside(resultOf(*piece), pieces)) call("clear_status", slotOf(resultOf(*piece)), {});
    }
    const std::vector<const Piece*> alike = row_ ? std::vector<const Piece*>{} : failingAlike(pieces);
    const auto isAlike = [&](const Piece* piece) { return std::find(alike.begin(), alike.end(), piece) != alike.end(); };
    const auto element = [&](Value* e) {
      std::set<LocalId> loaded;
      for (const Piece* piece : pieces) {
        const Operation& operation = piece->operations[0];
        const ir::Node& node = o_.pipeline.nodes[piece->node];
        std::vector<Value*> arguments;
        for (size_t i = 0; i < operation.arguments.size(); i++) {
          const LocalId l = operation.arguments[i];
          arguments.push_back(at[l]);
          if (local(l).vector && loaded.insert(l).second && i + 1 < operation.arguments.size())
            call((local(l).inBlob != ir::kNone ? "get_constant_at_" : "get_at_") + std::string(storage(l)), slotOf(l),
                 {index(e, shape, o_.pipeline.type(node.operands[i]).shape), at[l]});
        }
        call(operation.kernel, paramsOf(operation), std::move(arguments));
        if (const LocalId result = resultOf(*piece); !staysInside(result, pieces))
          call(std::string("put_at_") + storage(result), isAlike(piece) ? constant(withoutStatus(slot(result)), "slot") : slotOf(result), {index(e, shape, shape), at[result]});
      }
    };
    const uint32_t count = local(resultOf(*pieces[0])).count, across = elementsAcross(pieces);
    if (count - across <= kUnrollElements)
      for (uint32_t e = across; e < count; e++) element(b_.getInt64(e));
    else
      loop(across, b_.getInt64(count), 1, element);
    for (const Piece* piece : alike) call(std::string("put_status_") + storage(resultOf(*piece)), slotOf(resultOf(*piece)), {at[resultOf(*piece)]});
  }
  static Slot withoutStatus(Slot slot) {
    slot.status = kernel::kNone;
    return slot;
  }
  /// Those whose result, which others read, fails in all elements alike: its status is stored once.
  std::vector<const Piece*> failingAlike(const std::vector<const Piece*>& pieces) const {
    std::vector<const Piece*> all;
    std::map<LocalId, bool> alike;
    for (const Piece* piece : pieces) {
      const Operation& operation = piece->operations[0];
      const LocalId result = resultOf(*piece);
      bool is = operation.uniform;
      for (size_t i = 0; i + 1 < operation.arguments.size(); i++) {
        const auto known = alike.find(operation.arguments[i]);
        is = is && (known == alike.end() || known->second);
      }
      alike[result] = is || !local(result).fallible;
      if (is && local(result).fallible && !staysInside(result, pieces) && ownSlots_.count(result) == 0) all.push_back(piece);
    }
    return all;
  }

  /// For one row, elements may stand in lanes unless they are text or meet operands of other shapes.
  bool mayStandAcross(const Piece& piece) const {
    const ir::Node& node = o_.pipeline.nodes[piece.node];
    const Operation& operation = piece.operations[0];
    for (size_t i = 0; i < operation.arguments.size(); i++) {
      const LocalId l = operation.arguments[i];
      if (local(l).storage == ir::Storage::str) return false;
      if (local(l).vector && i + 1 < operation.arguments.size() && o_.pipeline.type(node.operands[i]).shape != shapeOf(piece)) return false;
    }
    return true;
  }
  /// As many elements as fill lanes, or nearly, in lanes. Returns how many.
  uint32_t elementsAcross(const std::vector<const Piece*>& pieces) {
    const auto lanes = static_cast<uint32_t>(o_.tierLanes);
    const uint32_t count = local(resultOf(*pieces[0])).count, rest = count % lanes;
    bool padded = rest >= kFewestAcross;
    for (const Piece* piece : pieces)
      for (LocalId l : piece->operations[0].arguments)
        padded = padded && local(l).whole == ir::kNone;   // what is part of a vector has no room of its own behind it
    const uint32_t whole = count - rest + (padded ? lanes : 0);
    if (!row_ || whole == 0 || !mayStandAcross(*pieces[0])) return 0;

    std::unordered_map<LocalId, Value*> wide;
    for (const Piece* piece : pieces)
      for (LocalId l : piece->operations[0].arguments) {
        if (wide.count(l) != 0) continue;
        wide[l] = newLanes(o_.tierLanes);
        if (!local(l).vector) callInstance(std::string("spread_") + storage(l), constant(nullptr, 0, "params"), {this->lanes(l), wide[l]});
      }
    // A context of their own, which stays in registers: that of the stage may be known to functions elsewhere.
    Value* const stageContext = ctx_;
    ctx_ = newContext();
    for (size_t field : {offsetof(Ctx, blob), offsetof(Ctx, scratch)})
      storeField(ctx_, field, loadField(stageContext, field, b_.getPtrTy()));
    storeField(ctx_, offsetof(Ctx, rows), rows_);
    const auto elements = [&](Value* at) {
      storeField(ctx_, offsetof(Ctx, at), at);
      std::set<LocalId> loaded;
      for (const Piece* piece : pieces) {
        const Operation& operation = piece->operations[0];
        std::vector<Value*> arguments;
        for (size_t i = 0; i < operation.arguments.size(); i++) {
          const LocalId l = operation.arguments[i];
          arguments.push_back(wide[l]);
          if (local(l).vector && loaded.insert(l).second && i + 1 < operation.arguments.size())
            callInstance((local(l).inBlob != ir::kNone ? "get_constant_across_" : "get_across_") + std::string(storage(l)), slotOf(l), {wide[l]});
        }
        callInstance(operation.kernel + "_" + std::to_string(lanes), paramsOf(operation), std::move(arguments));
        if (const LocalId result = resultOf(*piece); !staysInside(result, pieces))
          callInstance(std::string("put_across_") + storage(result), slotOf(result), {wide[result]});
      }
    };
    if (whole == lanes) elements(b_.getInt64(0));
    else loop(0, b_.getInt64(whole), lanes, elements);
    ctx_ = stageContext;
    return std::min(whole, count);
  }

  // The element of an operand that meets element e of the result, by numpy's rules, as a u32 in memory.
  Value* index(Value* e, const std::vector<uint32_t>& result, const std::vector<uint32_t>& operand) {
    Value* sum = result == operand ? e : b_.getInt64(0);
    if (result != operand) {
      uint64_t resultStride = 1, operandStride = 1;
      for (size_t d = 0; d < operand.size(); d++) {
        const uint32_t have = operand[operand.size() - 1 - d], want = result[result.size() - 1 - d];
        Value* at = b_.CreateURem(b_.CreateUDiv(e, b_.getInt64(resultStride)), b_.getInt64(want));
        if (have != 1) sum = b_.CreateAdd(sum, b_.CreateMul(at, b_.getInt64(operandStride)));
        resultStride *= want, operandStride *= have;
      }
    }
    Value* memory = newLanes();
    b_.CreateStore(b_.CreateTrunc(sum, b_.getInt32Ty()), memory);
    return memory;
  }

  // ---- functions that units share
  /// What a unit's function gets as constants: places, the parameters of its operations, and of the constants that it reads.
  std::vector<std::string> constantsOf(const Unit& u, const UnitLayout& layout) const {
    std::vector<std::string> all = {std::string(4, '\0')};
    const uint32_t base = layout.own.empty() ? 0 : slot(layout.own[0]).values;
    std::memcpy(all[0].data(), &base, 4);
    for (LocalId l : layout.own) {   // from there on
      ElementParams place{slot(l), 0};
      for (uint32_t* at : {&place.slot.values, &place.slot.missing, &place.slot.status})
        if (*at != kernel::kNone) *at -= base;
      all.emplace_back(reinterpret_cast<const char*>(&place), sizeof place);
    }
    for (const auto* locals : {&layout.vectors, &layout.inputs, &layout.outputs})
      for (LocalId l : *locals) {
        const ElementParams place{slot(l), 0};   // begins with the Slot, which is all that a vector needs
        all.emplace_back(reinterpret_cast<const char*>(&place), sizeof place);
      }
    for (uint32_t p : u.pieces)
      for (const Operation& operation : o_.record.pieces[p].operations) all.push_back(operation.params);
    for (LocalId l : layout.constants)
      for (const Operation& operation : o_.record.pieces[constantPiece_[l]].operations) all.push_back(operation.params);
    return all;
  }
  struct Shared {
    Function* function = nullptr;
    std::vector<std::string> first;             // the constants of the first unit
    std::vector<std::vector<bool>> differs;     // of each, by words of 4 bytes: whether units differ
  };
  static size_t words(const std::string& bytes) { return (bytes.size() + 3) / 4; }
  static uint32_t word(const std::string& bytes, size_t at) {
    uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at * 4, std::min<size_t>(4, bytes.size() - at * 4));
    return value;
  }
  void compareAlike() {
    for (const Stage& stage : o_.schedule.stages)
      for (const Unit& u : stage.units) {
        if (u.alike == ir::kNone) continue;
        Shared& shared = shared_[u.alike];
        const std::vector<std::string> constants = constantsOf(u, units_.layout(u));
        if (shared.first.empty()) {
          shared.first = constants;
          for (const std::string& bytes : constants) shared.differs.emplace_back(words(bytes), false);
        }
        for (size_t i = 0; i < constants.size(); i++)
          for (size_t w = 0; w < words(constants[i]); w++)
            if (word(constants[i], w) != word(shared.first[i], w)) shared.differs[i][w] = true;
      }
  }

  // The stage's own context stays in registers; calls get another.
  Value* contextForCalls() {
    Value* context = newContext();
    copyPointers(fn_->getArg(0), context);
    storeField(context, offsetof(Ctx, at), b_.getInt64(0));
    storeField(context, offsetof(Ctx, rows), rows_);
    return context;
  }
  void copyArena(Value* from, Value* to) { storeField(to, offsetof(Ctx, arena), loadField(from, offsetof(Ctx, arena), b_.getPtrTy())); }

  void callShared(const Unit& u) {
    const UnitLayout layout = units_.layout(u);
    Shared& shared = shared_[u.alike];
    if (shared.function == nullptr) shared.function = sharedFunction(u, layout, shared);
    std::vector<uint32_t> different;
    const std::vector<std::string> constants = constantsOf(u, layout);
    for (size_t i = 0; i < constants.size(); i++)
      for (size_t w = 0; w < words(constants[i]); w++)
        if (shared.differs[i][w]) different.push_back(word(constants[i], w));
    copyArena(ctx_, sharedContext_);
    b_.CreateCall(shared.function, {sharedContext_, constant(different.data(), different.size() * 4, "different")});
    copyArena(sharedContext_, ctx_);
    for (LocalId l : layout.outputs) defined_[l] = true;
  }

  Function* sharedFunction(const Unit& u, const UnitLayout& layout, const Shared& shared) {
    const auto outer = std::tuple(fn_, entry_, ctx_, rows_, b_.saveIP());
    std::unordered_map<LocalId, Value*> outerLanes;
    outerLanes.swap(lanes_);
    auto* type = llvm::FunctionType::get(b_.getVoidTy(), {b_.getPtrTy(), b_.getPtrTy()}, false);
    Function* made = Function::Create(type, Function::InternalLinkage, (row_ ? "row_unit_" : "block_unit_") + std::to_string(u.alike), module_);
    made->addFnAttr(llvm::Attribute::NoInline);
    for (unsigned i = 0; i < 2; i++) made->addParamAttr(i, llvm::Attribute::NoAlias), made->addParamAttr(i, llvm::Attribute::NoCapture);
    fn_ = made, entry_ = BasicBlock::Create(context_, "entry", made);
    b_.SetInsertPoint(entry_);
    copyContext();
    storeField(ctx_, offsetof(Ctx, at), loadField(made->getArg(0), offsetof(Ctx, at), b_.getInt64Ty()));
    ownConstants(u, layout, shared);
    for (LocalId l : layout.inputs) lanes_[l] = newLanes(), call(std::string("get_") + storage(l), ownSlots_[l], {lanes_[l]});
    pieces(u.pieces, false);
    for (LocalId l : layout.outputs) call(std::string("put_") + storage(l), ownSlots_[l], {lanes_[l]});
    copyArena(ctx_, made->getArg(0));
    b_.CreateRetVoid();
    ownSlots_.clear(), ownParams_.clear();
    lanes_.swap(outerLanes);
    std::tie(fn_, entry_, ctx_, rows_, std::ignore) = outer;
    b_.restoreIP(std::get<4>(outer));
    return made;
  }
  // Constants in memory that optimisation sees through: words that units share, and the others from the call's table.
  void ownConstants(const Unit& u, const UnitLayout& layout, const Shared& shared) {
    size_t next = 0, i = 0;
    Value* base = nullptr;
    const auto own = [&](bool from) {
      const std::string& bytes = shared.first[i];
      auto* memory = b_.CreateAlloca(llvm::ArrayType::get(b_.getInt8Ty(), std::max<size_t>(4, words(bytes) * 4)));
      memory->setAlignment(llvm::Align(16));
      for (size_t w = 0; w < words(bytes); w++) {
        Value* value = shared.differs[i][w] ? loadField(fn_->getArg(1), next++ * 4, b_.getInt32Ty()) : b_.getInt32(word(bytes, w));
        if (from && w < 3 && word(bytes, w) != kernel::kNone) value = b_.CreateAdd(base, value, "", true, false);
        storeField(memory, w * 4, value);
      }
      i++;
      return memory;
    };
    base = b_.CreateLoad(b_.getInt32Ty(), own(false));
    for (LocalId l : layout.own) ownSlots_[l] = own(true);
    for (const auto* locals : {&layout.vectors, &layout.inputs, &layout.outputs})
      for (LocalId l : *locals) ownSlots_[l] = own(false);
    for (uint32_t p : u.pieces)
      for (const Operation& operation : o_.record.pieces[p].operations) ownParams_[&operation] = own(false);
    for (LocalId l : layout.constants)
      for (const Operation& operation : o_.record.pieces[constantPiece_[l]].operations) ownParams_[&operation] = own(false);
  }

  void callBlock(const Piece& piece) {
    const Operation& operation = piece.operations[0];
    const size_t operands = o_.pipeline.nodes[piece.node].operands.size();
    std::vector<Slot> slots;
    size_t first = 0;   // of the results
    for (size_t i = 0; i < operation.arguments.size(); i++) {
      const LocalId l = operation.arguments[i];
      if (i == operands) first = slots.size();
      if (operation.kind == Operation::columns && i < operands)
        for (uint32_t e = 0; e < local(l).count; e++) slots.push_back(elementsOf(slot(l), e, 1, local(l).storage));
      else
        slots.push_back(slot(l));
    }
    auto* table = llvm::cast<llvm::Constant>(constant(slots.data(), slots.size() * sizeof(Slot), "slots"));
    Value* results = b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), table, first * sizeof(Slot));
    const uint64_t group = static_cast<uint64_t>(o_.lanes);
    Value* rows = row_ ? b_.getInt64(1) : b_.CreateAnd(b_.CreateAdd(rows_, b_.getInt64(group - 1)), b_.getInt64(~(group - 1)));
    Value* params = constant(operation.params.data(), operation.params.size(), "params");
    auto* type = llvm::FunctionType::get(b_.getVoidTy(), {b_.getPtrTy(), b_.getPtrTy(), b_.getPtrTy(), b_.getPtrTy(), b_.getInt64Ty()}, false);
    b_.CreateCall(module_.getOrInsertFunction("kiln_" + operation.kernel + (row_ ? "_row" : "_block"), type),
                  {ctx_, params, table, results, rows});
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  llvm::IRBuilder<> b_;
  const InstanceOptions& o_;
  const bool row_;
  const std::string suffix_;
  std::vector<bool> defined_;             // by an earlier stage
  std::vector<uint32_t> constantPiece_;   // of constants: the piece that makes them
  std::vector<std::vector<uint32_t>> users_;   // of a local: pieces that read it
  std::vector<bool> seen_;                // of a local: whether the caller, or a view, reads its place
  std::unordered_map<std::string, GlobalVariable*> constants_;
  std::unordered_map<LocalId, Value*> lanes_;   // of this stage
  const Units units_;
  std::map<uint32_t, Shared> shared_;           // by the units' number
  std::unordered_map<LocalId, Value*> ownSlots_;
  std::unordered_map<const Operation*, Value*> ownParams_;
  Value* sharedContext_ = nullptr;
  Function* fn_ = nullptr;
  BasicBlock *entry_ = nullptr, *leave_ = nullptr;   // of fn_
  Value *ctx_ = nullptr, *rows_ = nullptr;
};

}  // namespace

Function* emitInstance(llvm::Module& module, const InstanceOptions& options) { return Emitter(module, options).run(); }

void emitPlainOrWhole(llvm::Module& module, const std::string& body, Function* plain, Function* whole) {
  Function* f = contextFunction(module, body, Function::ExternalLinkage);
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
