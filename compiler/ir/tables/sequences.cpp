// The rules of sequence rules.
#include "compiler/ir/tables/sequences.h"

#include <limits>

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

Sequences::Sequences()
    : separationLow(-kInfinity),
      separationHigh(kInfinity),
      turnLow(-kInfinity),
      turnHigh(kInfinity),
      totalLow(-kInfinity),
      totalHigh(kInfinity) {}

void Sequences::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  const bool sets = checks.ranges(firstMember, member.size(), "first_member");
  const bool steps = checks.ranges(firstStep, step.size(), "first_step");
  for (uint32_t m : member)
    checks.expect(m < items, [&] { return "item " + std::to_string(m) + " of " + std::to_string(items); });
  for (uint32_t s : step)
    checks.expect(sets && size_t{s} + 1 < firstMember.size(), [&] { return "there is no set " + std::to_string(s); });
  checks.expect(delimiter.size() == step.size(), [] { return "delimiter and step differ in length"; });
  for (uint8_t d : delimiter) checks.expect(d <= 2, [] { return "a delimiter is 0, 1 or 2"; });
  if (!steps || !checks.expect(rule.size() + 1 == firstStep.size() && split.size() == rule.size(),
                               [] { return "first_step, split and rule differ in length"; }))
    return;
  for (size_t r = 0; r < rule.size(); r++) {
    checks.expect(split[r] > firstStep[r] && split[r] <= firstStep[r + 1],
                  [&] { return "rule " + std::to_string(r) + " has no antecedent"; });
    checks.expect(rule[r] < 1u << 31, [&] { return "rule " + std::to_string(rule[r]) + " is no i32"; });
  }
}

}  // namespace kiln::ir
