#include "compiler/codegen/instance/piece_writer.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "runtime/kernels/plan.h"

namespace kiln::codegen {

using kernel::Ctx;
using kernel::Slot;
using llvm::Value;

namespace {

bool contains(const LoopPieces& pieces, const Piece* piece) { return std::find(pieces.begin(), pieces.end(), piece) != pieces.end(); }

}  // namespace

PieceWriter::PieceWriter(FunctionWriter& function)
    : f_(function), loops_(function.options.record, function.options.pipeline, function.row), defined_(function.options.record.locals.size(), false),
      constantPiece_(function.options.record.locals.size(), ir::kNone) {
  const Record& record = f_.options.record;
  for (uint32_t p = 0; p < record.pieces.size(); p++)
    for (LocalId l : record.pieces[p].defines) constantPiece_[l] = record.locals[l].constant ? p : ir::kNone;
}

// Where a scalar's lanes stand in this function: computed already, fetched from scratch, made anew if constant, or room to define.
Value* PieceWriter::lanes(LocalId l) {
  Value*& at = lanes_[l];
  if (at != nullptr) return at;
  at = f_.newLanes();
  Value* result = at;   // recursion below may move the map's storage
  if (constantPiece_[l] != ir::kNone) {
    piece(f_.options.record.pieces[constantPiece_[l]]);
  } else if (slot(l).count != 0 && (defined_[l] || local(l).input != ir::kNone)) {
    f_.call(std::string("get_") + storage(l), f_.constant(ElementParams{slot(l), 0}, "element"), {result});
  }
  return result;
}

Value* PieceWriter::slotOf(LocalId l) {
  const auto known = own.slots.find(l);
  return known != own.slots.end() ? known->second : f_.constant(slot(l), "slot");
}

Value* PieceWriter::slotWithoutStatus(LocalId l) {
  const auto known = own.slots.find(l);
  Slot without = slot(l);
  without.status = kernel::kNone;
  if (known == own.slots.end()) return f_.constant(without, "slot");
  Value* const copy = f_.newLanes(1);   // which has room for it
  static_assert(sizeof(Slot) <= 32);
  for (size_t at = 0; at < sizeof(Slot); at += 4)
    f_.storeField(copy, at, at == offsetof(Slot, status) ? f_.b.getInt32(kernel::kNone) : f_.loadField(known->second, at, f_.b.getInt32Ty()));
  return copy;
}

Value* PieceWriter::paramsOf(const Operation& operation) {
  const auto known = own.params.find(&operation);
  return known != own.params.end() ? known->second : f_.constant(operation.params.data(), operation.params.size(), "params");
}

void PieceWriter::pieces(const std::vector<uint32_t>& pieces, bool spills) {
  const std::vector<Piece>& all = f_.options.record.pieces;
  for (size_t from = 0, to; from < pieces.size(); from = to) {
    to = loops_.endOfLoop(pieces, from);
    if (to > from) {
      LoopPieces together;
      for (size_t i = from; i < to; i++) together.push_back(&all[pieces[i]]);
      loopOver(together);
    } else {
      piece(all[pieces[from]], spills);
      to = from + 1;
    }
  }
}

void PieceWriter::piece(const Piece& piece, bool spills) {
  for (const Operation& o : piece.operations) operation(piece, o);
  for (LocalId l : piece.defines) clearBehind(l);
  if (spills) spill(piece);
}

void PieceWriter::operation(const Piece& piece, const Operation& operation) {
  if (operation.kind == Operation::elementwise && local(operation.arguments.back()).vector) return loopOver({&piece});
  std::vector<Value*> arguments;
  for (LocalId l : operation.arguments) arguments.push_back(argument(l));
  Value* const params = paramsOf(operation);
  if (operation.kind == Operation::leave) f_.leaveIf(f_.callKernel(f_.b.getInt1Ty(), operation.kernel + f_.suffix, params, std::move(arguments)));
  else f_.call(operation.kernel, params, std::move(arguments));
}

void PieceWriter::spill(const Piece& piece) {
  for (LocalId l : piece.defines)
    if (!local(l).vector && !local(l).constant && slot(l).count != 0) put(l, f_.constant(ElementParams{slot(l), 0}, "element"));
}

// What stands behind a vector of one row takes part in loops in lanes: zeros, for what is left there of others may be slow to compute with.
void PieceWriter::clearBehind(LocalId l) {
  const LocalId vector = local(l).whole == ir::kNone ? l : local(l).whole;
  const uint32_t count = local(vector).count, behind = loops_.readBehind(vector, static_cast<uint32_t>(f_.options.tierLanes));
  if (behind == 0 || (vector != l && local(l).first + local(l).count != count)) return;
  if (own.lengths.count(vector) != 0 || (vector != l && !own.slots.empty())) return;   // in other units it may end elsewhere
  const uint64_t bytes = storageBytes(local(vector).storage);
  Value* const scratch = f_.loadField(f_.hand.context, offsetof(Ctx, scratch), f_.b.getPtrTy());
  Value* const values = f_.b.CreateZExt(f_.loadField(slotOf(vector), offsetof(Slot, values), f_.b.getInt32Ty()), f_.b.getInt64Ty());
  Value* const from = f_.b.CreateAdd(values, f_.b.getInt64(count * bytes));
  f_.b.CreateMemSet(f_.b.CreateInBoundsGEP(f_.b.getInt8Ty(), scratch, from), f_.b.getInt8(0), behind * bytes, llvm::MaybeAlign(1));
}

// ---- loops over the elements of vectors

void PieceWriter::loopOver(const LoopPieces& pieces) {
  std::map<Met, Value*> at;   // of the element, or of a scalar
  for (const Piece* piece : pieces) {
    for (size_t i = 0; i < piece->operations[0].arguments.size(); i++) {
      const LocalId l = piece->operations[0].arguments[i];
      if (auto [known, isNew] = at.emplace(met(*piece, i), nullptr); isNew) known->second = local(l).vector ? f_.newLanes() : lanes(l);
    }
    if (const LocalId result = ElementLoops::resultOf(*piece); !loops_.staysInside(result, pieces)) f_.call("clear_status", slotOf(result), {});
  }
  const LoopPieces alike = f_.row ? LoopPieces{} : loops_.failingAlike(pieces);
  const auto element = [&](Value* e) { this->element(pieces, alike, at, e); };
  // Where the length differs among units, it is long, and as many elements as there is room for in lanes, or all but as few, are so in all of them.
  const LocalId first = ElementLoops::resultOf(*pieces[0]);
  const uint32_t count = local(first).count, lanes = static_cast<uint32_t>(f_.options.tierLanes), across = loops_.elementsAcross(pieces, lanes);
  Value* const end = length(first);
  Value* const whole = across == 0 ? f_.b.getInt64(0) : f_.b.CreateAnd(across < count ? end : f_.b.CreateAdd(end, f_.b.getInt64(lanes - 1)), f_.b.getInt64(~uint64_t{lanes - 1}));
  if (across != 0) loopAcross(pieces, whole, across == lanes);
  if (across < count && (own.lengths.count(first) != 0 || count - across > kUnrollElements)) f_.loop(whole, end, 1, element);
  else
    for (uint32_t e = across; e < count; e++) element(f_.b.getInt64(e));
  for (const Piece* piece : pieces)
    if (const LocalId result = ElementLoops::resultOf(*piece); across < count && !loops_.staysInside(result, pieces)) clearBehind(result);
  for (const Piece* piece : alike) {
    const LocalId result = ElementLoops::resultOf(*piece);
    f_.call(std::string("put_status_") + storage(result), slotOf(result), {at[met(*piece, piece->operations[0].arguments.size() - 1)]});
  }
}

PieceWriter::Met PieceWriter::met(const Piece& piece, size_t argument) const {
  const LocalId l = piece.operations[0].arguments[argument];
  if (argument + 1 == piece.operations[0].arguments.size()) return {l, {}, {}};
  const ir::Type &result = loops_.typeOf(piece), &operand = f_.options.pipeline.type(f_.options.pipeline.nodes[piece.node].operands[argument]);
  if (!local(l).vector || operand.size() == result.size()) return {l, {}, {}};
  return {l, operand.shape, result.shape};
}

// Element e of all pieces' vectors.
void PieceWriter::element(const LoopPieces& pieces, const LoopPieces& alike, std::map<Met, Value*>& at, Value* e) {
  std::set<Met> loaded;
  for (const Piece* piece : pieces) {
    const Operation& operation = piece->operations[0];
    const ir::Node& node = f_.options.pipeline.nodes[piece->node];
    const ir::Type& type = loops_.typeOf(*piece);
    std::vector<Value*> arguments;
    for (size_t i = 0; i < operation.arguments.size(); i++) {
      const LocalId l = operation.arguments[i];
      const Met place = met(*piece, i);
      arguments.push_back(at[place]);
      if (local(l).vector && loaded.insert(place).second && i + 1 < operation.arguments.size())
        f_.call((local(l).inBlob != ir::kNone ? "get_constant_at_" : "get_at_") + std::string(storage(l)), slotOf(l),
                {index(e, type, f_.options.pipeline.type(node.operands[i])), arguments.back()});
    }
    Value* const made = arguments.back();
    f_.call(operation.kernel, paramsOf(operation), std::move(arguments));
    if (const LocalId result = ElementLoops::resultOf(*piece); !loops_.staysInside(result, pieces))
      f_.call(std::string("put_at_") + storage(result), contains(alike, piece) ? slotWithoutStatus(result) : slotOf(result),
              {index(e, type, type), made});
  }
}

/// In a function that units share, long vectors may have the length of the unit.
Value* PieceWriter::length(LocalId l) {
  const auto known = own.lengths.find(l);
  return known != own.lengths.end() ? known->second : f_.b.getInt64(local(l).count);
}

// Elements of one row in lanes; `whole` may be some beyond the last.
void PieceWriter::loopAcross(const LoopPieces& pieces, Value* whole, bool once) {
  Lanes wide;
  for (const Piece* piece : pieces)
    for (LocalId l : piece->operations[0].arguments) {
      if (wide.count(l) != 0) continue;
      wide[l] = f_.newLanes(f_.options.tierLanes);
      if (!local(l).vector) f_.callInstance(std::string("spread_") + storage(l), f_.constant(nullptr, 0, "params"), {this->lanes(l), wide[l]});
    }
  // A context of their own, which stays in registers: that of the stage may be known to functions elsewhere.
  Value* const outer = f_.hand.context;
  f_.hand.context = f_.newContext();
  for (size_t field : {offsetof(Ctx, blob), offsetof(Ctx, scratch), offsetof(Ctx, cells)})
    f_.storeField(f_.hand.context, field, f_.loadField(outer, field, f_.b.getPtrTy()));
  f_.storeField(f_.hand.context, offsetof(Ctx, rows), f_.hand.rows);
  const auto elements = [&](Value* at) { elementsAcross(pieces, wide, at); };
  if (once) elements(f_.b.getInt64(0));
  else f_.loop(f_.b.getInt64(0), whole, static_cast<uint64_t>(f_.options.tierLanes), elements);
  f_.hand.context = outer;
}

void PieceWriter::elementsAcross(const LoopPieces& pieces, Lanes& wide, Value* at) {
  f_.storeField(f_.hand.context, offsetof(Ctx, at), at);
  std::set<LocalId> loaded;
  for (const Piece* piece : pieces) {
    const Operation& operation = piece->operations[0];
    std::vector<Value*> arguments;
    for (size_t i = 0; i < operation.arguments.size(); i++) {
      const LocalId l = operation.arguments[i];
      arguments.push_back(wide[l]);
      if (local(l).vector && loaded.insert(l).second && i + 1 < operation.arguments.size())
        f_.callInstance((local(l).inBlob != ir::kNone ? "get_constant_across_" : local(l).inRow ? "get_row_across_" : "get_across_") + std::string(storage(l)), slotOf(l), {wide[l]});
    }
    f_.callInstance(operation.kernel + "_" + std::to_string(f_.options.tierLanes), paramsOf(operation), std::move(arguments));
    if (const LocalId result = ElementLoops::resultOf(*piece); !loops_.staysInside(result, pieces))
      f_.callInstance(std::string("put_across_") + storage(result), slotOf(result), {wide[result]});
  }
}

// The element of an operand that meets element e of the result, by numpy's rules, as a u32 in memory.
Value* PieceWriter::index(Value* e, const ir::Type& result, const ir::Type& operand) {
  llvm::IRBuilder<>& b = f_.b;
  Value* sum = e;
  if (result.size() != operand.size()) {
    sum = b.getInt64(0);
    uint64_t resultStride = 1, operandStride = 1;
    for (size_t d = 0; d < operand.shape.size(); d++) {
      const uint32_t have = operand.shape[operand.shape.size() - 1 - d], want = result.shape[result.shape.size() - 1 - d];
      Value* at = b.CreateURem(b.CreateUDiv(e, b.getInt64(resultStride)), b.getInt64(want));
      if (have != 1) sum = b.CreateAdd(sum, b.CreateMul(at, b.getInt64(operandStride)));
      resultStride *= want, operandStride *= have;
    }
  }
  Value* memory = f_.newLanes();
  b.CreateStore(b.CreateTrunc(sum, b.getInt32Ty()), memory);
  return memory;
}

// ---- kernels over the rows of a block

void PieceWriter::block(const Piece& piece) {
  const Operation& operation = piece.operations[0];
  llvm::IRBuilder<>& b = f_.b;
  const size_t operands = f_.options.pipeline.nodes[piece.node].operands.size();
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
  Value* table = f_.constant(slots.data(), slots.size() * sizeof(Slot), "slots");
  Value* results = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), table, first * sizeof(Slot));
  const uint64_t group = static_cast<uint64_t>(f_.options.lanes);
  Value* rows = f_.row ? b.getInt64(1) : b.CreateAnd(b.CreateAdd(f_.hand.rows, b.getInt64(group - 1)), b.getInt64(~(group - 1)));
  Value* params = f_.constant(operation.params.data(), operation.params.size(), "params");
  auto* type = llvm::FunctionType::get(b.getVoidTy(), {b.getPtrTy(), b.getPtrTy(), b.getPtrTy(), b.getPtrTy(), b.getInt64Ty()}, false);
  b.CreateCall(f_.module.getOrInsertFunction("kiln_" + operation.kernel + (f_.row ? "_row" : "_block"), type),
               {f_.hand.context, params, table, results, rows});
  for (LocalId l : piece.defines) clearBehind(l);
}

}  // namespace kiln::codegen
