// Lowers `rewrite`: an automaton and the parts of the replacement for each rule.
#include "compiler/ir/nodes/rewrite.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/nodes/regexes.h"
#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/rules.h"
#include "runtime/kernels/nodes/params.h"
#include "runtime/kernels/regex.h"

namespace kiln::codegen {

void lower(const ir::Rewrite& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Rules>(op.table);
  const std::string key = "rules of @" + table.name;
  std::vector<kernel::RegexRule> rules;
  for (size_t r = 0; r < table.patterns.size(); r++) {
    const auto regex = regex::compile(table.patterns[r], table.ignoreCase);
    std::vector<kernel::RegexPart> parts;
    for (const auto& part : regex::parseReplacement(table.replacements[r], regex->program).parts) {
      const uint32_t text = emit.blob(key + ", text", part.text.data(), part.text.size(), 1);
      parts.push_back({text, static_cast<uint32_t>(part.text.size()),
                       part.group < 0 ? kernel::kNone : static_cast<uint32_t>(part.group)});
    }
    rules.push_back({regexInBlob(emit, table.patterns[r], table.ignoreCase, true), emit.blob(key + ", parts", parts),
                     static_cast<uint32_t>(parts.size())});
  }
  const kernel::RewriteParams params{emit.blob(key, rules), static_cast<uint32_t>(rules.size()), op.recursive,
                                     emit.statusCode(KILN_TEXT_TOO_LONG), emit.statusCode(KILN_UNDEFINED)};
  emit.elementwise("rewrite_str", params);
}

}  // namespace kiln::codegen
