// Cast and CastLike. The rules stand in frontends/onnx/casts.cpp.
#include "frontends/onnx/tokens.h"

namespace kiln::onnx {

void cast(OperatorImport& n) {
  n.ignore("saturate"), n.ignore("round_mode");   // of 8-bit floats, which are not held
  ElementType to = ElementType::undefined;
  if (n.version() < 6) {
    const std::string name = n.text("to");
    for (int type = 1; type <= 16; type++) {
      std::string known = elementName(static_cast<ElementType>(type));
      for (char& c : known) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      if (isHeld(type) && known == name) to = static_cast<ElementType>(type);
    }
    if (to == ElementType::undefined) n.unsupported("a cast to '" + name + "'");
  } else {
    const int64_t type = n.integer("to");
    if (type < 0 || type > 1000 || !isHeld(static_cast<int32_t>(type))) n.unsupported("a cast to element type " + std::to_string(type));
    to = static_cast<ElementType>(type);
  }
  if (n.input(0).kind == Value::tokens) return n.output(0, castTokens(n, n.input(0), to));
  n.output(0, n.cast(n.tensor(0), to));
}

void castLike(OperatorImport& n) {
  n.ignore("saturate"), n.ignore("round_mode");
  n.output(0, n.cast(n.tensor(0), n.tensor(1).type));
}

}  // namespace kiln::onnx
