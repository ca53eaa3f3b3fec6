// Encodings that expat does not know by itself: windows-1252 and others of one byte a character, GBK, Big5, Shift_JIS and others of
// several, which exporters on Windows declare.
#pragma once
#include <memory>

namespace kiln::pmml {

/// An encoding in which each byte says whether it is a character or begins one.
class ByteEncoding {
 public:
  /// Null if the C library does not know the encoding, or if it is none of this kind: UTF-32, ISO-2022-JP.
  static std::unique_ptr<ByteEncoding> named(const char* name);
  ~ByteEncoding();

  /// Of a byte, as expat has it: its Unicode code point, -n if it is the first of n bytes, -1 if it is no character.
  int code(unsigned char byte) const { return codes_[byte]; }
  bool hasSequences() const { return hasSequences_; }
  /// The code point of the sequence of bytes that begins at `bytes`, as long as its first byte says; -1 if it is none.
  int decode(const char* bytes) const;

 private:
  explicit ByteEncoding(void* converter) : converter_(converter) {}
  bool readBytes();
  int lengthFrom(char first) const;
  int convert(const char* bytes, size_t count) const;

  void* converter_;  // an iconv_t
  int codes_[256];
  bool hasSequences_ = false;
};

}  // namespace kiln::pmml
