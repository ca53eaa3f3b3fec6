// Steps of a random pipeline: nodes over texts.
#pragma once
#include "compiler/ir/nodes/count_terms.h"
#include "compiler/ir/nodes/format.h"
#include "compiler/ir/nodes/matches.h"
#include "compiler/ir/nodes/rewrite.h"
#include "compiler/ir/tables/pool.h"
#include "compiler/ir/tables/rules.h"
#include "tests/differential/random_operands.h"

namespace kiln::test {

class TextSteps : protected virtual Operands {
 protected:
  TextSteps() {
    step(this, "matches", &TextSteps::matches, 2);
    step(this, "rewrite", &TextSteps::rewrite, 2);
    step(this, "format", &TextSteps::format, 2);
    step(this, "count_terms", &TextSteps::countTerms, 2);
  }

  ValueId anyText() {
    return pick([](const Type& t) { return t.elem == Elem::str; });
  }
  std::string pattern() {
    static const char* const patterns[] = {"e+",  "\\w+",  "[^a-z]", "(e|re)(.)?", "\\bb",
                                           "ß|x", "^.{2}", "t.*?e",  "l{2}|$",     "[[:digit:]]+"};
    return patterns[random_.below(10)];
  }
  void matches() {
    ir::Matches op;
    op.pattern = pattern(), op.ignoreCase = random_.chance(30);
    add(op, {anyText()});
  }
  void rewrite() {
    static const char* const replacements[] = {"", "_", "$0", "<$0", "e"};
    ir::Rules rules;
    rules.ignoreCase = random_.chance(30);
    for (uint32_t n = 1 + random_.below(3); n > 0; n--)
      rules.patterns.push_back(pattern()), rules.replacements.push_back(replacements[random_.below(5)]);
    ir::Rewrite op;
    op.table = b_.table(rules, tableName());
    add(op, {anyText()});
  }
  void format() {
    static const char* const reals[] = {"%.2f", "%e", "%G", "<%+09.1f>", "%-12.4g|", "%%%f"};
    static const char* const moments[] = {"%Y-%m-%d", "%a %e %b %y", "%j %U %W %V %G", "%% %A"};
    ir::Format op;
    op.java = random_.chance(30);
    const ValueId x = pick([](const Type& t) {
      return t.elem == Elem::f64 || t.elem == Elem::i64 || t.elem == Elem::date || t.elem == Elem::datetime;
    });
    const Elem elem = type(x).elem;
    if (elem == Elem::date || elem == Elem::datetime)
      op.style = ir::Format::strftime, op.pattern = moments[random_.below(4)];
    else
      op.pattern = elem == Elem::i64 ? "%05d" : reals[random_.below(6)];
    add(op, {x});
  }
  void countTerms() {
    ir::Pool pool;
    (random_.chance(50) ? pool.separators : pool.words) = random_.chance(50) ? "\\s+" : "\\w+";
    pool.maxDistance = random_.below(3), pool.best = random_.chance(50);
    const bool ofRow = random_.chance(30);
    for (uint32_t n = ofRow ? 0 : 1 + random_.below(3); n > 0; n--) {
      const std::string term = random_.label();
      bool known = pool.wordsOf(term).empty();
      for (const std::string& other : pool.terms) known = known || pool.wordsOf(other) == pool.wordsOf(term);
      if (!known) pool.terms.push_back(term);
    }
    if (pool.terms.empty() && !ofRow) throw ir::BuildError("no terms");
    ir::CountTerms op;
    op.most = random_.chance(50);
    op.table = b_.table(pool, tableName());
    if (ofRow) add(op, {scalarOf(Elem::str), scalarOf(Elem::str)});
    else add(op, {scalarOf(Elem::str)});
  }
};

}  // namespace kiln::test
