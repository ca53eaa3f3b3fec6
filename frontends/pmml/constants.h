// Texts that no row changes, though the document computes them: a pattern that is put together of Constants, say.
#pragma once
#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// The text of a Constant, or of what is made of Constants alone, as the reference evaluator computes it. Nothing where it depends on the
/// row, is missing, fails, or is no scalar.
std::optional<std::string> foldedText(Importer& importer, const Importer::Typed& value, const Element* at);

}  // namespace kiln::pmml
