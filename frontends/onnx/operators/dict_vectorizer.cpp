// DictVectorizer: the entries of a map in the order of a vocabulary. What the map does not have is 0, or the empty text; an entry
// may stand in the vocabulary twice.
#include "compiler/ir/nodes/coalesce.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void dictVectorizer(OperatorImport& n) {
  const Value& map = n.input(0);
  if (map.kind != Value::map) n.unsupported("an input that is no map of the model's inputs");
  std::vector<std::string> vocabulary = n.texts("string_vocabulary");
  for (int64_t key : n.integers("int64_vocabulary")) vocabulary.push_back(std::to_string(key));
  if (vocabulary.empty()) n.invalid("has no vocabulary");
  const bool isText = n.hasAttribute("string_vocabulary");
  if (isText == n.hasAttribute("int64_vocabulary") || isText != (map.keyType == ElementType::str))
    n.invalid("has a vocabulary of " + std::string(isText ? "string" : "int64") + " for a map with keys of " + elementName(map.keyType) + ", or two vocabularies");
  const ValueId absent = map.valueType == ElementType::str ? n.build.text("") : constantOf(n, map.valueType, 0);
  std::vector<ValueId> parts;
  for (const std::string& key : vocabulary) parts.push_back(n.build.add(ir::Coalesce(), {n.entry(map, key), absent}));
  n.output(0, n.assemble(map.valueType, {{1, Batch::outer}, {static_cast<int64_t>(parts.size()), Batch::none}}, parts));
}

}  // namespace kiln::onnx
