// Compares compiled code with the evaluator, bit for bit: every tier of this machine, row by row and as a matrix in batches
// of awkward sizes.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "compiler/codegen/codegen.h"
#include "compiler/ir/pipeline.h"
#include "kiln/scorer.h"

namespace kiln::test {

using Row = std::vector<kiln_cell>;

kiln_cell missingCell();
kiln_cell number(double value);
kiln_cell integer(int64_t value);
kiln_cell boolean(bool value);
kiln_cell code(int64_t value);
kiln_cell text(const char* value);   ///< not copied

/// A compiled scorer, loaded; unloaded at the end.
class Loaded {
 public:
  Loaded(const ir::Pipeline& pipeline, const codegen::Options& options = {});
  explicit Loaded(const std::string& sharedObject);
  ~Loaded();
  Loaded(const Loaded&) = delete;

  const std::string& error() const { return error_; }   ///< empty if all went well
  const codegen::Artefact& artefact() const { return artefact_; }
  const kiln_scorer* scorer() const { return scorer_; }  ///< the best tier
  /// Those that this processor has.
  std::vector<kiln_tier> tiers() const;

 private:
  void load(const std::string& sharedObject);
  codegen::Artefact artefact_;
  std::string error_;
  void* handle_ = nullptr;
  const kiln_scorer* scorer_ = nullptr;
};

/// What differs between the evaluator and the compiled pipeline over these rows, in words; empty if nothing does. At most a
/// handful of differences are reported.
std::vector<std::string> differences(const ir::Pipeline& pipeline, const std::vector<Row>& rows, const codegen::Options& options = {});

/// Scratch for a scorer, aligned, and filled with a pattern so that what is read before it is written shows.
class Scratch {
 public:
  Scratch(const kiln_scorer& scorer, size_t textBytes = 1 << 16);
  void* data() { return data_; }
  size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> memory_;
  char* data_;
  size_t size_;
};

}  // namespace kiln::test
