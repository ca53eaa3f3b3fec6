// count_ngrams: from every token, with every skip, down the tree of n-grams.
#include "compiler/ir/nodes/count_ngrams.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/ngrams.h"
#include "compiler/ir/tables/tokenizer.h"

namespace kiln::ir {

std::vector<Type> CountNgrams::infer(Inference& inference) const {
  Type type = scalarType(Elem::i32);
  type.shape = {1};
  if (!expectOperands(inference, 1, 1)) return {type};
  const Type& x = inference.operands[0];
  const Ngrams* table = inference.table<Ngrams>(ngrams);
  if (!table) return {type};
  inference.expect(table->size() > 0, "the table has no n-grams");
  type.shape = {std::max(table->size(), 1u)};
  const Dict* labels = inference.table<Dict>(table->dict);
  if (tokenizer.id != kNone) {
    inference.table<Tokenizer>(tokenizer);
    expectOperand(inference, 0, x.elem == Elem::str && x.isScalar(), "a scalar str");
    inference.expect(!labels || labels->elem == Elem::str, "tokens of a text are looked up in a dict of str");
    type.nullable = x.nullable, type.fallible = true;
  } else {
    const bool isCode = x.elem == Elem::i32 || (x.elem == Elem::cat && x.dict == table->dict.id);
    expectOperand(inference, 0, isCode && x.shape.size() == 1 && !x.nullable, "[n] i32, or cat of the dict, never missing");
    type.fallible = x.fallible;
  }
  return {type};
}

void CountNgrams::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Ngrams& table = e.pipeline.table<Ngrams>(ngrams);
  std::vector<uint32_t> codes;
  if (tokenizer.id != kNone) {
    const Datum& text = e.operand(0).elements[0];
    if (text.missing) return setMissing(y);
    const Dict& labels = e.pipeline.table<Dict>(table.dict);
    for (std::string_view token : e.pipeline.table<Tokenizer>(tokenizer).tokensOf(text.text))
      codes.push_back(labels.find(std::string(token)));
  } else {
    for (const Datum& d : e.operand(0).elements) codes.push_back(static_cast<uint32_t>(d.i32));
  }
  const Ngrams::Tree& tree = table.tree();
  for (uint32_t skip = 0; skip <= table.skips; skip++)
    for (size_t i = 0; i < codes.size(); i++) {
      uint32_t node = 0;
      for (size_t k = i; k < codes.size(); k += skip + 1) {
        node = tree.child(node, codes[k]);
        if (node == kNone) break;
        if (tree.ends[node] != kNone && (skip == 0 || k > i)) y.elements[tree.ends[node]].i32++;
      }
    }
}

}  // namespace kiln::ir
