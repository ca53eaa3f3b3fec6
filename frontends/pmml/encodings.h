// Encodings that expat does not know by itself: those of one byte a character, such as windows-1252, which exporters on Windows declare.
#pragma once

namespace kiln::pmml {

/// The Unicode code point of each byte in the encoding of this name, -1 where it has none. False if the C library does not know the
/// encoding, or it needs several bytes for a character.
bool singleByteEncoding(const char* name, int (&codes)[256]);

}  // namespace kiln::pmml
