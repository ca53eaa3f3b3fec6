// What a scorer says of itself without being run: the JSON section, and the note, which is short and survives
// stripping.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// What the pipeline does not know. All may be empty: then it is a model that is described, not a scorer.
struct ArtefactFacts {
  std::string modelName, modelVersion;  ///< empty name: the pipeline's
  std::string optionsSha256, contentSha256, compiler, target;
  std::vector<std::string> tiers;
  std::vector<std::pair<std::string, std::string>> tags;  ///< a tag replaces provenance of the same key
  std::vector<std::string> strategies;
  std::vector<std::pair<std::string, uint64_t>> sizes;  ///< by name: bytes of code, of tables, of scratch
};

/// Canonical JSON: keys sorted, no blanks, numbers that read back to the same value; the same facts give the same
/// bytes. Its parts:
///   abi        [major, minor]
///   identity   name, version, source, source_sha256, options_sha256, content_sha256, compiler, target, tiers,
///   provenance inputs     name, type, optype; where they apply: range [low, high] (null: open), categories,
///   other_categories (unknown labels
///              are a category of their own), treatment (in words), nullable, required, nan, role
///   outputs    name, type, optype, result; where they apply: of, categories, description
///   counts     nodes, tables, inputs, outputs, categories, forests, trees, forest_nodes, forest_leaves, coefficients,
///   verification_rows sizes, strategies
std::string describeJson(const ir::Pipeline& pipeline, const ArtefactFacts& facts);

/// The bytes of section .note.kiln: an ELF note of owner "kiln" whose text is the canonical JSON of abi, compiler,
/// content_sha256, name, source, source_sha256, tiers and version.
std::string noteSection(const ir::Pipeline& pipeline, const ArtefactFacts& facts);

}  // namespace kiln::codegen
