#include "compiler/ir/letters.h"

#include "runtime/kernels/unicode.h"

namespace kiln::ir {

std::string inCase(std::string_view text, Case wanted) {
  std::string out(3 * text.size() + 4, '\0');  // a code point has at most three times the bytes of its counterpart
  const auto* from = reinterpret_cast<const kernel::u8*>(text.data());
  auto* to = reinterpret_cast<kernel::u8*>(out.data());
  const auto size = static_cast<uint32_t>(text.size()), room = static_cast<uint32_t>(out.size());
  out.resize(wanted == Case::lower         ? kernel::lower(from, size, to, room)
             : wanted == Case::lowerSimple ? kernel::lower_simple(from, size, to, room)
             : wanted == Case::upper       ? kernel::upper(from, size, to, room)
                                           : kernel::upper_simple(from, size, to, room));
  return out;
}

}  // namespace kiln::ir
