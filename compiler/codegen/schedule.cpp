#include "compiler/codegen/schedule.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "compiler/codegen/first_fit.h"

namespace kiln::codegen {

size_t storageBytes(ir::Storage storage) {
  static const size_t bytes[] = {8, 4, 8, 4, 1, 16};
  return bytes[static_cast<int>(storage)];
}

kernel::Slot elementsOf(const kernel::Slot& slot, uint32_t first, uint32_t count, ir::Storage storage) {
  if (slot.count == 0) return slot;   // it has no place
  kernel::Slot part = slot;
  part.count = part.room = count;
  part.values += static_cast<uint32_t>(first * slot.pitch * storageBytes(storage));
  if (slot.missing != kernel::kNone) part.missing += first * ((slot.pitch + 7) / 8);
  return part;
}

namespace {

class Scheduler {
 public:
  Scheduler(const Record& record, const ir::Pipeline& pipeline, int lanes, int tierLanes)
      : record_(record), pipeline_(pipeline), lanes_(static_cast<uint32_t>(lanes)), row_(lanes == 1), across_(row_ ? static_cast<uint32_t>(tierLanes) : 0) {}

  Schedule run() {
    levelPieces();
    makeStages();
    placeSlots();
    return std::move(schedule_);
  }

 private:
  bool isConstant(const Piece& piece) const {
    return std::any_of(piece.defines.begin(), piece.defines.end(), [&](LocalId l) { return record_.locals[l].constant; });
  }
  bool isStatement(const Piece& piece) const { return pipeline_.nodes[piece.node].op->isStatement(); }

  // Even levels are lanes, odd levels are block kernels. Statements keep their order among themselves.
  void levelPieces() {
    std::vector<uint32_t> after(record_.locals.size(), 0);   // first even level that may use a local
    uint32_t statements = 0;
    for (const Piece& piece : record_.pieces) {
      uint32_t level = piece.block ? 1 : 0;
      auto need = [&](LocalId local) {
        const uint32_t least = after[local];
        level = std::max(level, piece.block ? (least | 1) : least + (least & 1));
      };
      for (LocalId local : piece.uses) need(local);
      for (LocalId local : piece.defines) need(local);   // a temporary that an earlier piece wrote
      if (isStatement(piece)) {
        level = std::max(level, piece.block ? (statements | 1) : statements + (statements & 1));
        statements = level;
      }
      levels_.push_back(level);
      for (LocalId local : piece.defines) after[local] = piece.block ? level + 1 : level;
    }
  }

  void makeStages() {
    uint32_t top = 0;
    for (uint32_t level : levels_) top = std::max(top, level);
    std::vector<std::vector<uint32_t>> byLevel(top + 1);
    for (uint32_t p = 0; p < record_.pieces.size(); p++)
      if (!isConstant(record_.pieces[p])) byLevel[levels_[p]].push_back(p);
    const Units units(record_, pipeline_, across_);
    std::vector<std::vector<Unit>> formed(top + 1);
    std::vector<Unit*> lanes;
    for (uint32_t level = 0; level <= top; level += 2) {
      formed[level] = units.form(byLevel[level]);
      for (Unit& unit : formed[level]) lanes.push_back(&unit);
    }
    units.number(lanes);
    for (const Unit* unit : lanes) {
      if (unit->alike == ir::kNone) continue;
      const UnitLayout layout = units.layout(*unit);
      shared_.insert(shared_.end(), layout.inputs.begin(), layout.inputs.end());
      shared_.insert(shared_.end(), layout.outputs.begin(), layout.outputs.end());
      for (LocalId l : layout.own) together_[l] = layout.own;
    }
    for (uint32_t level = 0; level <= top; level++) {
      if (level % 2 == 1)
        for (uint32_t p : byLevel[level]) schedule_.stages.push_back({true, {{{p}}}});
      else
        cut(std::move(formed[level]));
    }
  }

  // Stages of bounded size.
  void cut(std::vector<Unit> units) {
    std::vector<Unit> stage;
    size_t size = 0;
    for (Unit& unit : units) {
      const size_t adds = unit.alike == ir::kNone ? unit.pieces.size() : 1;
      if (!stage.empty() && size + adds > kStagePieces) {
        schedule_.stages.push_back({false, lookUpsFirst(std::move(stage))});
        stage.clear(), size = 0;
      }
      stage.push_back(std::move(unit)), size += adds;
    }
    if (!stage.empty()) schedule_.stages.push_back({false, lookUpsFirst(std::move(stage))});
  }

  // Text work is out of line: done before vectors are live, nothing has to be saved around its calls.
  std::vector<Unit> lookUpsFirst(std::vector<Unit> units) const {
    std::vector<bool> late(record_.locals.size(), false);
    auto early = [&](const Unit& unit) {
      const ir::OpKind kind = pipeline_.nodes[record_.pieces[unit.pieces.back()].node].op->kind();
      bool yes = kind == ir::OpKind::Encode || kind == ir::OpKind::Input;
      for (uint32_t p : unit.pieces)
        for (LocalId local : record_.pieces[p].uses) yes = yes && !late[local];
      if (!yes)
        for (uint32_t p : unit.pieces)
          for (LocalId local : record_.pieces[p].defines) late[local] = true;
      return yes;
    };
    std::vector<Unit> first, rest;
    for (Unit& unit : units) (early(unit) ? first : rest).push_back(std::move(unit));
    std::move(rest.begin(), rest.end(), std::back_inserter(first));
    return first;
  }

  struct Life {
    int from = INT32_MAX, to = -1;
    bool inSlot = false;
  };

  std::vector<Life> lives() const {
    std::vector<Life> lives(record_.locals.size());
    const int end = static_cast<int>(schedule_.stages.size());
    for (LocalId l = 0; l < lives.size(); l++) {
      const Local& local = record_.locals[l];
      if (local.vector) lives[l].inSlot = true;
      if (local.input != ir::kNone) lives[l] = {-1, -1, true};
      if (local.output != ir::kNone) lives[l] = {0, end, true};
    }
    for (int s = 0; s < end; s++)
      for (const Unit& unit : schedule_.stages[s].units) {
        auto touch = [&](LocalId l) {
          Life& life = lives[l];
          life.from = std::min(life.from, s), life.to = std::max(life.to, s);
          if (schedule_.stages[s].block) life.inSlot = true;
        };
        for (uint32_t p : unit.pieces) {
          for (LocalId l : record_.pieces[p].defines) touch(l);
          for (LocalId l : record_.pieces[p].uses) touch(l);
        }
      }
    for (LocalId l : shared_) lives[l].inSlot = true;
    for (LocalId l = 0; l < lives.size(); l++) {
      if (lives[l].from < lives[l].to && !record_.locals[l].constant) lives[l].inSlot = true;
      if (record_.locals[l].inBlob != ir::kNone) lives[l].inSlot = false;
    }
    return lives;
  }

  /// Whether a value is only needed while lanes go through one stage.
  bool isOfOneStage(const Local& local, const Life& life) const {
    return local.input == ir::kNone && local.output == ir::kNone && life.from == life.to && !schedule_.stages[life.from].block;
  }
  // Elements of a value of one stage stand next to each other, as many rows of each as there are lanes, and those of the next lanes one
  // step further on: in a column for all rows of the block they would be pages apart. Rows count from Ctx::at in both.
  uint64_t bytesOf(const Local& local, const Life& life, kernel::Slot& slot) const {
    const uint32_t rows = record_.blockRows, pitch = row_ ? 1 : isOfOneStage(local, life) ? lanes_ : rows;
    const uint32_t count = row_ && local.vector ? (local.count + kRowLanes - 1) / kRowLanes * kRowLanes : local.count;
    slot = {0, kernel::kNone, kernel::kNone, local.count, pitch, count};
    uint64_t bytes = (uint64_t{count} * pitch + (rows - pitch)) * storageBytes(local.storage);
    auto align = [&] { bytes = (bytes + 7) / 8 * 8; };
    align();
    if (local.nullable) slot.missing = static_cast<uint32_t>(bytes), bytes += uint64_t{count} * ((pitch + 7) / 8) + (rows - pitch + 7) / 8, align();
    if (local.fallible) slot.status = static_cast<uint32_t>(bytes), bytes += uint64_t{rows} * 4;
    return (bytes + 63) / 64 * 64;
  }

  static void move(kernel::Slot& slot, uint64_t by) {
    for (kernel::u32* at : {&slot.values, &slot.missing, &slot.status})
      if (*at != kernel::kNone) *at += static_cast<uint32_t>(by);
  }

  // Slots whose lives do not overlap share their place: first fit, in the order of their beginnings.
  void placeSlots() {
    const std::vector<Life> life = lives();
    std::vector<LocalId> order;
    for (LocalId l = 0; l < life.size(); l++)
      if (life[l].inSlot && life[l].to >= 0) order.push_back(l);
    std::sort(order.begin(), order.end(), [&](LocalId a, LocalId b) { return std::pair(life[a].from, a) < std::pair(life[b].from, b); });

    schedule_.slots.assign(record_.locals.size(), kernel::Slot{0, kernel::kNone, kernel::kNone, 0, 1, 0});
    schedule_.statusAt = static_cast<uint32_t>(record_.blockScratch);
    const uint64_t base = (record_.blockScratch + uint64_t{record_.blockRows} * sizeof(kiln_status) + 63) / 64 * 64;
    uint64_t top = base;
    FirstFit places(base);
    for (LocalId l : order) {
      places.release(life[l].from);
      if (schedule_.slots[l].count != 0) continue;   // with another
      const auto together = together_.find(l);
      const std::vector<LocalId> all = together == together_.end() ? std::vector<LocalId>{l} : together->second;
      uint64_t bytes = 0;
      for (LocalId part : all) {
        const uint64_t own = bytesOf(record_.locals[part], life[part], schedule_.slots[part]);
        move(schedule_.slots[part], bytes);
        bytes += own;
      }
      const uint64_t at = places.take(bytes, life[l].to);
      top = std::max(top, at + bytes);
      for (LocalId part : all) move(schedule_.slots[part], at);
    }
    for (LocalId l = 0; l < record_.locals.size(); l++) {
      const Local& local = record_.locals[l];
      if (local.inBlob != ir::kNone) schedule_.slots[l] = {local.inBlob, kernel::kNone, kernel::kNone, local.count, 1, local.count};
      if (local.whole != ir::kNone) schedule_.slots[l] = elementsOf(schedule_.slots[local.whole], local.first, local.count, local.storage);
    }
    schedule_.scratchBytes = top;
  }

  const Record& record_;
  const ir::Pipeline& pipeline_;
  const uint32_t lanes_;
  const bool row_;
  const uint32_t across_;
  std::vector<uint32_t> levels_;
  std::map<LocalId, std::vector<LocalId>> together_;   // of vectors that a unit's function has for itself: all of them
  std::vector<LocalId> shared_;   // scalars that functions of units read and write
  Schedule schedule_;
};

}  // namespace

Schedule schedule(const Record& record, const ir::Pipeline& pipeline, int lanes, int tierLanes) {
  return Scheduler(record, pipeline, lanes, tierLanes).run();
}

}  // namespace kiln::codegen
