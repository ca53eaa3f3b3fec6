// Writes pieces into the function in hand: each operation a kernel call, scalars in lanes, vectors by their Slots; neighbouring pieces
// over elements of vectors as one loop.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/codegen/instance/element_loops.h"
#include "compiler/codegen/instance/function_writer.h"

namespace kiln::codegen {

struct ElementParams {   // as in runtime/kernels/slots.h
  kernel::Slot slot;
  uint32_t element;
};

class PieceWriter {
 public:
  explicit PieceWriter(FunctionWriter& function);

  /// What is written from here on stands in a new function: no scalar is in lanes yet. Gives those that were.
  using Lanes = std::unordered_map<LocalId, llvm::Value*>;
  Lanes beginFunction() { return std::exchange(lanes_, {}); }
  void resumeFunction(Lanes lanes) { lanes_ = std::move(lanes); }
  /// `spills`: what other stages read goes to scratch.
  void pieces(const std::vector<uint32_t>& pieces, bool spills = true);
  /// The piece is one kernel over all rows of the block.
  void block(const Piece& piece);
  /// A function before this one has put it into scratch.
  void markDefined(LocalId l) { defined_[l] = true; }

  /// A scalar comes from, or goes to, an ElementParams in memory.
  void get(LocalId l, llvm::Value* place) { f_.call(std::string("get_") + storage(l), place, {lanes_[l] = f_.newLanes()}); }
  void put(LocalId l, llvm::Value* place) { f_.call(std::string("put_") + storage(l), place, {lanes(l)}); }

  /// The piece that makes a constant, else kNone.
  uint32_t constantPiece(LocalId l) const { return constantPiece_[l]; }
  /// Inside a function that units share: Slots and lengths by local and parameters by operation, which are no constants.
  struct Own {
    std::unordered_map<LocalId, llvm::Value*> slots, lengths;   // lengths: of vectors that have others in other units
    std::unordered_map<const Operation*, llvm::Value*> params;
  } own;

 private:
  const Local& local(LocalId l) const { return f_.options.record.locals[l]; }
  const kernel::Slot& slot(LocalId l) const { return f_.options.schedule.slots[l]; }
  const char* storage(LocalId l) const { return storageName(local(l).storage); }
  llvm::Value* slotOf(LocalId l);
  llvm::Value* slotWithoutStatus(LocalId l);
  llvm::Value* paramsOf(const Operation& operation);
  llvm::Value* lanes(LocalId l);
  llvm::Value* argument(LocalId l) { return local(l).vector ? slotOf(l) : lanes(l); }

  void piece(const Piece& piece, bool spills = true);
  void operation(const Piece& piece, const Operation& operation);
  void spill(const Piece& piece);
  void clearBehind(LocalId l);
  void loopOver(const LoopPieces& pieces);
  /// A vector as a loop meets it: an operand and a result of other shapes, in which one vector may stand twice; none where each element meets its own.
  using Met = std::tuple<LocalId, std::vector<uint32_t>, std::vector<uint32_t>>;
  Met met(const Piece& piece, size_t argument) const;
  void element(const LoopPieces& pieces, const LoopPieces& alike, std::map<Met, llvm::Value*>& at, llvm::Value* e);
  void loopAcross(const LoopPieces& pieces, llvm::Value* whole, bool once);
  llvm::Value* length(LocalId l);
  void elementsAcross(const LoopPieces& pieces, Lanes& wide, llvm::Value* at);
  llvm::Value* index(llvm::Value* e, const ir::Type& result, const ir::Type& operand);

  FunctionWriter& f_;
  const ElementLoops loops_;
  std::vector<bool> defined_;             // by an earlier stage
  std::vector<uint32_t> constantPiece_;
  Lanes lanes_;                           // of this function
};

}  // namespace kiln::codegen
