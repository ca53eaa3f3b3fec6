#include "compiler/codegen/nodes/labels.h"

#include "compiler/codegen/perfect_hash.h"
#include "runtime/kernels/strings.h"

namespace kiln::codegen {

namespace {

std::string hashBytes(const ir::Dict& dict) {
  if (dict.elem == ir::Elem::str) return hashLabels({dict.text.begin(), dict.text.end()});
  std::vector<uint64_t> keys;
  for (double v : dict.numbers) keys.push_back(kernel::number_key(v));
  for (int64_t v : dict.integers) keys.push_back(kernel::number_key(static_cast<kernel::i64>(v)));
  return hashNumbers(keys);
}

template <class To, class From>
std::string pack(const std::vector<From>& values) {
  std::vector<To> elements;
  for (const From& v : values) elements.push_back(static_cast<To>(v));
  return std::string(reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(To));
}

}  // namespace

uint32_t hashOfDict(NodeEmitter& emit, ir::TableId dict) {
  const auto& table = emit.pipeline().table<ir::Dict>(ir::TableRef{dict});
  return emit.blobOnce("labels of @" + table.name, [&] { return hashBytes(table); });
}

uint32_t hashOfTexts(NodeEmitter& emit, const std::string& key, const std::vector<std::string>& texts) {
  return emit.blobOnce(key, [&] { return hashLabels({texts.begin(), texts.end()}); });
}

uint32_t textsInBlob(NodeEmitter& emit, const std::string& key, const std::vector<std::string>& texts) {
  std::string bytes;
  for (const std::string& text : texts) bytes += text;
  const uint32_t at = emit.blob(key + ", bytes", bytes.data(), bytes.size(), 64);
  std::vector<uint32_t> entries;
  uint32_t offset = at;
  for (const std::string& text : texts) {
    entries.push_back(offset);
    entries.push_back(static_cast<uint32_t>(text.size()));
    offset += static_cast<uint32_t>(text.size());
  }
  return emit.blob(key + ", texts", entries);
}

std::string packElements(ir::Storage storage, const std::vector<double>& numbers,
                         const std::vector<int64_t>& integers) {
  switch (storage) {
    case ir::Storage::f64:
      return pack<double>(numbers);
    case ir::Storage::f32:
      return pack<float>(numbers);
    case ir::Storage::i64:
      return pack<int64_t>(integers);
    case ir::Storage::i32:
      return pack<int32_t>(integers);
    default:
      return pack<uint8_t>(integers);
  }
}

}  // namespace kiln::codegen
