#include "compiler/codegen/instance/shared_units.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "runtime/kernels/plan.h"

namespace kiln::codegen {

using kernel::Ctx;
using kernel::Slot;
using llvm::Function;
using llvm::Value;

namespace {

size_t words(const std::string& bytes) { return (bytes.size() + 3) / 4; }
uint32_t word(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at * 4, std::min<size_t>(4, bytes.size() - at * 4));
  return value;
}
template <class T> std::string bytesOf(const T& value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

}  // namespace

SharedUnits::SharedUnits(FunctionWriter& function, PieceWriter& pieces)
    : f_(function), pieces_(pieces), units_(function.options.record, function.options.pipeline, function.row) {
  compareAlike();
}

/// What a unit's function gets as constants: places, the parameters of its operations, and of the constants that it reads.
std::vector<std::string> SharedUnits::constantsOf(const Unit& unit, const UnitLayout& layout) const {
  const std::vector<Slot>& slots = f_.options.schedule.slots;
  const uint32_t base = layout.own.empty() ? 0 : slots[layout.own[0]].values;
  std::vector<std::string> all = {bytesOf(base)};
  for (LocalId l : layout.own) {   // from there on
    ElementParams place{slots[l], 0};
    for (uint32_t* at : {&place.slot.values, &place.slot.missing, &place.slot.status})
      if (*at != kernel::kNone) *at -= base;
    all.push_back(bytesOf(place));
  }
  for (const auto* locals : {&layout.vectors, &layout.inputs, &layout.outputs})
    for (LocalId l : *locals) all.push_back(bytesOf(ElementParams{slots[l], 0}));   // begins with the Slot, which is all that a vector needs
  for (uint32_t p : unit.pieces)
    for (const Operation& operation : f_.options.record.pieces[p].operations) all.push_back(operation.params);
  for (LocalId l : layout.constants)
    for (const Operation& operation : pieceOfConstant(l).operations) all.push_back(operation.params);
  return all;
}

void SharedUnits::compareAlike() {
  for (const Stage& stage : f_.options.schedule.stages)
    for (const Unit& u : stage.units) {
      if (u.alike == ir::kNone) continue;
      Shared& shared = shared_[u.alike];
      const std::vector<std::string> constants = constantsOf(u, units_.layout(u));
      if (shared.first.empty()) {
        shared.first = constants;
        for (const std::string& bytes : constants) shared.differs.emplace_back(words(bytes), false), shared.lacks.emplace_back(words(bytes), false);
      }
      for (size_t i = 0; i < constants.size(); i++)
        for (size_t w = 0; w < words(constants[i]); w++) {
          if (word(constants[i], w) != word(shared.first[i], w)) shared.differs[i][w] = true;
          if (word(constants[i], w) == kernel::kNone) shared.lacks[i][w] = true;
        }
    }
}

// The function's own context stays in registers; calls get another.
void SharedUnits::beginFunction() {
  context_ = f_.newContext();
  f_.copyPointers(f_.hand.function->getArg(0), context_);
  rowsAt(f_.b.getInt64(0));
  f_.storeField(context_, offsetof(Ctx, rows), f_.hand.rows);
}

void SharedUnits::rowsAt(Value* at) { f_.storeField(context_, offsetof(Ctx, at), at); }

void SharedUnits::call(const Unit& unit) {
  const UnitLayout layout = units_.layout(unit);
  Shared& shared = shared_[unit.alike];
  if (shared.function == nullptr) shared.function = define(unit, layout, shared);
  std::vector<uint32_t> different;
  const std::vector<std::string> constants = constantsOf(unit, layout);
  for (size_t i = 0; i < constants.size(); i++)
    for (size_t w = 0; w < words(constants[i]); w++)
      if (shared.differs[i][w]) different.push_back(word(constants[i], w));
  f_.copyArena(f_.hand.context, context_);
  f_.b.CreateCall(shared.function, {context_, f_.constant(different.data(), different.size() * 4, "different")});
  f_.copyArena(context_, f_.hand.context);
  for (LocalId l : layout.outputs) pieces_.markDefined(l);
}

Function* SharedUnits::define(const Unit& unit, const UnitLayout& layout, const Shared& shared) {
  const FunctionWriter::Interrupted outer = f_.interrupt();
  PieceWriter::Lanes outerLanes = pieces_.beginFunction();
  auto* type = llvm::FunctionType::get(f_.b.getVoidTy(), {f_.b.getPtrTy(), f_.b.getPtrTy()}, false);
  Function* made = Function::Create(type, Function::InternalLinkage, (f_.row ? "row_unit_" : "block_unit_") + std::to_string(unit.alike), f_.module);
  made->addFnAttr(llvm::Attribute::NoInline);
  for (unsigned i = 0; i < 2; i++) made->addParamAttr(i, llvm::Attribute::NoAlias), made->addParamAttr(i, llvm::Attribute::NoCapture);
  f_.begin(made);
  f_.storeField(f_.hand.context, offsetof(Ctx, at), f_.loadField(made->getArg(0), offsetof(Ctx, at), f_.b.getInt64Ty()));
  ownConstants(unit, layout, shared);
  for (LocalId l : layout.inputs) pieces_.get(l, pieces_.own.slots[l]);
  pieces_.pieces(unit.pieces, false);
  for (LocalId l : layout.outputs) pieces_.put(l, pieces_.own.slots[l]);
  f_.copyArena(f_.hand.context, made->getArg(0));
  f_.b.CreateRetVoid();
  pieces_.own = {};
  pieces_.resumeFunction(std::move(outerLanes));
  f_.resume(outer);
  return made;
}

// Constants in memory that optimisation sees through: words that units share, and the others from the call's table.
void SharedUnits::ownConstants(const Unit& unit, const UnitLayout& layout, const Shared& shared) {
  llvm::IRBuilder<>& b = f_.b;
  size_t next = 0, i = 0;
  Value* base = nullptr;
  enum Constant { place, placeFromBase, other };
  const auto own = [&](Constant what) {
    const std::string& bytes = shared.first[i];
    auto* memory = b.CreateAlloca(llvm::ArrayType::get(b.getInt8Ty(), std::max<size_t>(4, words(bytes) * 4)));
    memory->setAlignment(llvm::Align(16));
    for (size_t w = 0; w < words(bytes); w++) {
      Value* value = shared.differs[i][w] ? f_.loadField(f_.hand.function->getArg(1), next++ * 4, b.getInt32Ty()) : b.getInt32(word(bytes, w));
      const bool isPlace = what != other && w < 3 && !shared.lacks[i][w];
      if (isPlace && what == placeFromBase) value = b.CreateAdd(base, value, "", true, false);
      if (isPlace && w > 0) b.CreateAssumption(b.CreateICmpNE(value, b.getInt32(kernel::kNone)));
      f_.storeField(memory, w * 4, value);
    }
    i++;
    return memory;
  };
  const auto ownVector = [&](LocalId l, Constant what) {
    constexpr size_t count = offsetof(Slot, count) / 4;
    const bool differs = shared.differs[i][count];
    Value* const slot = pieces_.own.slots[l] = own(what);
    if (differs) pieces_.own.lengths[l] = b.CreateZExt(f_.loadField(slot, offsetof(Slot, count), b.getInt32Ty()), b.getInt64Ty());
  };
  base = b.CreateLoad(b.getInt32Ty(), own(other));
  for (LocalId l : layout.own) ownVector(l, placeFromBase);
  for (LocalId l : layout.vectors) ownVector(l, place);
  for (const auto* locals : {&layout.inputs, &layout.outputs})
    for (LocalId l : *locals) pieces_.own.slots[l] = own(place);
  for (uint32_t p : unit.pieces)
    for (const Operation& operation : f_.options.record.pieces[p].operations) pieces_.own.params[&operation] = own(other);
  for (LocalId l : layout.constants)
    for (const Operation& operation : pieceOfConstant(l).operations) pieces_.own.params[&operation] = own(other);
}

}  // namespace kiln::codegen
