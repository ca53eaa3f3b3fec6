#include "compiler/codegen/text_bounds.h"

#include <algorithm>
#include <string_view>

#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/format.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/rewrite.h"
#include "compiler/ir/regex/regex.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/ir/tables/rules.h"

namespace kiln::codegen {
namespace {

constexpr uint64_t kMostText = 64 << 10, kMostPerByte = 64;
constexpr uint64_t kNumberText = 48;       // format.h writes at most 40 bytes
constexpr uint64_t kCaseGrowth = 3;        // a code point of one to four bytes maps to at most three times as many

TextBound larger(TextBound a, TextBound b) { return {std::max(a.fixed, b.fixed), std::max(a.perTextByte, b.perTextByte)}; }
TextBound sum(TextBound a, TextBound b) {
  return {std::min(a.fixed + b.fixed, kMostText), std::min(a.perTextByte + b.perTextByte, kMostPerByte)};
}

class Bounds {
 public:
  Bounds(const ir::Pipeline& pipeline, bool block) : p_(pipeline), block_(block), of_(pipeline.values.size()) {}

  TextBound run() {
    TextBound made;
    for (const ir::Node& node : p_.nodes) {
      bool makes = false;
      const TextBound bound = boundOf(node, makes);
      if (node.op->kind() == ir::OpKind::CountTerms) {
        // Room for the words of a text, and of a term of the row, while they are counted (runtime/kernels/words.h).
        const size_t texts = node.operands.size();
        made.fixed += texts * (48 * bound.fixed + 128), made.perTextByte += texts * 48 * bound.perTextByte;
      }
      if (node.op->kind() == ir::OpKind::CountNgrams || node.op->kind() == ir::OpKind::Tokens) {
        // Codes and states of its tokens (runtime/kernels/ngrams.h).
        made.fixed += 6 * bound.fixed + 64, made.perTextByte += 6 * bound.perTextByte;
      }
      if (node.op->kind() == ir::OpKind::Rewrite) {
        // The text before and after a rule, and two bytes for each position of the former (runtime/kernels/regex.h).
        made.fixed += 3 * bound.fixed + 32, made.perTextByte += 3 * bound.perTextByte;
      }
      for (ir::ValueId v : node.results) {
        of_[v] = bound;
        const uint64_t count = p_.type(v).size();
        if (makes && p_.type(v).elem == ir::Elem::str) made.fixed += bound.fixed * count, made.perTextByte += bound.perTextByte * count;
      }
    }
    return made;
  }

 private:
  uint64_t longestLabel(const ir::Type& type) const {
    uint64_t longest = kNumberText;
    if (type.elem == ir::Elem::cat)
      for (const std::string& label : p_.table<ir::Dict>(ir::TableRef{type.dict}).text) longest = std::max<uint64_t>(longest, label.size());
    return longest;
  }
  // `makes`: the node writes text of its own, rather than passing on a view.
  TextBound boundOf(const ir::Node& node, bool& makes) const {
    TextBound bound;
    for (ir::ValueId v : node.operands) bound = larger(bound, of_[v]);
    switch (node.op->kind()) {
      case ir::OpKind::Input: return {0, block_ ? 0u : 1u};
      case ir::OpKind::Const:
        if (const ir::TableRef m = node.op->as<ir::Const>().matrix; m.id != ir::kNone)
          for (const std::string& text : p_.table<ir::Matrix>(m).text) bound = larger(bound, {text.size(), 0});
        if (bound.fixed) return bound;
        return {node.op->as<ir::Const>().text.value_or("").size(), 0};
      case ir::OpKind::Prepare: {
        const auto& op = node.op->as<ir::Prepare>();
        return larger(bound, {std::max(op.missingText.size(), op.invalidText.size()), 0});
      }
      case ir::OpKind::LookupNode:
        for (const std::string& text : p_.table<ir::Lookup>(node.op->as<ir::LookupNode>().table).text) bound = larger(bound, {text.size(), 0});
        return bound;
      case ir::OpKind::Cast:
        makes = true;
        return larger(bound, {longestLabel(p_.type(node.operands[0])), 0});
      case ir::OpKind::Format: {
        // runtime/kernels/printf.h: 310 digits before the point; 20 bytes for each byte of a pattern of strftime.
        const auto& op = node.op->as<ir::Format>();
        const auto number = ir::Format::parseNumber(op.pattern);
        makes = true;
        if (op.style == ir::Format::strftime) return {20 * ir::Format::parseMoment(op.pattern, ir::Elem::datetime).pattern.size(), 0};
        return {op.pattern.size() + static_cast<uint64_t>(std::max(number.width, 330 + number.precision)), 0};
      }
      case ir::OpKind::Rewrite: return makes = true, boundOfRewrite(node.op->as<ir::Rewrite>(), bound);
      case ir::OpKind::Call: return boundOfCall(node, bound, makes);
      default: return bound;
    }
  }
  // Each rule copies what it does not replace, and for each match, one a byte and one at the end, writes its text and groups.
  TextBound boundOfRewrite(const ir::Rewrite& op, TextBound bound) const {
    const auto& rules = p_.table<ir::Rules>(op.table);
    for (int pass = 0; pass < (op.recursive ? 2 : 1); pass++)
      for (size_t r = 0; r < rules.patterns.size(); r++) {
        const auto regex = regex::compile(rules.patterns[r], rules.ignoreCase);
        uint64_t text = 0, growth = 1;
        for (const auto& part : regex::parseReplacement(rules.replacements[r], regex->program).parts)
          text += part.text.size(), growth += part.group >= 0;
        growth += text;
        bound = {std::min(bound.fixed * growth + text, kMostText), std::min(bound.perTextByte * growth, kMostPerByte)};
      }
    return bound;
  }
  TextBound boundOfCall(const ir::Node& node, TextBound bound, bool& makes) const {
    const std::string_view name = node.op->as<ir::Call>().function->name;
    if (name == "upper" || name == "upper_simple" || name == "lower" || name == "lower_simple") {
      makes = true;
      return {std::min(bound.fixed * kCaseGrowth, kMostText), std::min(bound.perTextByte * kCaseGrowth, kMostPerByte)};
    }
    if (name == "join") {
      makes = true;
      return sum(of_[node.operands[0]], of_[node.operands[1]]);
    }
    return bound;
  }

  const ir::Pipeline& p_;
  const bool block_;
  std::vector<TextBound> of_;
};

}  // namespace

TextBound textBound(const ir::Pipeline& pipeline, bool block) { return Bounds(pipeline, block).run(); }

}  // namespace kiln::codegen
