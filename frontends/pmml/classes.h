// What the model elements share: the classes of a classification, and small building blocks of numbers and vectors.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// The classes of a target: their labels are typed by the target field, also in nested models, which may not name it.
struct Classes {
  ir::TableRef dict;
  FieldType type;
};

/// The classes of a classification model: those of its target field, or of the nearest enclosing model's; without any
/// target one set of strings for the whole document.
Classes classesOf(Importer& importer, const Element* model);
/// Code of a class by its label's text; a new one is appended. Nothing, reported at `at`, if it is no value of the
/// type.
std::optional<uint32_t> classCode(Importer& importer, const Classes& classes, const std::string& label,
                                  const Element* at);
/// Code of a class that the model has; nothing of another label.
std::optional<uint32_t> knownClass(Importer& importer, const Classes& classes, const std::string& label);
/// Makes all classes known that `model` and the models inside it name, so that their number is final before lowering.
bool collectClasses(Importer& importer, const Element* model);
/// The same of a NearestNeighborModel, whose training instances name them (nearest_neighbor_model.cpp).
bool collectNeighborClasses(Importer& importer, const Element* model, const Classes& classes);
/// The same of a BayesianNetworkModel, whose node of the target names them (bayesian_network_model.cpp).
bool collectNetworkClasses(Importer& importer, const Element* model, const Classes& classes);
uint32_t classCount(Importer& importer, const Classes& classes);

/// Whether this is a model element that can be lowered.
bool isModel(const Element* element);
bool isClassification(const Element* model);
/// The model element inside a Segment; null if there is none.
const Element* modelOf(const Element* segment);

/// Element type of a model's own arithmetic: f32 under x-mathContext="float", else f64.
ir::Elem mathElem(const Importer& importer);
/// A number, boolean or category of numbers as `elem`; kNone if it has no number.
ValueId asNumber(Importer& importer, ValueId value, ir::Elem elem);
/// A constant vector.
ValueId constantVector(Importer& importer, const std::vector<double>& values, ir::Elem elem, const std::string& name);
ValueId constantBooleans(Importer& importer, const std::vector<bool>& values, const std::string& name);
/// Class `codes[i]` for index i (i32): missing where the index is.
ValueId classAt(Importer& importer, ValueId index, const Classes& classes, const std::vector<uint32_t>& codes);
/// Class of `p` (a vector in the order of `codes`) under --semantics=jpmml, where the first of those that are NaN has the largest: it
/// in place of `value` where there is one.
ValueId orFirstNaN(Importer& importer, ValueId value, ValueId p, const Classes& classes, const std::vector<uint32_t>& codes);
/// A factor of which a negative power is taken: zero has no sign in PMML's data, so an input of -0 is 0.
ValueId unsignedZero(Importer& importer, ValueId value);
/// The same of any value, where the sign would show: as text, as a divisor.
ValueId withUnsignedZero(Importer& importer, ValueId value);
/// A vector in the order of `codes` (one element a table of a model) as one in the order of the classes, zero
/// elsewhere.
ValueId inClassOrder(Importer& importer, ValueId vector, const std::vector<uint32_t>& codes, uint32_t classes);
/// select(c, a, b), or a or b alone where c is known.
ValueId guarded(Importer& importer, ValueId condition, ValueId value);
/// Whether a value is the constant true.
bool isTrue(Importer& importer, ValueId value);

}  // namespace kiln::pmml
