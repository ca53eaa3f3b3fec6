// By reflection where the library knows the field, else from what it kept unread.
#include "frontends/onnx/newer_fields.h"

#include <google/protobuf/unknown_field_set.h>

namespace kiln::onnx {

namespace {

constexpr int kAttributeProto = 11, kFunctionOverload = 13, kNodeOverload = 8;

template <class Message>
std::string text(const Message& message, int number) {
  if (const auto* field = Message::descriptor()->FindFieldByNumber(number)) return Message::GetReflection()->GetString(message, field);
  std::string last;   // of a field that is given twice
  const auto& unknown = message.unknown_fields();
  for (int i = 0; i < unknown.field_count(); i++)
    if (unknown.field(i).number() == number && unknown.field(i).type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) last = unknown.field(i).length_delimited();
  return last;
}

}  // namespace

std::optional<std::vector<::onnx::AttributeProto>> functionDefaults(const ::onnx::FunctionProto& function) {
  std::vector<::onnx::AttributeProto> defaults;
  if (const auto* field = ::onnx::FunctionProto::descriptor()->FindFieldByNumber(kAttributeProto)) {
    const auto* reflection = ::onnx::FunctionProto::GetReflection();
    for (int i = 0; i < reflection->FieldSize(function, field); i++) {
      defaults.emplace_back();
      defaults.back().CopyFrom(reflection->GetRepeatedMessage(function, field, i));
    }
    return defaults;
  }
  const auto& unknown = function.unknown_fields();
  for (int i = 0; i < unknown.field_count(); i++) {
    const auto& field = unknown.field(i);
    if (field.number() != kAttributeProto) continue;
    defaults.emplace_back();
    if (field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED || !defaults.back().ParseFromString(field.length_delimited())) return std::nullopt;
  }
  return defaults;
}

std::string overload(const ::onnx::FunctionProto& function) { return text(function, kFunctionOverload); }
std::string overload(const ::onnx::NodeProto& node) { return text(node, kNodeOverload); }

}  // namespace kiln::onnx
