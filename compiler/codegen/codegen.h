// From a verified pipeline to a shared object. No LLVM header is visible here.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"

namespace kiln::codegen {

struct Options {
  std::vector<std::string> tiers;   ///< names of tiers.def, worst first; empty: every tier of `target`
  std::string target = "x86_64-linux";   ///< or aarch64-linux
  std::string strategy;             ///< forces a forest strategy; empty: the cheapest that can
  std::string modelName, modelVersion;
  std::vector<std::pair<std::string, std::string>> tags;
  std::string optionsSha256;        ///< of the options that decide the bytes
  uint32_t blockRows = 0;           ///< 0: chosen by the plan
  Limits limits;
};

struct Artefact {
  std::string sharedObject;         ///< bytes of the .so
  std::vector<std::pair<std::string, std::string>> objects;  ///< relocatable objects by name, before linking
  std::vector<std::pair<std::string, std::string>> llvm, assembly;  ///< text by tier, if asked for
  std::string json;                 ///< the JSON section
  std::string contentSha256;
  std::vector<std::pair<std::string, double>> seconds;       ///< by stage, in order
  std::vector<std::string> strategies;                       ///< forest node, tier and strategy chosen, for reports
};

struct Want {
  bool llvm = false, assembly = false, object = false;
};

/// Compiles; false, with diagnostics, if it cannot. The pipeline must have passed the verifier. One call at a time in a
/// process (lld keeps global state). The same input gives the same bytes.
bool compile(const ir::Pipeline& pipeline, const Options& options, const Want& want, Artefact& artefact, Diagnostics& diagnostics);

/// What this compiler can target: tier names by target triple, for messages and `doctor`.
std::vector<std::pair<std::string, std::vector<std::string>>> targets();
/// The best tier of this machine's processor.
std::string nativeTier();
std::vector<std::string> strategies();

}  // namespace kiln::codegen
