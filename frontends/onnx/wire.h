// A look at the wire format of a model before protobuf reads it: bounds what protobuf would allocate.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/support/limits.h"

namespace kiln::onnx {

/// Whether the top level is that of a ModelProto: only its fields, each of its wire type, and a graph among them.
bool looksLikeModel(std::string_view bytes);

/// One linear pass without recursion: every length lies within its message, nesting and the number of sub-messages and of
/// strings are within the limits. Empty if so, else what is wrong, with `isLimit` set if it is a limit.
std::string scanWire(std::string_view bytes, const Limits& limits, bool& isLimit);

}  // namespace kiln::onnx
