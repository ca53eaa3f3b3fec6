// The functions that units alike share (units.h): what differs between the units comes as a table of words with each call.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "compiler/codegen/instance/piece_writer.h"

namespace kiln::codegen {

class SharedUnits {
 public:
  SharedUnits(FunctionWriter& function, PieceWriter& pieces);

  /// To be called first in a function whose units share others: the context that these calls get.
  void beginFunction();
  /// Of a loop over rows.
  void rowsAt(llvm::Value* at);
  void call(const Unit& unit);

 private:
  struct Shared {
    llvm::Function* function = nullptr;
    std::vector<std::string> first;           ///< the constants of the first unit
    std::vector<std::vector<bool>> differs;   ///< of each, by words of 4 bytes: whether units differ
    std::vector<std::vector<bool>> lacks;     ///< the same: whether a unit has kNone there, such as no status
  };
  std::vector<std::string> constantsOf(const Unit& unit, const UnitLayout& layout) const;
  void compareAlike();
  llvm::Function* define(const Unit& unit, const UnitLayout& layout, const Shared& shared);
  void ownConstants(const Unit& unit, const UnitLayout& layout, const Shared& shared);
  const Piece& pieceOfConstant(LocalId l) const { return f_.options.record.pieces[pieces_.constantPiece(l)]; }

  FunctionWriter& f_;
  PieceWriter& pieces_;
  const Units units_;
  std::map<uint32_t, Shared> shared_;       // by the units' number
  llvm::Value* context_ = nullptr;          // for calls
};

}  // namespace kiln::codegen
