// The table of elements and attributes (vocabulary.def): what is read, what has no effect, what is refused.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kiln::pmml {

struct ElementRow {
  enum Fate : uint8_t { section, read, skipped, refused };
  Fate fate;
  std::string name;                            ///< of a section: its title
  std::vector<std::string> attributes;         ///< those that are read
  std::vector<std::string> ignored, forbidden; ///< those without effect; those of the standard that are refused
  std::string why;                             ///< why it is refused

  bool takes(std::string_view attribute) const;  ///< read or without effect
};

/// The rows in the order of the table.
const std::vector<ElementRow>& vocabulary();
/// Null for an element that has no row.
const ElementRow* findElement(std::string_view name);
/// Whether this attribute has the prefix of extensions, `x-`, and no row of any element knows it: another vendor's note, which
/// readers of the standard may ignore. Those that rows know change scores, and are refused where they are not read.
bool isForeignExtension(std::string_view attribute);

}  // namespace kiln::pmml
