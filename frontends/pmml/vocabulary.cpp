// The table of elements and attributes, and the walk that holds a document to it.
#include "frontends/pmml/vocabulary.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

namespace {

std::vector<std::string> words(const char* text) {
  std::vector<std::string> list;
  for (const char* at = text; *at;) {
    const size_t n = std::strcspn(at, " ");
    if (n) list.emplace_back(at, n);
    at += n + (at[n] == ' ');
  }
  return list;
}

bool contains(const std::vector<std::string>& list, std::string_view name) { return std::find(list.begin(), list.end(), name) != list.end(); }

}  // namespace

bool ElementRow::takes(std::string_view attribute) const { return contains(attributes, attribute) || contains(ignored, attribute); }

const std::vector<ElementRow>& vocabulary() {
  static const std::vector<ElementRow> rows = {
#define SECTION(title) {ElementRow::section, title, {}, {}, {}, ""},
#define ELEMENT(element, used, unused, never) {ElementRow::read, element, words(used), words(unused), words(never), ""},
#define SKIPPED(element) {ElementRow::skipped, element, {}, {}, {}, ""},
#define REFUSED(element, reason) {ElementRow::refused, element, {}, {}, {}, reason},
#include "frontends/pmml/vocabulary.def"
#undef SECTION
#undef ELEMENT
#undef SKIPPED
#undef REFUSED
  };
  return rows;
}

const ElementRow* findElement(std::string_view name) {
  static const auto index = [] {
    std::unordered_map<std::string_view, const ElementRow*> map;
    for (const ElementRow& row : vocabulary())
      if (row.fate != ElementRow::section) map.emplace(row.name, &row);
    return map;
  }();
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

bool isForeignExtension(std::string_view attribute) {
  if (!attribute.starts_with("x-") && !attribute.starts_with("X-")) return false;
  const auto knows = [&](const ElementRow& row) { return row.takes(attribute) || contains(row.forbidden, attribute); };
  return std::none_of(vocabulary().begin(), vocabulary().end(), knows);
}

// Whatever is not skipped, in the order of the document. The cells of a table's rows have names of their own.
bool Importer::knowsAttributes(const Element* top) {
  bool ok = true;
  for (const Element* e = top; e;) {
    const ElementRow* row = findElement(e->Name());
    const bool closed = (row && row->fate == ElementRow::skipped) || !std::strcmp(e->Name(), "row");
    if (row && row->fate == ElementRow::read)
      for (auto* a = e->FirstAttribute(); a; a = a->Next())
        // Attributes of foreign namespaces (xsi:schemaLocation) belong to other tools.
        if (isForeignExtension(a->Name()))
          warn(e, "attribute '" + std::string(a->Name()) + "' is an extension that Kiln does not know: ignored");
        else if (!std::strchr(a->Name(), ':') && !row->takes(a->Name()))
          ok = unknownAttribute(e, a->Name());
    const Element* next = closed ? nullptr : e->FirstChildElement();
    while (!next && e != top) {
      next = e->NextSiblingElement();
      if (!next && (e = e->Parent()->ToElement()) == top) break;
    }
    e = next;
  }
  return ok;
}

}  // namespace kiln::pmml
