// x-mathContext="float" marks models that were trained in float, by XGBoost as a rule. Their probabilities are compared
// with the library's, so each step is rounded where the library rounds it: the nodes for doubles, which round once at
// the end, would differ in the last place, and 1 - p of a small p in far more.
#include "frontends/pmml/models/float_links.h"

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/reduce.h"

namespace kiln::pmml {

using namespace ir;

ValueId floatLogistic(Importer& importer, ValueId y) {
  Builder& build = importer.build;
  const ValueId one = build.number32(1);
  return build.call("div", {one, build.call("add", {one, build.call("exp", {build.call("neg", {y})})})});
}

// The exponentials are floats; their sum is taken in double and rounded.
ValueId floatSoftmax(Importer& importer, ValueId y) {
  Builder& build = importer.build;
  Reduce highest, total;
  highest.op = Reduce::max;
  const ValueId powers = build.call("exp", {build.call("sub", {y, build.add(highest, {y})})}, false, {}, "powers");
  const ValueId sum = build.add(total, {build.add(Cast(Elem::f64), {powers})});
  return build.call("div", {powers, build.add(Cast(Elem::f32), {sum})}, false, {}, "p");
}

}  // namespace kiln::pmml
