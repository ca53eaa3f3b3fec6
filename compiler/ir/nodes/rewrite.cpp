// rewrite: rules of replacement, by the reference matcher.
#include "compiler/ir/nodes/rewrite.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/rules.h"

namespace kiln::ir {

std::vector<Type> Rewrite::infer(Inference& inference) const {
  Type type = scalarType(Elem::str);
  if (!expectOperands(inference, 1, 1)) return {type};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.elem == Elem::str, "str");
  inference.table<Rules>(table);
  type.nullable = x.nullable, type.shape = x.shape;
  type.fallible = true;
  return {type};
}

// False: it has no end.
static bool rewrite(const Rules& rules, bool recursive, std::string& text) {
  constexpr int kPasses = 1000;
  for (int pass = 0; pass < kPasses; pass++) {
    bool changed = false;
    for (size_t r = 0; r < rules.patterns.size(); r++) {
      const auto regex = regex::compile(rules.patterns[r], rules.ignoreCase);
      const auto replacement = regex::parseReplacement(rules.replacements[r], regex->program);
      std::string made = regex::replaceAll(regex->program, replacement, text);
      changed |= made != text;
      text = std::move(made);
    }
    if (!recursive || !changed) return true;
  }
  return false;
}

void Rewrite::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  for (size_t i = 0; i < y.elements.size(); i++) {
    const Datum& x = e.operand(0).elements[i];
    if ((y.elements[i].missing = x.missing)) continue;
    std::string text(x.text);
    if (!rewrite(e.pipeline.table<Rules>(table), recursive, text)) y.failure = e.failure(KILN_UNDEFINED);
    y.elements[i].text = e.keep(std::move(text));
  }
}

}  // namespace kiln::ir
