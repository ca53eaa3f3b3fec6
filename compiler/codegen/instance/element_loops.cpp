#include "compiler/codegen/instance/element_loops.h"

#include <algorithm>
#include <map>

namespace kiln::codegen {

namespace {
constexpr size_t kMostInLoop = 16;      // pieces
}  // namespace

ElementLoops::ElementLoops(const Record& record, const ir::Pipeline& pipeline, bool row)
    : record_(record), pipeline_(pipeline), row_(row), users_(record.locals.size()), seen_(record.locals.size(), false) {
  for (uint32_t p = 0; p < record.pieces.size(); p++)
    for (LocalId l : record.pieces[p].uses) users_[l].push_back(p);
  for (LocalId l = 0; l < record.locals.size(); l++) {
    if (local(l).output != ir::kNone || local(l).input != ir::kNone) seen_[l] = true;
    if (local(l).whole != ir::kNone) seen_[local(l).whole] = true;
  }
}

bool ElementLoops::isLoop(const Piece& piece) const {
  return piece.operations.size() == 1 && piece.operations[0].kind == Operation::elementwise && local(resultOf(piece)).vector;
}

// In a loop, an element is all that a later piece needs of a result. A vector fails whole, by its first element that fails: what a later
// piece reads must not fail, or fail in all elements alike.
size_t ElementLoops::endOfLoop(const std::vector<uint32_t>& pieces, size_t from) const {
  const Piece& first = record_.pieces[pieces[from]];
  if (!isLoop(first)) return from;
  std::map<LocalId, bool> whole;   // results: whether they fail in all elements alike
  size_t to = from;
  for (; to < pieces.size() && to < from + kMostInLoop; to++) {
    const Piece& piece = record_.pieces[pieces[to]];
    if (!isLoop(piece) || typeOf(piece).size() != typeOf(first).size() || (row_ && mayStandAcross(piece) != mayStandAcross(first))) break;
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

bool ElementLoops::staysInside(LocalId l, const LoopPieces& pieces) const {
  const auto isInside = [&](uint32_t user) { return std::find(pieces.begin(), pieces.end(), &record_.pieces[user]) != pieces.end(); };
  return !seen_[l] && !users_[l].empty() && std::all_of(users_[l].begin(), users_[l].end(), isInside);
}

LoopPieces ElementLoops::failingAlike(const LoopPieces& pieces) const {
  LoopPieces all;
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
    if (is && local(result).fallible && !staysInside(result, pieces)) all.push_back(piece);
  }
  return all;
}

// Elements may stand in lanes unless they are text or meet operands of fewer elements (of as many, each meets its own).
bool ElementLoops::mayStandAcross(const Piece& piece) const {
  const ir::Node& node = pipeline_.nodes[piece.node];
  const Operation& operation = piece.operations[0];
  for (size_t i = 0; i < operation.arguments.size(); i++) {
    const LocalId l = operation.arguments[i];
    if (local(l).storage == ir::Storage::str) return false;
    if (local(l).vector && i + 1 < operation.arguments.size() && pipeline_.type(node.operands[i]).size() != typeOf(piece).size()) return false;
  }
  return true;
}

uint32_t ElementLoops::elementsAcross(const LoopPieces& pieces, uint32_t lanes) const {
  if (!row_ || !mayStandAcross(*pieces[0])) return 0;
  const uint32_t count = local(resultOf(*pieces[0])).count, rest = count % lanes;
  bool padded = rest >= kFewestAcross;
  for (const Piece* piece : pieces)
    for (LocalId l : piece->operations[0].arguments)
      padded = padded && local(l).whole == ir::kNone;   // what is part of a vector has no room of its own behind it
  return count - rest + (padded ? lanes : 0);
}

uint32_t ElementLoops::readBehind(LocalId l, uint32_t lanes) const {
  const Local& vector = local(l);
  const uint32_t rest = vector.count % lanes;
  const bool hasRoom = vector.vector && vector.whole == ir::kNone && vector.inBlob == ir::kNone && !vector.inRow;
  if (!row_ || !hasRoom || rest < kFewestAcross) return 0;
  const bool read = std::any_of(users_[l].begin(), users_[l].end(), [&](uint32_t p) { return isLoop(record_.pieces[p]) && mayStandAcross(record_.pieces[p]); });
  return read ? lanes - rest : 0;
}

}  // namespace kiln::codegen
