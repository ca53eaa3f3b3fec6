#include "frontends/onnx/tokens.h"

#include <unordered_set>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/count_ngrams.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/tokens.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/ngrams.h"
#include "compiler/ir/tables/tokenizer.h"
#include "frontends/onnx/keys.h"

namespace kiln::onnx {

namespace {

int64_t wrapped(int64_t value, ElementType to) {
  switch (to) {
    case ElementType::i8: return static_cast<int8_t>(value);
    case ElementType::u8: return static_cast<uint8_t>(value);
    case ElementType::i16: return static_cast<int16_t>(value);
    case ElementType::u16: return static_cast<uint16_t>(value);
    case ElementType::i32: return static_cast<int32_t>(value);
    case ElementType::u32: return static_cast<uint32_t>(value);
    default: return value;
  }
}

// Of each category the token that is one of it; nothing: none is. Of equal categories the last counts.
std::vector<std::optional<std::string>> tokensOfCategories(OperatorImport& n, const Value& tokens) {
  std::vector<std::optional<std::string>> found;
  for (const std::string& text : tokens.keys) found.push_back(text);
  for (int64_t category : tokens.categories) found.push_back(tokenOf(n, *tokens.codes, category));
  std::unordered_set<std::string> later;
  for (auto at = found.rbegin(); at != found.rend(); ++at)
    if (*at && !later.insert(**at).second) at->reset();
  return found;
}

}  // namespace

Value coded(OperatorImport& n, const Value& tokens, const std::vector<std::string>& keys, const std::vector<int64_t>& values, int64_t other) {
  if (tokens.codes || tokens.isOneHot()) n.unsupported("tokens that are numbers already");
  TokenCodes codes;
  codes.other = other;
  for (size_t i = 0; i < keys.size(); i++) codes.tokensOf[values[i]].push_back(keys[i]);
  Value made = tokens;
  made.codes = std::make_shared<TokenCodes>(std::move(codes));
  return made;
}

Value castTokens(OperatorImport& n, const Value& tokens, ElementType to) {
  if (tokens.isOneHot()) {
    if (to != ElementType::f32) n.unsupported("a cast of tokens' one-hot vectors to " + std::string(elementName(to)));
    return tokens;
  }
  if (!tokens.codes || !isInteger(to) || to == ElementType::u64) n.unsupported("tokens that become other than integers");
  TokenCodes codes;
  codes.type = to, codes.other = wrapped(tokens.codes->other, to);
  for (const auto& [code, texts] : tokens.codes->tokensOf) {
    auto& all = codes.tokensOf[wrapped(code, to)];
    all.insert(all.end(), texts.begin(), texts.end());
  }
  Value made = tokens;
  made.codes = std::make_shared<TokenCodes>(std::move(codes));
  return made;
}

std::optional<std::string> tokenOf(OperatorImport& n, const TokenCodes& codes, int64_t integer) {
  if (integer == codes.other) n.unsupported("counting " + std::to_string(integer) + ", which stands for every other token");
  const auto found = codes.tokensOf.find(integer);
  if (found == codes.tokensOf.end()) return std::nullopt;
  if (found->second.size() > 1) n.unsupported("counting " + std::to_string(integer) + ", which stands for several tokens");
  return found->second[0];
}

Value flattenedTokens(OperatorImport& n, const Value& tokens, int64_t axis) {
  const auto rank = static_cast<int64_t>(tokens.data.rank());
  if (axis < 0) axis += rank + 1;
  if (tokens.isOneHot() || axis < 1 || axis > rank) n.unsupported("tokens flattened to other dimensions than those of rows and of tokens");
  std::vector<int64_t> ones;   // one text a row
  for (int64_t i = 1; i < rank; i++) ones.push_back(i);
  return ones.empty() ? tokens : squeezedTokens(n, tokens, ones);
}

Value squeezedTokens(OperatorImport& n, const Value& tokens, const std::vector<int64_t>& axes) {
  const size_t rank = tokens.data.rank() + (tokens.isOneHot() ? 2 : 1);
  std::vector<bool> gone(tokens.data.rank(), false);
  for (size_t i = 0; i < gone.size(); i++) gone[i] = axes.empty() && tokens.data.axes[i].size == 1 && !tokens.data.axes[i].isBatch();
  for (int64_t given : axes) {
    const size_t axis = n.axis(given, rank);
    if (axis >= gone.size() || tokens.data.axes[axis].isBatch() || tokens.data.axes[axis].size != 1) n.unsupported("removing axis " + std::to_string(axis) + " of tokens");
    gone[axis] = true;
  }
  Value made = tokens;
  Axes left;
  for (size_t i = 0; i < gone.size(); i++)
    if (!gone[i]) left.push_back(tokens.data.axes[i]);
  made.data = n.tensorOf(tokens.data.type, left, n.reshape(n.value(tokens.data), irShape(left)));
  return made;
}

Value oneHotTokens(OperatorImport& n, const Value& tokens, const std::vector<std::string>& texts, const std::vector<int64_t>& integers) {
  if (tokens.isOneHot()) n.unsupported("one-hot vectors of one-hot vectors of tokens");
  Value made = tokens;
  if (tokens.codes) made.categories = integers;
  else made.keys = texts;
  if (!made.isOneHot()) n.invalid(std::string("has no categories ('") + (tokens.codes ? "cats_int64s" : "cats_strings") + "')");
  return made;
}

Tensor sumOfOneHots(OperatorImport& n, const Value& tokens, const std::vector<int64_t>& axes, bool keepAxes) {
  if (!tokens.isOneHot()) n.unsupported("a sum of tokens");
  const size_t place = tokens.data.rank();
  if (axes.size() != 1 || n.axis(axes[0], place + 2) != place) n.unsupported("a sum of tokens' one-hot vectors over other axes than that of the tokens");
  ir::Dict dict;
  dict.elem = ir::Elem::str, dict.open = true;
  ir::Ngrams ngrams;   // of one token each; a category that no token is has none
  ngrams.first = {0};
  for (const auto& token : tokensOfCategories(n, tokens)) {
    if (token) ngrams.code.push_back(dict.add(*token));
    ngrams.first.push_back(static_cast<uint32_t>(ngrams.code.size()));
  }
  Axes result = tokens.data.axes;
  if (keepAxes) result.emplace_back();
  result.push_back({static_cast<int64_t>(ngrams.first.size()) - 1, Batch::none});
  ngrams.dict = n.build.table(std::move(dict), "tokens");
  ir::CountNgrams count;
  count.ngrams = n.build.table(std::move(ngrams), "categories");
  count.tokenizer = n.build.table(ir::Tokenizer(*tokens.tokenizer), "tokenizer");
  const ValueId counts = n.build.add(std::move(count), {n.shaped(tokens.data, {})});
  return n.tensorOf(ElementType::f32, result, n.reshape(n.build.add(ir::Cast(ir::Elem::f32), {counts}), irShape(result)));
}

Tensor shownTokens(OperatorImport& n, const Value& tokens, uint32_t places) {
  if (tokens.isOneHot()) n.unsupported("one-hot vectors of tokens as an output");
  Axes axes = tokens.data.axes;
  axes.push_back({static_cast<int64_t>(places)});
  ir::Tokens op;
  op.tokenizer = n.build.table(ir::Tokenizer(*tokens.tokenizer), "tokens"), op.size = places;
  const ValueId split = n.build.add(std::move(op), {n.value(tokens.data)});
  const ValueId filled = n.build.add(ir::Select(), {n.build.call("is_missing", {split}), n.build.text(tokens.padding), split});
  const ValueId texts = n.reshape(filled, irShape(axes));
  if (!tokens.codes) return n.tensorOf(ElementType::str, axes, texts);
  Elements keys, values, other;
  for (const auto& [code, of] : tokens.codes->tokensOf)
    for (const std::string& token : of) keys.texts.push_back(token), values.integers.push_back(code);
  other.integers = {tokens.codes->other};
  const Keys byToken = keysOf(n, ElementType::str, keys, Duplicates::first);
  return n.tensorOf(tokens.codes->type, axes, mapped(n, byToken, codesOf(n, byToken, texts), tokens.codes->type, values, other));
}

}  // namespace kiln::onnx
