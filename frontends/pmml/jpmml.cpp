// --semantics=jpmml: what several parts of the importer do otherwise. By default each gives back what it was given.
// docs/semantics.md lists all differences.
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/select.h"
#include "frontends/pmml/import.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

ValueId Importer::failIf(ValueId value, ValueId condition, uint32_t cause) {
  if (!options.jpmml || value == kNone || condition == kNone) return value;
  ir::RaiseIf raise;
  raise.cause = cause;
  return build.add(raise, {value, condition});
}

ValueId Importer::failIfMissing(ValueId value, ValueId wanted, ValueId before) {
  if (!options.jpmml || value == kNone || wanted == kNone || !build.type(wanted).nullable) return value;
  ValueId fails = build.call("is_missing", {wanted});
  if (before != kNone && build.type(before).nullable) fails = build.call("and", {fails, build.call("is_present", {before})});
  return failIf(value, fails, KILN_MISSING_REQUIRED);
}

std::vector<ValueId> Importer::askedInOrder(std::vector<ValueId> values) {
  if (!options.jpmml) return values;
  ValueId present = kNone;
  for (ValueId& value : values) {
    const ir::Type type = build.type(value);
    if (type.fallible && present != kNone) value = build.add(ir::Select(), {present, value, build.missing(type.scalar())});
    if (!type.nullable) continue;
    const ValueId here = build.call("is_present", {value});
    present = present == kNone ? here : build.call("and", {present, here});
  }
  return values;
}

ValueId Importer::fail32(ValueId integer) {
  if (!options.jpmml || integer == kNone || build.type(integer).elem != ir::Elem::i64) return integer;
  const ValueId low = build.integer(INT32_MIN), high = build.integer(INT32_MAX);
  const ValueId outside = build.call("or", {build.call("lt", {integer, low}), build.call("gt", {integer, high})});
  return failIf(integer, outside, KILN_UNDEFINED);
}

}  // namespace kiln::pmml
