#include "compiler/ir/tables/rules.h"

#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

std::string Rules::refusal(const std::string& pattern, const std::string& replacement, bool ignoreCase) {
  const auto regex = regex::compile(pattern, ignoreCase);
  if (!regex->error.empty()) return regex->error;
  // What PCRE, Java and others make of it differs in where the match ends.
  if (regex->program.emptyLoop) return "repeats a part that can match nothing";
  return regex::parseReplacement(replacement, regex->program).error;
}

void Rules::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  if (!checks.expect(patterns.size() == replacements.size(),
                     [] { return "as many replacements as patterns are needed"; }))
    return;
  for (size_t r = 0; r < patterns.size(); r++) {
    const std::string why = refusal(patterns[r], replacements[r], ignoreCase);
    checks.expect(why.empty(), [&] { return "pattern '" + patterns[r] + "': " + why; });
  }
}

}  // namespace kiln::ir
