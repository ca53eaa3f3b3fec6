// Trees of pieces, and the text that is equal for those that are alike.
#include "compiler/codegen/units.h"

#include <algorithm>
#include <utility>

#include "compiler/codegen/instance/element_loops.h"

namespace kiln::codegen {

namespace {

// Fewer pieces compile quickly as they are. One row pays for calls with a tenth of a microsecond a dozen, so it shares only where code
// would grow beyond bounds; a block of rows does not notice.
constexpr size_t kManyPieces = 192, kManyOfOneRow = 2048;
// A loop over a vector's elements takes some 25 ms of compilation, a scalar operation 1 to 3. Vectors stand in memory in any case, so that
// their calls cost little in one row too: the steps of an LSTM lose nothing by sharing, those of a GRU of 770 pieces a quarter, a hundred of a transformer a tenth.
constexpr size_t kVectorWeight = 8, kManyVectors = 64, kManyVectorsOfOneRow = 128;
constexpr size_t kMostJoined = 24;
constexpr size_t kFewestAlike = 6, kFewestSaved = 24;   // units, and the weight that needs no code of its own
// Two that are alike share where a second of compilation would be left; a batch may take a tenth longer for it.
constexpr size_t kSlowToCompile = 1100, kSlowOfOneRow = 400;

bool isConstant(const Record& record, const Piece& piece) {
  return std::any_of(piece.defines.begin(), piece.defines.end(), [&](LocalId l) { return record.locals[l].constant; });
}
/// Text is looked up before lanes are live (schedule.cpp).
bool isEarly(const ir::Node& node) { return node.op->kind() == ir::OpKind::Encode || node.op->kind() == ir::OpKind::Input; }

bool hasVectors(const Record& record, const Piece& piece) {
  const auto isVector = [&](LocalId l) { return record.locals[l].vector; };
  return std::any_of(piece.defines.begin(), piece.defines.end(), isVector) || std::any_of(piece.uses.begin(), piece.uses.end(), isVector);
}

/// How often the code of a piece over elements stands there, for rows in lanes: two elements take the time of a loop.
size_t copies(const Record& record, const Piece& piece) {
  if (piece.operations.empty()) return 1;
  const Operation& first = piece.operations[0];
  const uint32_t count = first.kind == Operation::elementwise ? record.locals[ElementLoops::resultOf(piece)].count : 1;
  return count <= kUnrollElements ? std::max(1u, count / 2) : 1;
}

/// A shared function could not leave the row of the one that calls it.
bool leaves(const Piece& piece) {
  return std::any_of(piece.operations.begin(), piece.operations.end(), [](const Operation& o) { return o.kind == Operation::leave; });
}

/// Whether a piece puts several vectors end to end, such as the results of a model's members: each is a unit of its own.
bool gathers(const Piece& piece) {
  const auto isVector = [](const Operation& o) { return o.kernel.starts_with("concat_vector"); };
  return std::count_if(piece.operations.begin(), piece.operations.end(), isVector) >= 3;
}

template <class T> void append(std::string& text, const T& value) { text.append(reinterpret_cast<const char*>(&value), sizeof value); }

}  // namespace

Units::Units(const Record& record, const ir::Pipeline& pipeline, uint32_t across)
    : record_(record), pipeline_(pipeline), across_(across), users_(record.locals.size()), definitions_(record.locals.size(), 0), constantPiece_(record.locals.size(), ir::kNone) {
  size_t pieces = 0, ofVectors = 0;
  for (uint32_t p = 0; p < record.pieces.size(); p++) {
    const Piece& piece = record.pieces[p];
    for (LocalId l : piece.uses)
      if (users_[l].empty() || users_[l].back() != p) users_[l].push_back(p);
    for (LocalId l : piece.defines) {
      if (record.locals[l].constant) constantPiece_[l] = p;
      definitions_[l]++;
    }
    if (isConstant(record, piece)) continue;
    pieces++;
    if (hasVectors(record, piece)) ofVectors += across != 0 ? 1 : copies(record, piece);
  }
  many_ = pieces >= (across != 0 ? kManyOfOneRow : kManyPieces);
  manyVectors_ = ofVectors >= (across != 0 ? kManyVectorsOfOneRow : kManyVectors);
}

size_t Units::weight(const std::vector<uint32_t>& pieces) const {
  size_t sum = 0;
  for (uint32_t p : pieces) sum += hasVectors(record_, record_.pieces[p]) ? kVectorWeight : 1;
  return sum;
}

// A sum of many terms is a chain, not one unit: a piece does not join one like it.
bool Units::mayJoin(uint32_t piece, uint32_t user) const {
  const Piece& p = record_.pieces[piece];
  const ir::Node& node = pipeline_.nodes[p.node];
  if (node.op->isStatement() || isEarly(node) || p.operations.empty()) return false;
  const auto& to = record_.pieces[user].operations;
  return to.empty() || (to.back().kernel != p.operations.back().kernel && !gathers(record_.pieces[user]));
}

std::vector<Unit> Units::form(const std::vector<uint32_t>& pieces) const {
  std::vector<Unit> units;
  if (!many_) {
    for (uint32_t p : pieces) units.push_back({{p}});
    return units;
  }
  std::map<uint32_t, uint32_t> root;   // of a piece
  std::map<uint32_t, std::vector<uint32_t>> members;   // of a root, the last first
  for (size_t i = pieces.size(); i-- > 0;) {
    const uint32_t p = pieces[i];
    uint32_t to = ir::kNone;
    bool joins = true;
    const auto meet = [&](uint32_t user) {
      const auto known = root.find(user);
      if (user == p) return;
      joins = joins && known != root.end() && (to == ir::kNone || to == known->second) && mayJoin(p, user);
      if (joins) to = known->second;
    };
    for (LocalId l : record_.pieces[p].defines) {
      joins = joins && definitions_[l] == 1 && record_.locals[l].output == ir::kNone;
      for (uint32_t user : users_[l]) meet(user);
    }
    joins = joins && to != ir::kNone && members[to].size() < kMostJoined;
    root[p] = joins ? to : p;
    members[root[p]].push_back(p);
  }
  for (auto& [last, all] : members) {   // in the order of the last pieces
    std::reverse(all.begin(), all.end());
    units.push_back({std::move(all)});
  }
  return units;
}

bool Units::mayShare(const Unit& unit) const {
  const Piece& last = record_.pieces[unit.pieces.back()];
  if (isEarly(pipeline_.nodes[last.node]) || leaves(last)) return false;
  if (many_) return true;
  const UnitLayout layout = this->layout(unit, Lengths::exact);
  return layout.inputs.empty() && layout.outputs.empty();   // scalars would go through memory
}

// Units of equal lengths first: they keep the lengths as constants.
void Units::number(const std::vector<Unit*>& units) const {
  if (!many_ && !manyVectors_) return;
  std::vector<Unit*> rest;
  size_t weight = 0;   // of what shares no function
  for (Unit* unit : units) {
    weight += this->weight(unit->pieces);
    if (mayShare(*unit)) rest.push_back(unit);
  }
  uint32_t next = 0;
  const auto share = [&](Lengths lengths, size_t fewest) {
    std::map<std::string, std::vector<Unit*>> alike;
    std::vector<std::string> order;
    for (Unit* unit : std::exchange(rest, {})) {
      const std::string signature = layout(*unit, lengths).signature;
      std::vector<Unit*>& like = alike[signature];
      if (like.empty()) order.push_back(signature);
      like.push_back(unit);
    }
    for (const std::string& signature : order) {
      const std::vector<Unit*>& like = alike[signature];
      const size_t saved = (like.size() - 1) * this->weight(like[0]->pieces);
      if (like.size() < fewest || saved < kFewestSaved) {
        rest.insert(rest.end(), like.begin(), like.end());
      } else {
        for (Unit* unit : like) unit->alike = next;
        next++, weight -= saved;
      }
    }
  };
  share(Lengths::exact, kFewestAlike);
  share(Lengths::ofLoops, kFewestAlike);
  if (weight >= (across_ != 0 ? kSlowOfOneRow : kSlowToCompile)) share(Lengths::exact, 2), share(Lengths::ofLoops, 2);
}

UnitLayout Units::layout(const Unit& unit, Lengths lengths) const {
  UnitLayout layout;
  Known known{lengths, {}, {}};
  std::vector<LocalId> defined;
  for (uint32_t p : unit.pieces) defined.insert(defined.end(), record_.pieces[p].defines.begin(), record_.pieces[p].defines.end());
  std::sort(defined.begin(), defined.end());
  for (uint32_t p : unit.pieces) {
    const Piece& piece = record_.pieces[p];
    append(layout.signature, piece.operations.size());
    for (const Operation& operation : piece.operations) describe(operation, piece, layout, known);
  }
  const auto othersRead = [&](LocalId l) {
    return std::any_of(users_[l].begin(), users_[l].end(), [&](uint32_t user) { return std::find(unit.pieces.begin(), unit.pieces.end(), user) == unit.pieces.end(); });
  };
  for (LocalId l : std::exchange(layout.vectors, {})) {
    const Local& local = record_.locals[l];
    const bool isOwn = local.whole == ir::kNone && local.output == ir::kNone && std::binary_search(defined.begin(), defined.end(), l) && !othersRead(l);
    (isOwn ? layout.own : layout.vectors).push_back(l);
  }
  // Scalars that are neither constants nor of the unit come in; those that others read go out.
  for (const auto& [l, number] : known.locals) {
    const Local& local = record_.locals[l];
    if (local.vector || local.constant) continue;
    if (!std::binary_search(defined.begin(), defined.end(), l)) {
      layout.inputs.push_back(l);
    } else if (othersRead(l)) {
      layout.outputs.push_back(l);
    }
  }
  const auto byNumber = [&](LocalId a, LocalId b) { return known.locals[a] < known.locals[b]; };
  std::sort(layout.inputs.begin(), layout.inputs.end(), byNumber), std::sort(layout.outputs.begin(), layout.outputs.end(), byNumber);
  for (const auto* locals : {&layout.own, &layout.vectors, &layout.inputs, &layout.outputs}) {
    for (LocalId l : *locals) append(layout.signature, known.locals[l]);
    layout.signature += '/';
  }
  return layout;
}

// Of long vectors, which are as long as which, and what a loop does with elements that fill no lanes (element_loops.cpp).
void Units::describeLength(uint32_t count, std::string& text, Known& known) const {
  if (known.kind == Lengths::exact || count <= kLongVector) return append(text, count);
  append(text, known.lengths.try_emplace(count, known.lengths.size()).first->second);
  const uint32_t rest = across_ == 0 ? 0 : count % across_;
  append(text, rest == 0 ? 0 : rest < kFewestAcross ? 1 : 2);
}

bool Units::meetsItsOwn(const Operation& operation, const ir::Node& node) const {
  const uint32_t count = pipeline_.type(node.results[0]).size();
  for (size_t i = 0; i < node.operands.size(); i++)
    if (record_.locals[operation.arguments[i]].vector && pipeline_.type(node.operands[i]).size() != count) return false;
  return true;
}

void Units::describe(const Operation& operation, const Piece& piece, UnitLayout& layout, Known& known) const {
  std::string& text = layout.signature;
  append(text, operation.kind), append(text, operation.params.size()), append(text, operation.arguments.size()), append(text, operation.uniform);
  text += operation.kernel, text += '\0';
  const ir::Node& node = pipeline_.nodes[piece.node];
  const bool eachMeetsItsOwn = operation.kind == Operation::elementwise && known.kind != Lengths::exact && meetsItsOwn(operation, node);
  for (size_t i = 0; i < operation.arguments.size(); i++) {
    const LocalId l = operation.arguments[i];
    const Local& local = record_.locals[l];
    const auto [at, isNew] = known.locals.try_emplace(l, known.locals.size());
    append(text, at->second);
    append(text, local.storage), append(text, local.vector), append(text, local.constant);
    describeLength(local.count, text, known);
    append(text, local.nullable), append(text, local.fallible), append(text, local.inBlob != ir::kNone), append(text, local.inRow);
    // A view of what the unit computes is another thing than a vector from elsewhere.
    const auto whole = local.whole == ir::kNone ? known.locals.end() : known.locals.find(local.whole);
    append(text, whole == known.locals.end() ? known.locals.size() : whole->second), append(text, local.whole != ir::kNone);
    if (isNew && local.vector) layout.vectors.push_back(l);
    if (isNew && local.constant && !local.vector) {
      layout.constants.push_back(l);
      for (const Operation& made : record_.pieces[constantPiece_[l]].operations) text += made.kernel, append(text, made.params.size());
    }
    if (operation.kind != Operation::elementwise || eachMeetsItsOwn) continue;
    // Shapes say which elements meet.
    const ir::ValueId v = i < node.operands.size() ? node.operands[i] : node.results[0];
    for (uint32_t n : pipeline_.type(v).shape) append(text, n);
    text += ';';
  }
}

}  // namespace kiln::codegen
