// The artefact lint: is a shared object what every scorer must be, with nothing beside it and nothing running before it
// is asked?
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kiln::codegen {

/// One sentence for each rule that the file breaks; none: clean. Looks only at the bytes, as the loader would: program
/// headers and the dynamic section decide; of section headers only the JSON's and those of constructors are looked at. Rules:
///   one export, kiln_query_v1, a function; no import, no needed library, no search path, no interpreter
///   nothing runs when it is loaded: no constructors, destructors, indirect functions
///   no thread-local storage, no unique symbols, no lazy binding
///   code is never writable, data never executable, the stack neither; code and data share no page
///   what is writable becomes read-only after relocation (RELRO), all of it
///   relocations are relative ones, into RELRO, pointing into the image; one a word at most, none in text
///   it carries Kiln's note and JSON section
std::vector<std::string> lint(std::string_view sharedObject);

}  // namespace kiln::codegen
