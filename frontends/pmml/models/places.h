// Which of a list of values a field has.
#pragma once
#include <string>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// The place of the field's value in `values`, as i32; `values.size()` if it is none of them; missing where it is missing. kNone,
/// reported at `at`, if one of the values is no value of the field's type, or two are one.
ValueId placeAmong(Importer& importer, Field& field, const std::vector<std::string>& values, const Element* at);

}  // namespace kiln::pmml
