// Which pieces over the elements of vectors may run in one loop, and what of them stays in lanes: questions about the record alone.
#pragma once
#include <vector>

#include "compiler/codegen/recorder.h"

namespace kiln::codegen {

inline constexpr uint32_t kUnrollElements = 8;   ///< no loop: each has code of its own
inline constexpr uint32_t kFewestAcross = 3;   ///< elements worth a vector, for one row

/// Pieces over vectors of as many elements that run together.
using LoopPieces = std::vector<const Piece*>;

class ElementLoops {
 public:
  ElementLoops(const Record& record, const ir::Pipeline& pipeline, bool row);

  static LocalId resultOf(const Piece& piece) { return piece.operations[0].arguments.back(); }
  const ir::Type& typeOf(const Piece& piece) const { return pipeline_.type(pipeline_.nodes[piece.node].results[0]); }
  /// The end of the neighbouring pieces that run in one loop with the one at `from`; `from` where that is no loop.
  size_t endOfLoop(const std::vector<uint32_t>& pieces, size_t from) const;
  /// Whether nobody but these pieces reads a result: it stays in lanes.
  bool staysInside(LocalId l, const LoopPieces& pieces) const;
  /// Those whose result, which others read, fails in all elements alike: its status is stored once.
  LoopPieces failingAlike(const LoopPieces& pieces) const;
  /// How many elements of one row stand in lanes, `lanes` at a time: as many as fill them, or nearly.
  uint32_t elementsAcross(const LoopPieces& pieces, uint32_t lanes) const;
  /// How many elements behind a vector of one row such loops read with its last.
  uint32_t readBehind(LocalId l, uint32_t lanes) const;

 private:
  const Local& local(LocalId l) const { return record_.locals[l]; }
  bool isLoop(const Piece& piece) const;
  bool mayStandAcross(const Piece& piece) const;

  const Record& record_;
  const ir::Pipeline& pipeline_;
  const bool row_;
  std::vector<std::vector<uint32_t>> users_;   ///< of a local: pieces that read it
  std::vector<bool> seen_;                     ///< of a local: whether the caller, or a view, reads its place
};

}  // namespace kiln::codegen
