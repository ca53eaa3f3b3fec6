#include "compiler/codegen/schedule.h"

#include <algorithm>
#include <map>

namespace kiln::codegen {

size_t storageBytes(ir::Storage storage) {
  static const size_t bytes[] = {8, 4, 8, 4, 1, 16};
  return bytes[static_cast<int>(storage)];
}

kernel::Slot elementsOf(const kernel::Slot& slot, uint32_t first, uint32_t count, ir::Storage storage) {
  if (slot.count == 0) return slot;   // it has no place
  kernel::Slot part = slot;
  part.count = count;
  part.values += static_cast<uint32_t>(first * slot.pitch * storageBytes(storage));
  if (slot.missing != kernel::kNone) part.missing += first * ((slot.pitch + 7) / 8);
  return part;
}

namespace {

class Scheduler {
 public:
  Scheduler(const Record& record, const ir::Pipeline& pipeline, int lanes)
      : record_(record), pipeline_(pipeline), row_(lanes == 1) {}

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
    for (uint32_t level = 0; level <= top; level++) {
      if (level % 2 == 1) {
        for (uint32_t p : byLevel[level]) schedule_.stages.push_back({true, {p}});
        continue;
      }
      for (size_t from = 0; from < byLevel[level].size(); from += kStagePieces) {
        const size_t to = std::min(byLevel[level].size(), from + kStagePieces);
        schedule_.stages.push_back({false, lookUpsFirst({byLevel[level].begin() + from, byLevel[level].begin() + to})});
      }
    }
  }

  // Text work is out of line: done before vectors are live, nothing has to be saved around its calls.
  std::vector<uint32_t> lookUpsFirst(std::vector<uint32_t> pieces) const {
    std::vector<bool> late(record_.locals.size(), false);
    auto early = [&](uint32_t p) {
      const Piece& piece = record_.pieces[p];
      const ir::OpKind kind = pipeline_.nodes[piece.node].op->kind();
      bool yes = kind == ir::OpKind::Encode || kind == ir::OpKind::Input;
      for (LocalId local : piece.uses) yes = yes && !late[local];
      if (!yes)
        for (LocalId local : piece.defines) late[local] = true;
      return yes;
    };
    std::vector<uint32_t> first, rest;
    for (uint32_t p : pieces) (early(p) ? first : rest).push_back(p);
    first.insert(first.end(), rest.begin(), rest.end());
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
      for (uint32_t p : schedule_.stages[s].pieces) {
        const Piece& piece = record_.pieces[p];
        auto touch = [&](LocalId l) {
          Life& life = lives[l];
          life.from = std::min(life.from, s), life.to = std::max(life.to, s);
          if (schedule_.stages[s].block) life.inSlot = true;
        };
        for (LocalId l : piece.defines) touch(l);
        for (LocalId l : piece.uses) touch(l);
      }
    for (LocalId l = 0; l < lives.size(); l++) {
      if (lives[l].from < lives[l].to && !record_.locals[l].constant) lives[l].inSlot = true;
    }
    return lives;
  }

  uint64_t bytesOf(const Local& local, kernel::Slot& slot) const {
    const uint32_t pitch = row_ ? 1 : record_.blockRows;
    slot = {0, kernel::kNone, kernel::kNone, local.count, pitch};
    uint64_t bytes = uint64_t{local.count} * pitch * storageBytes(local.storage);
    auto align = [&] { bytes = (bytes + 7) / 8 * 8; };
    align();
    if (local.nullable) slot.missing = static_cast<uint32_t>(bytes), bytes += uint64_t{local.count} * ((pitch + 7) / 8), align();
    if (local.fallible) slot.status = static_cast<uint32_t>(bytes), bytes += uint64_t{pitch} * 4;
    return (bytes + 63) / 64 * 64;
  }

  // Slots whose lives do not overlap share their place: first fit, in the order of their beginnings.
  void placeSlots() {
    const std::vector<Life> life = lives();
    std::vector<LocalId> order;
    for (LocalId l = 0; l < life.size(); l++)
      if (life[l].inSlot && life[l].to >= 0) order.push_back(l);
    std::sort(order.begin(), order.end(), [&](LocalId a, LocalId b) { return std::pair(life[a].from, a) < std::pair(life[b].from, b); });

    schedule_.slots.assign(record_.locals.size(), kernel::Slot{0, kernel::kNone, kernel::kNone, 0, 1});
    schedule_.statusAt = static_cast<uint32_t>(record_.blockScratch);
    const uint64_t base = (record_.blockScratch + uint64_t{record_.blockRows} * sizeof(kiln_status) + 63) / 64 * 64;
    uint64_t top = base;
    struct Place {
      uint64_t end;
      int to;
    };
    std::map<uint64_t, Place> busy;
    for (LocalId l : order) {
      for (auto it = busy.begin(); it != busy.end();) it = it->second.to < life[l].from ? busy.erase(it) : std::next(it);
      kernel::Slot slot;
      const uint64_t bytes = bytesOf(record_.locals[l], slot);
      uint64_t at = base;
      for (const auto& [from, place] : busy) {
        if (from >= at + bytes) break;
        at = std::max(at, place.end);
      }
      busy[at] = {at + bytes, life[l].to};
      top = std::max(top, at + bytes);
      slot.values = static_cast<uint32_t>(at);
      if (slot.missing != kernel::kNone) slot.missing += slot.values;
      if (slot.status != kernel::kNone) slot.status += slot.values;
      schedule_.slots[l] = slot;
    }
    for (LocalId l = 0; l < record_.locals.size(); l++) {
      const Local& local = record_.locals[l];
      if (local.whole != ir::kNone) schedule_.slots[l] = elementsOf(schedule_.slots[local.whole], local.first, local.count, local.storage);
    }
    schedule_.scratchBytes = top;
  }

  const Record& record_;
  const ir::Pipeline& pipeline_;
  const bool row_;
  std::vector<uint32_t> levels_;
  Schedule schedule_;
};

}  // namespace

Schedule schedule(const Record& record, const ir::Pipeline& pipeline, int lanes) { return Scheduler(record, pipeline, lanes).run(); }

}  // namespace kiln::codegen
