// StringSplit: the parts of a text between delimiters, filled up with "" to the longest row of the tensor, and how many they are. As
// ONNX Runtime: without a delimiter blanks separate (the standard: white space), and those at both ends are taken away; an
// empty text has no part (the standard: one).
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/rewrite.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/tokens.h"
#include "compiler/ir/tables/rules.h"
#include "compiler/ir/tables/tokenizer.h"
#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

// A pattern for the text itself.
std::string literal(const std::string& text) {
  std::string pattern;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}-&~#").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

ir::Tokenizer ruleOf(OperatorImport& n, const std::string& delimiter) {
  ir::Tokenizer rule;
  rule.separators = !delimiter.empty() ? literal(delimiter) : n.spec() ? "\\s+" : "[ ]+";
  rule.minCharacters = delimiter.empty() ? 1 : 0;
  if (const int64_t most = n.integer("maxsplit", -1); most >= 0) {   // below 0: no limit, as in ONNX Runtime
    if (most > 1 << 20) n.invalid("attribute 'maxsplit' is " + std::to_string(most));
    rule.mostSplits = static_cast<uint32_t>(most);
  }
  return rule;
}

// Blanks at the end would stay with the rest behind the last split.
ValueId withoutBlanksAtTheEnd(OperatorImport& n, ValueId text) {
  ir::Rules rules;
  rules.patterns = {"[ ]+\\z"}, rules.replacements = {""};
  ir::Rewrite rewrite;
  rewrite.table = n.build.table(std::move(rules), "blanks");
  return n.build.add(std::move(rewrite), {text});
}

}  // namespace

void stringSplit(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str});
  const std::string delimiter = n.text("delimiter", "");
  const ir::Tokenizer rule = ruleOf(n, delimiter);
  const auto declared = n.declared(0);
  const bool isDeclared = declared && !declared->empty();
  const int64_t room = isDeclared ? declared->back().size : static_cast<int64_t>(n.options().limits.tokens);
  if (room < 1 || x.count() * room > 1 << 16) n.unsupported("a split of " + std::to_string(x.count()) + " texts to " + std::to_string(room) + " columns");
  if (x.count() == 0) n.unsupported("a split of no text");
  ir::Tokens op;
  op.tokenizer = n.build.table(ir::Tokenizer(rule), "split"), op.size = static_cast<uint32_t>(room);
  const bool trims = delimiter.empty() && !n.spec() && rule.mostSplits != ir::kNone;
  std::vector<ValueId> parts, counts;
  for (ValueId text : n.scalars(x)) {
    const ValueId split = n.build.add(ir::Tokens(op), {trims ? withoutBlanksAtTheEnd(n, text) : text});
    const ValueId gone = n.build.call("is_missing", {split});
    parts.push_back(n.build.add(ir::Select(), {gone, n.build.text(""), split}));
    ir::Reduce count;
    count.op = ir::Reduce::count;
    ValueId many = room == 1 ? n.build.add(ir::Select(), {n.reshape(gone, {}), n.build.integer(0), n.build.integer(1)}) : n.build.add(std::move(count), {n.build.call("not", {gone})});
    if (!n.spec()) many = n.build.add(ir::Select(), {n.build.call("eq", {text, n.build.text("")}), n.build.integer(0), many});
    counts.push_back(many);
  }
  const Tensor many = n.assemble(ElementType::i64, x.axes, counts);
  n.output(1, many);
  if (!n.wanted(0)) return;
  if (!isDeclared) {
    if (x.count() != 1) n.unsupported("more than one text a row", "the model does not declare how many parts there are");
    Value tokens;   // as many columns as the limit says
    tokens.kind = Value::tokens, tokens.data = x, tokens.tokenizer = std::make_shared<ir::Tokenizer>(rule);
    if (trims) tokens.data = n.tensorOf(x.type, x.axes, withoutBlanksAtTheEnd(n, n.value(x)));
    return n.output(0, std::move(tokens));
  }
  Axes axes = x.axes;
  axes.push_back({room});
  if (axes != *declared) n.invalid("parts of " + describe(x.axes) + " are declared as " + describe(*declared));
  bool hasBatch = false;
  for (const Axis& axis : x.axes) hasBatch |= axis.isBatch();
  std::vector<size_t> all;
  for (size_t i = 0; i < x.rank(); i++) all.push_back(i);
  // The longest of a whole tensor is as long as declared; of one row of a batch at most.
  if (!hasBatch) n.expect(equals(n, withAxes(n, reduced(n, many, all, "max"), {}), room), 0);
  n.output(0, n.assemble(ElementType::str, axes, parts));
}

}  // namespace kiln::onnx
