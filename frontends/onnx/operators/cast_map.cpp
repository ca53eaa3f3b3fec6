// CastMap: the values of a map with integer keys as a row. SPARSE has an element for each key from 0 on; DENSE has as many as the map
// of the row, so it has no columns. ONNX Runtime writes floats by %f, and pads strings with the text 0.f.
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/format.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostKeys = 1 << 16;

ValueId converted(OperatorImport& n, ValueId v, ElementType from, ElementType to) {
  if (from == to) return v;
  if (from == ElementType::f32 && to == ElementType::str) {
    ir::Format format;
    format.pattern = "%f";
    return n.build.add(std::move(format), {n.build.add(ir::Cast(ir::Elem::f64), {v})});
  }
  return n.build.add(ir::Cast(elemOf(to), from == ElementType::str ? ir::Cast::checked : ir::Cast::lowest), {v});
}

}  // namespace

void castMap(OperatorImport& n) {
  const Value& map = n.input(0);
  if (map.kind != Value::map) n.unsupported("an input that is no map of the model's inputs");
  if (map.keyType != ElementType::i64) n.invalid("takes maps with int64 keys");
  constexpr ElementType kTypes[] = {ElementType::f32, ElementType::str, ElementType::i64};
  const ElementType to = kTypes[n.choice("cast_to", {"TO_FLOAT", "TO_STRING", "TO_INT64"}, 0)];
  const bool sparse = n.choice("map_form", {"DENSE", "SPARSE"}, 0) == 1;
  const int64_t length = n.integer("max_map", 1);
  if (!sparse)
    n.unsupported("the map form DENSE", "it has as many columns as the map of each row; SPARSE has those of the keys 0 to max_map - 1");
  if (length < 1 || length > kMostKeys) n.invalid("attribute 'max_map' is " + std::to_string(length) + ", expected 1 to " + std::to_string(kMostKeys));
  const ValueId pad = to == ElementType::str ? n.build.text("0.f") : constantOf(n, to, 0);
  std::vector<ValueId> parts;
  for (int64_t key = 0; key < length; key++)
    parts.push_back(n.build.add(ir::Coalesce(), {converted(n, n.entry(map, std::to_string(key)), map.valueType, to), pad}));
  n.output(0, n.assemble(to, {{1, Batch::outer}, {length, Batch::none}}, parts));
}

}  // namespace kiln::onnx
