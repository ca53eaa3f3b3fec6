// Which lane pieces run together, and which of these are alike: a long scorecard or a thousand derived fields are few formulas, many times
// over. Pieces that only one other reads join it in a unit. Units that differ in constants, places and lengths of long vectors alone, in a
// model of many pieces, share one function (instance/shared_units.h), which gets what differs as a table: the model's size then costs calls, not code.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "compiler/codegen/recorder.h"

namespace kiln::codegen {

/// What of lengths makes units alike: equal ones, or that those of long vectors are equal where they are in the other.
enum class Lengths : uint8_t { exact, ofLoops };
/// Vectors of more elements are run through by loops whatever their length is: it may differ among units that are alike.
inline constexpr uint32_t kLongVector = 16;

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
  /// `across`: elements of one row that may stand in lanes; 0: rows do.
  Units(const Record& record, const ir::Pipeline& pipeline, uint32_t across);

  /// The units of some lane pieces that may run in their order, in an order that respects uses.
  std::vector<Unit> form(const std::vector<uint32_t>& pieces) const;
  /// Numbers those that are alike where that is worth a function.
  void number(const std::vector<Unit*>& units) const;
  UnitLayout layout(const Unit& unit, Lengths lengths = Lengths::exact) const;
  /// What pieces cost to compile, in scalar pieces.
  size_t weight(const std::vector<uint32_t>& pieces) const;

 private:
  bool mayShare(const Unit& unit) const;
  bool mayJoin(uint32_t piece, uint32_t user) const;
  /// What was met in a unit, and in which order.
  struct Known {
    Lengths kind;
    std::map<LocalId, size_t> locals = {};
    std::map<uint32_t, size_t> lengths = {};
  };
  void describe(const Operation& operation, const Piece& piece, UnitLayout& layout, Known& known) const;
  /// Whether an element of a long result meets the same element of each vector.
  bool meetsItsOwn(const Operation& operation, const ir::Node& node) const;
  void describeLength(uint32_t count, std::string& text, Known& known) const;

  const Record& record_;
  const ir::Pipeline& pipeline_;
  const uint32_t across_;
  bool many_;                                  ///< whether the model has so many pieces that sharing pays
  bool manyVectors_;                           ///< whether pieces of vectors alone are so many
  std::vector<std::vector<uint32_t>> users_;   ///< of a local: pieces that read it
  std::vector<uint32_t> definitions_;          ///< of a local: how many pieces define it
  std::vector<uint32_t> constantPiece_;        ///< of constants: the piece that makes them
};

}  // namespace kiln::codegen
