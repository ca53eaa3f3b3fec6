// Fields that the messages of the ONNX library may be too old to know, which then are among the unknown ones: the attributes of a model-local
// function that have a default (ONNX 1.14), and the overload that tells functions of one name apart (1.16).
#pragma once
#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <vector>

namespace kiln::onnx {

/// The defaults (attribute_proto), in their order; nothing if they are not attributes.
std::optional<std::vector<::onnx::AttributeProto>> functionDefaults(const ::onnx::FunctionProto& function);
/// Empty where there is none.
std::string overload(const ::onnx::FunctionProto& function);
std::string overload(const ::onnx::NodeProto& node);

}  // namespace kiln::onnx
