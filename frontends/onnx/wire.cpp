#include "frontends/onnx/wire.h"

#include <optional>
#include <vector>

namespace kiln::onnx {

namespace {

enum Message : uint8_t {
  kModel, kGraph, kNode, kAttribute, kTensor, kSparse, kValueInfo, kType, kTensorType, kSequenceType, kMapType, kOptionalType, kShape, kDim,
  kOpset, kEntry, kFunction, kTraining, kAnnotation, kSegment, kOpaque, kMessages, kScalar /* no message: number, text or bytes */, kUnknown
};

// What a length-delimited field of a message holds; fields that are not listed are text, bytes, packed numbers or unknown.
Message fieldOf(Message message, uint64_t field) {
  switch (message) {
    case kModel: return field == 7 ? kGraph : field == 8 ? kOpset : field == 14 ? kEntry : field == 20 ? kTraining : field == 25 ? kFunction : kScalar;
    case kGraph:
      return field == 1 ? kNode : field == 5 ? kTensor : field == 11 || field == 12 || field == 13 ? kValueInfo : field == 14 ? kAnnotation
             : field == 15 ? kSparse : field == 16 ? kEntry : kScalar;
    case kNode: return field == 5 ? kAttribute : field == 9 ? kEntry : kScalar;
    case kAttribute:
      return field == 5 || field == 10 ? kTensor : field == 6 || field == 11 ? kGraph : field == 14 || field == 15 ? kType : field == 22 || field == 23 ? kSparse : kScalar;
    case kTensor: return field == 3 ? kSegment : field == 13 || field == 16 ? kEntry : kScalar;
    case kSparse: return field == 1 || field == 2 ? kTensor : kScalar;
    case kValueInfo: return field == 2 ? kType : field == 4 ? kEntry : kScalar;
    case kType: return field == 1 || field == 8 ? kTensorType : field == 4 ? kSequenceType : field == 5 ? kMapType : field == 9 ? kOptionalType : field == 7 ? kOpaque : kScalar;
    case kTensorType: return field == 2 ? kShape : kScalar;
    case kSequenceType:
    case kOptionalType: return field == 1 ? kType : kScalar;
    case kMapType: return field == 2 ? kType : kScalar;
    case kShape: return field == 1 ? kDim : kScalar;
    case kFunction: return field == 7 ? kNode : field == 9 ? kOpset : field == 11 ? kAttribute : field == 12 ? kValueInfo : field == 14 ? kEntry : kScalar;
    case kTraining: return field == 1 || field == 2 ? kGraph : field == 3 || field == 4 ? kEntry : kScalar;
    case kAnnotation: return field == 2 ? kEntry : kScalar;
    default: return kScalar;
  }
}

struct Reader {
  std::string_view bytes;
  size_t at = 0;

  std::optional<uint64_t> varint(size_t end) {
    uint64_t value = 0;
    for (int shift = 0; shift < 70 && at < end; shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes[at++]);
      value |= shift < 64 ? static_cast<uint64_t>(byte & 127) << shift : 0;
      if (byte < 128) return value;
    }
    return std::nullopt;
  }
};

}  // namespace

bool looksLikeModel(std::string_view bytes) {
  Reader reader{bytes};
  bool graph = false;
  while (reader.at < bytes.size()) {
    const auto key = reader.varint(bytes.size());
    if (!key || *key >> 3 == 0) return false;
    const uint64_t field = *key >> 3, wire = *key & 7;
    const bool number = field == 1 || field == 5;
    const bool known = number || (field >= 2 && field <= 8) || field == 14 || field == 20 || field == 25 || field == 26;
    if (!known || wire != (number ? 0u : 2u)) return false;
    const auto value = reader.varint(bytes.size());
    if (!value) return false;
    if (wire == 2) {
      if (field == 7) return true;   // a graph, whatever its length says: what is wrong with it is the scan's to tell
      if (*value > bytes.size() - reader.at) return graph;
      reader.at += *value;
    }
  }
  return graph;
}

std::string scanWire(std::string_view bytes, const Limits& limits, bool& isLimit) {
  struct Open {
    Message message;
    size_t end;
  };
  isLimit = false;
  Reader reader{bytes};
  std::vector<Open> open = {{kModel, bytes.size()}};
  uint64_t messages = 0;
  const auto at = [&] { return " at byte " + std::to_string(reader.at); };
  while (!open.empty()) {
    const Open here = open.back();
    if (reader.at == here.end) {
      open.pop_back();
      continue;
    }
    const auto key = reader.varint(here.end);
    if (!key || *key >> 3 == 0) return "malformed protobuf" + at();
    switch (*key & 7) {
      case 0:
        if (!reader.varint(here.end)) return "malformed protobuf" + at();
        break;
      case 1:
      case 5: {
        const size_t size = (*key & 7) == 1 ? 8 : 4;
        if (here.end - reader.at < size) return "the file is cut off" + at();
        reader.at += size;
        break;
      }
      case 2: {
        const auto length = reader.varint(here.end);
        if (!length) return "malformed protobuf" + at();
        if (*length > here.end - reader.at) return "a field of " + std::to_string(*length) + " bytes in a message with " + std::to_string(here.end - reader.at) + " left" + at();
        const Message inner = fieldOf(here.message, *key >> 3);
        if (inner != kScalar && open.size() >= limits.onnxDepth)
          return isLimit = true, "messages nest more than " + std::to_string(limits.onnxDepth) + " deep" + at() + "; raise the limit with --max-onnx-depth";
        if ((inner != kScalar || *length < 16) && ++messages > limits.onnxMessages)
          return isLimit = true, "more than " + std::to_string(limits.onnxMessages) + " messages and strings" + at() + "; raise the limit with --max-onnx-messages";
        if (inner != kScalar) open.push_back({inner, reader.at + *length});
        else reader.at += *length;
        break;
      }
      default: return "malformed protobuf" + at();
    }
  }
  return "";
}

}  // namespace kiln::onnx
