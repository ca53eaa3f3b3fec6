// Each byte through iconv, alone.
#include "frontends/pmml/encodings.h"

#include <iconv.h>

#include <cerrno>
#include <cstring>

namespace kiln::pmml {

// The name comes from the document: only what names of encodings are made of reaches the library.
static bool isName(const char* name) {
  constexpr size_t kLongest = 40;
  const size_t length = std::strlen(name);
  return length > 0 && length <= kLongest &&
         std::strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:") == length;
}

bool singleByteEncoding(const char* name, int (&codes)[256]) {
  if (!isName(name)) return false;
  const iconv_t converter = iconv_open("UCS-4LE", name);
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  bool single = true;
  for (int byte = 0; byte < 256 && single; ++byte) {
    char in = static_cast<char>(byte);
    unsigned char out[8];
    char *from = &in, *to = reinterpret_cast<char*>(out);
    size_t left = 1, room = sizeof out;
    iconv(converter, nullptr, nullptr, nullptr, nullptr);
    const bool known = iconv(converter, &from, &left, &to, &room) != static_cast<size_t>(-1);
    if (!known && errno == EINVAL) single = false;                        // the first byte of several
    if (known && room == sizeof out) iconv(converter, nullptr, nullptr, &to, &room);   // a letter that waits for its accent
    codes[byte] = known && room == sizeof out - 4 ? out[0] | out[1] << 8 | out[2] << 16 : -1;
  }
  iconv_close(converter);
  return single;
}

}  // namespace kiln::pmml
