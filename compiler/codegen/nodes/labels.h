// Dictionaries and text in the blob: what lowerings of labels share.
#pragma once
#include <string>
#include <vector>

#include "compiler/codegen/emitter.h"
#include "compiler/ir/tables/dict.h"

namespace kiln::codegen {

/// "<function>_<storage>": a kernel's name.
inline std::string kernelName(const std::string& function, ir::Storage storage) {
  return function + "_" + storageName(storage);
}

/// Offset of the dictionary's HashTable (runtime/kernels/strings.h), which find_code and find_number take.
uint32_t hashOfDict(NodeEmitter& emit, ir::TableId dict);
/// Offset of a HashTable of these texts.
uint32_t hashOfTexts(NodeEmitter& emit, const std::string& key, const std::vector<std::string>& texts);

/// Texts as values: offset of {u32 offset of the bytes from the blob, u32 length}, one an entry.
uint32_t textsInBlob(NodeEmitter& emit, const std::string& key, const std::vector<std::string>& texts);

/// Numbers as elements of this storage, ready for the blob. Floats from `numbers`, others from `integers`.
std::string packElements(ir::Storage storage, const std::vector<double>& numbers, const std::vector<int64_t>& integers);

}  // namespace kiln::codegen
