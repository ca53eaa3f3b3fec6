// A TensorProto as compile-time elements. Lengths are compared with the bytes that are there before anything is allocated.
#include <bit>
#include <cmath>
#include <cstring>

#include "frontends/onnx/importer.h"

namespace kiln::onnx {

namespace {

float halfToFloat(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16, exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
  const float magnitude = exponent ? std::ldexp(static_cast<float>(1024 + mantissa), static_cast<int>(exponent) - 25) : std::ldexp(static_cast<float>(mantissa), -24);
  return sign ? -magnitude : magnitude;
}

size_t bytesOf(ElementType type) {
  switch (type) {
    case ElementType::u8:
    case ElementType::i8:
    case ElementType::boolean: return 1;
    case ElementType::u16:
    case ElementType::i16:
    case ElementType::f16:
    case ElementType::bf16: return 2;
    case ElementType::f32:
    case ElementType::i32:
    case ElementType::u32: return 4;
    default: return 8;
  }
}

template <class T>
T load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

void addRaw(ElementType type, const char* p, Elements& into) {
  switch (type) {
    case ElementType::f32: return into.numbers.push_back(load<float>(p));
    case ElementType::f64: return into.numbers.push_back(load<double>(p));
    case ElementType::f16: return into.numbers.push_back(halfToFloat(load<uint16_t>(p)));
    case ElementType::bf16: return into.numbers.push_back(std::bit_cast<float>(static_cast<uint32_t>(load<uint16_t>(p)) << 16));
    case ElementType::u8: return into.integers.push_back(load<uint8_t>(p));
    case ElementType::i8: return into.integers.push_back(load<int8_t>(p));
    case ElementType::u16: return into.integers.push_back(load<uint16_t>(p));
    case ElementType::i16: return into.integers.push_back(load<int16_t>(p));
    case ElementType::i32: return into.integers.push_back(load<int32_t>(p));
    case ElementType::u32: return into.integers.push_back(load<uint32_t>(p));
    case ElementType::boolean: return into.integers.push_back(load<uint8_t>(p) != 0);
    default: return into.integers.push_back(load<int64_t>(p));
  }
}

// An element of int32_data, which holds every narrow type.
void addNarrow(ElementType type, int32_t value, Elements& into) {
  switch (type) {
    case ElementType::f16: return into.numbers.push_back(halfToFloat(static_cast<uint16_t>(value)));
    case ElementType::bf16: return into.numbers.push_back(std::bit_cast<float>(static_cast<uint32_t>(value & 0xffff) << 16));
    case ElementType::u8: return into.integers.push_back(static_cast<uint8_t>(value));
    case ElementType::i8: return into.integers.push_back(static_cast<int8_t>(value));
    case ElementType::u16: return into.integers.push_back(static_cast<uint16_t>(value));
    case ElementType::i16: return into.integers.push_back(static_cast<int16_t>(value));
    case ElementType::boolean: return into.integers.push_back(value != 0);
    default: return into.integers.push_back(value);
  }
}

// The typed field of the tensor; how many elements it held.
void addTyped(const proto::TensorProto& tensor, ElementType type, Elements& into) {
  switch (type) {
    case ElementType::f32: into.numbers.assign(tensor.float_data().begin(), tensor.float_data().end()); break;
    case ElementType::f64: into.numbers.assign(tensor.double_data().begin(), tensor.double_data().end()); break;
    case ElementType::str: into.texts.assign(tensor.string_data().begin(), tensor.string_data().end()); break;
    case ElementType::i64: into.integers.assign(tensor.int64_data().begin(), tensor.int64_data().end()); break;
    case ElementType::u32:
      for (uint64_t v : tensor.uint64_data()) into.integers.push_back(static_cast<uint32_t>(v));
      break;
    case ElementType::u64:
      for (uint64_t v : tensor.uint64_data()) into.integers.push_back(static_cast<int64_t>(v));
      break;
    default:
      for (int32_t v : tensor.int32_data()) addNarrow(type, v, into);
  }
}

}  // namespace

std::optional<Tensor> Importer::readTensor(const proto::TensorProto& tensor, const std::string& path) {
  if (!isHeld(tensor.data_type()))
    return unsupported(path, "element type " + std::to_string(tensor.data_type()) + " of a tensor is not supported"), std::nullopt;
  const auto type = static_cast<ElementType>(tensor.data_type());
  if (tensor.has_segment()) return unsupported(path, "a tensor in segments is not supported"), std::nullopt;
  Axes axes = plainAxes({tensor.dims().begin(), tensor.dims().end()});
  if (!checkAxes(axes, true, path)) return std::nullopt;
  const auto wanted = static_cast<uint64_t>(count(axes));
  const auto wrong = [&](uint64_t found, const char* what) {
    invalid(path, "dimensions " + describe(axes) + " need " + std::to_string(wanted) + " elements, but there are " + std::to_string(found) + " " + what);
    return std::nullopt;
  };
  Elements elements;
  std::optional<std::string_view> raw;
  if (tensor.has_raw_data()) raw = tensor.raw_data();
  if (tensor.data_location() == proto::TensorProto::EXTERNAL) {
    raw = readExternal(tensor, wanted * bytesOf(type), path);
    if (!raw) return std::nullopt;
  }
  if (raw) {
    if (type == ElementType::str) return invalid(path, "raw_data cannot hold strings"), std::nullopt;
    const size_t size = bytesOf(type);
    if (raw->size() != wanted * size) return wrong(raw->size() / size, ("(" + std::to_string(raw->size()) + " bytes)").c_str());
    (isFloat(type) ? elements.numbers.reserve(wanted) : elements.integers.reserve(wanted));
    for (uint64_t i = 0; i < wanted; i++) addRaw(type, raw->data() + i * size, elements);
  } else {
    addTyped(tensor, type, elements);
    if (elements.size() != wanted) return wrong(elements.size(), "in the field of its type");
  }
  return hostTensor(type, std::move(axes), std::move(elements));
}

}  // namespace kiln::onnx
