// Shape arguments that the row gives: axes, sizes, places that the standard lets be inputs, where exporters and users have
// constants. A scorer's shapes are fixed when it is compiled, so the result has the shape that the model declares for it, and
// the argument of a row is compared with what gives that shape: another one ends the row (OperatorImport::expect). Where values
// move elements without changing the shape, they are computed with. Without a declared shape the operator is refused, and the
// note says how to fix the argument.
#pragma once
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

/// The declared axes of an output; refused if they are not known.
Axes declaredAxes(OperatorImport& n, size_t output, size_t input);
/// Input i as i64 [k], or its element e as i64 [].
Tensor givenIntegers(OperatorImport& n, size_t i);
Tensor givenInteger(OperatorImport& n, size_t i, int64_t e = 0);
/// Each of these is a bool of one element.
Tensor equals(OperatorImport& n, const Tensor& integer, int64_t value);
Tensor either(OperatorImport& n, const Tensor& a, const Tensor& b);
Tensor both(OperatorImport& n, const Tensor& a, const Tensor& b);
/// Expects the elements of input i to be these.
void expectIntegers(OperatorImport& n, size_t i, const std::vector<int64_t>& values);

/// What `result` gives for the axes (k different ones of `rank`, in any order, negative ones from the end) that input i names,
/// among those sets for which `fits`: a set that does not fit ends the row.
Tensor byAxes(OperatorImport& n, size_t i, size_t rank, const std::function<bool(const std::vector<size_t>&)>& fits,
              const std::function<Tensor(const std::vector<size_t>&)>& result);

/// Where `condition` (bool [k]) is true, from the first on: i64 [count]. A row with more or fewer, but for none if `orNone`, ends.
Tensor placesOf(OperatorImport& n, const Tensor& condition, int64_t count, size_t input, bool orNone = false);
/// Refuses a result of more elements than places are computed for.
void boundPlaces(OperatorImport& n, const Axes& axes);
/// Element e of the result is the element of x that place[e] (i64, as many as the axes have) numbers, row-major; a place
/// outside, which an expectation has ended, is the nearest.
Tensor gatheredAt(OperatorImport& n, const Tensor& x, const Axes& axes, const Tensor& place);

}  // namespace kiln::onnx
