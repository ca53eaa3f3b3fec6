// Text and numbers to elements and back: the rules of cells, which `input` and `cast` share.
#pragma once
#include <string>
#include <string_view>

#include "compiler/ir/evaluate.h"
#include "compiler/ir/type.h"

namespace kiln::ir {

/// Text to an element (not of a cat) by the rules of a text cell, see nodes/input.cpp; false if it is none.
bool parseElement(std::string_view text, Elem elem, Datum& datum);
/// A number to an integer, bool or date element, without loss; false if there is none of this value.
bool exactElement(double value, Elem elem, Datum& datum);
bool exactElement(int64_t value, Elem elem, Datum& datum);
/// An element (no str, no cat) as text: shortest round trip, integers without point, `true` and `false`, ISO dates;
/// `java`: doubles and floats in Java's layout.
std::string formatElement(const Datum& datum, Elem elem, bool java);

}  // namespace kiln::ir
