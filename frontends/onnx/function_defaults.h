// Attributes of a model-local function that have a default (FunctionProto.attribute_proto, field 11), which the messages of ONNX before 1.14 do
// not know: there they are among the unknown fields.
#pragma once
#include <onnx/onnx_pb.h>

#include <optional>
#include <vector>

namespace kiln::onnx {

/// The defaults, in their order; nothing if they are not attributes.
std::optional<std::vector<::onnx::AttributeProto>> functionDefaults(const ::onnx::FunctionProto& function);

}  // namespace kiln::onnx
