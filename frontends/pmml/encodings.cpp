// Each byte through iconv, alone, then the sequences that it begins.
#include "frontends/pmml/encodings.h"

#include <iconv.h>

#include <cerrno>
#include <cstring>

namespace kiln::pmml {

namespace {

constexpr int kNoCharacter = -1, kUnfinished = -2;
constexpr int kLongestSequence = 3;   // of the encodings that keep ASCII; four bytes, in GB18030, look like two at first

// The name comes from the document: only what names of encodings are made of reaches the library.
bool isName(const char* name) {
  constexpr size_t kLongest = 40;
  const size_t length = std::strlen(name);
  return length > 0 && length <= kLongest &&
         std::strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:") == length;
}

}  // namespace

std::unique_ptr<ByteEncoding> ByteEncoding::named(const char* name) {
  if (!isName(name)) return nullptr;
  const iconv_t converter = iconv_open("UCS-4LE", name);
  if (converter == reinterpret_cast<iconv_t>(-1)) return nullptr;
  std::unique_ptr<ByteEncoding> encoding(new ByteEncoding(converter));
  return encoding->readBytes() ? std::move(encoding) : nullptr;
}

ByteEncoding::~ByteEncoding() { iconv_close(static_cast<iconv_t>(converter_)); }

// The one code point of these bytes.
int ByteEncoding::convert(const char* bytes, size_t count) const {
  const auto converter = static_cast<iconv_t>(converter_);
  unsigned char out[8];
  char *from = const_cast<char*>(bytes), *to = reinterpret_cast<char*>(out);
  size_t room = sizeof out;
  iconv(converter, nullptr, nullptr, nullptr, nullptr);
  if (iconv(converter, &from, &count, &to, &room) == static_cast<size_t>(-1)) return errno == EINVAL ? kUnfinished : kNoCharacter;
  if (room == sizeof out) iconv(converter, nullptr, nullptr, &to, &room);   // a letter that waits for its accent
  return room == sizeof out - 4 ? out[0] | out[1] << 8 | out[2] << 16 : kNoCharacter;
}

bool ByteEncoding::readBytes() {
  for (int byte = 0; byte < 256; ++byte) {
    const char alone = static_cast<char>(byte);
    codes_[byte] = convert(&alone, 1);
    if (codes_[byte] != kUnfinished) continue;
    if (byte < 0x80) return false;   // it shifts to another set of characters, or all characters take several bytes
    codes_[byte] = lengthFrom(alone);
    hasSequences_ = hasSequences_ || codes_[byte] != kNoCharacter;
  }
  return true;
}

// -n if sequences of n bytes begin with `first`, -1 if none does.
int ByteEncoding::lengthFrom(char first) const {
  char bytes[kLongestSequence] = {first};
  bool goesOn = false;
  for (int second = 0x21; second < 0xFF; ++second) {
    bytes[1] = static_cast<char>(second);
    const int code = convert(bytes, 2);
    if (code >= 0) return -2;
    goesOn = goesOn || code == kUnfinished;
  }
  for (int second = 0xA1; goesOn && second < 0xFF; ++second) {
    bytes[1] = static_cast<char>(second);
    for (int third = 0xA1; third < 0xFF; ++third) {
      bytes[2] = static_cast<char>(third);
      if (convert(bytes, 3) >= 0) return -3;
    }
  }
  return kNoCharacter;
}

int ByteEncoding::decode(const char* bytes) const {
  const int length = -codes_[static_cast<unsigned char>(*bytes)];
  const int code = length > 1 ? convert(bytes, static_cast<size_t>(length)) : kNoCharacter;
  return code < 0 ? kNoCharacter : code;
}

}  // namespace kiln::pmml
