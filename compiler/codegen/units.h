// Which lane pieces run together, and which of these are alike: a long scorecard or a thousand derived fields are few formulas, many times
// over. Pieces that only one other reads join it in a unit. Units that differ in constants and places alone, in a model of many pieces,
// share one function (instance/shared_units.h), which gets what differs as a table: the model's size then costs calls, not code.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "compiler/codegen/recorder.h"

namespace kiln::codegen {

/// Pieces that run one after the other, the last of which alone is read by others.
struct Unit {
  std::vector<uint32_t> pieces;
  uint32_t alike = ir::kNone;   ///< units of one number share a function
};

/// What a unit's function gets: the parameters of its operations and of the constants that it reads, and
struct UnitLayout {
  std::string signature;             ///< equal for units that are alike
  std::vector<LocalId> own;          ///< vectors that nothing else knows: they stand together in scratch
  std::vector<LocalId> vectors;      ///< others, by their Slots
  std::vector<LocalId> constants;    ///< made anew inside
  std::vector<LocalId> inputs, outputs;   ///< scalars, by their places in scratch
};

class Units {
 public:
  Units(const Record& record, const ir::Pipeline& pipeline, bool row);

  /// The units of some lane pieces that may run in their order, in an order that respects uses.
  std::vector<Unit> form(const std::vector<uint32_t>& pieces) const;
  /// Numbers those that are alike where that is worth a function.
  void number(const std::vector<Unit*>& units) const;
  UnitLayout layout(const Unit& unit) const;
  /// What pieces cost to compile, in scalar pieces.
  size_t weight(const std::vector<uint32_t>& pieces) const;

 private:
  bool mayJoin(uint32_t piece, uint32_t user) const;
  void describe(const Operation& operation, const Piece& piece, UnitLayout& layout, std::map<LocalId, size_t>& known) const;

  const Record& record_;
  const ir::Pipeline& pipeline_;
  bool many_;                                  ///< whether the model has so many pieces that sharing pays
  bool manyVectors_;                           ///< whether pieces of vectors alone are so many
  std::vector<std::vector<uint32_t>> users_;   ///< of a local: pieces that read it
  std::vector<uint32_t> definitions_;          ///< of a local: how many pieces define it
  std::vector<uint32_t> constantPiece_;        ///< of constants: the piece that makes them
};

}  // namespace kiln::codegen
