// Loads a compiled scorer and says what it is. The smallest host: one object, no threads, no registry.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kiln/scorer.h"

namespace kiln::host {

/// A loaded scorer; unloaded on destruction. Everything reached from table() lives as long. Any thread may use it.
class Scorer {
 public:
  /// Null, with `error` set, if the file cannot be loaded, is no scorer, is of another ABI, or needs another processor.
  static std::unique_ptr<Scorer> open(const std::string& path, std::string& error);
  ~Scorer();
  Scorer(const Scorer&) = delete;
  Scorer& operator=(const Scorer&) = delete;

  const kiln_scorer& table() const { return *table_; }
  const kiln_field& input(uint32_t i) const { return *kiln_field_at(table_->inputs, i); }
  const kiln_field& output(uint32_t i) const { return *kiln_field_at(table_->outputs, i); }
  /// Scratch for calls whose rows hold at most this much text and this many list items.
  size_t scratchBytes(size_t textBytes, size_t items) const;

 private:
  Scorer() = default;
  void* handle_ = nullptr;
  const kiln_scorer* table_ = nullptr;
};

/// Memory for one thread's calls: aligned as the scorer asks, grown as rows need it.
class Scratch {
 public:
  explicit Scratch(const kiln_scorer& scorer) : scorer_(scorer) { reserve(0, 0); }
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void reserve(size_t textBytes, size_t items);
  void* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const kiln_scorer& scorer_;
  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace kiln::host
