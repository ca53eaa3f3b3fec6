// Tokens, whose number depends on the row: what operators make of them before something counts or shows them.
#pragma once
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

/// Integers in place of tokens (LabelEncoder); `other` is any other token's.
Value coded(OperatorImport& n, const Value& tokens, const std::vector<std::string>& keys, const std::vector<int64_t>& values, int64_t other);
/// The same integers in another integer type, which they wrap into; one-hot vectors stay floats (Cast).
Value castTokens(OperatorImport& n, const Value& tokens, ElementType to);
/// The only token that became an integer; nothing: none did.
std::optional<std::string> tokenOf(OperatorImport& n, const TokenCodes& codes, int64_t integer);
/// Without axes of size 1 before that of the tokens (Squeeze); none given: without all of them.
Value squeezedTokens(OperatorImport& n, const Value& tokens, const std::vector<int64_t>& axes);
/// The dimensions of rows and of tokens alone (Flatten).
Value flattenedTokens(OperatorImport& n, const Value& tokens, int64_t axis);
/// A one for each token in the column of its category, along a new last axis (OneHotEncoder).
Value oneHotTokens(OperatorImport& n, const Value& tokens, const std::vector<std::string>& texts, const std::vector<int64_t>& integers);
/// The sum of these over the tokens (ReduceSum): how often each category occurs.
Tensor sumOfOneHots(OperatorImport& n, const Value& tokens, const std::vector<int64_t>& axes, bool keepAxes);
/// So many tokens of each row as a tensor [.., places], filled up with the padding.
Tensor shownTokens(OperatorImport& n, const Value& tokens, uint32_t places);

}  // namespace kiln::onnx
