// call: a scalar function of scalars.def. What each computes stands in scalars.cpp.
#include "compiler/ir/nodes/call.h"

#include <cstring>

#include "compiler/ir/builder.h"
#include "compiler/ir/elements.h"
#include "compiler/ir/scalars.h"

namespace kiln::ir {

Call::Call(const char* functionName, bool check, std::vector<double> constants)
    : function(findScalar(functionName)), checked(check), parameters(std::move(constants)) {
  if (!function) throw BuildError(std::string("there is no scalar function '") + functionName + "'");
}

const char* Call::name() const { return function ? function->name : opKindName(OpKind::Call); }

static bool isNamed(const ScalarFunction& function, const char* name) { return std::strcmp(function.name, name) == 0; }

// Whether operand i may stand for this letter of the signature; says what is expected if not.
static const char* refusal(const ScalarFunction& function, char letter, const Type& type, const Type& firstOfLetter,
                           const Inference& inference) {
  switch (letter) {
    case 'd': return type.elem == Elem::f64 ? nullptr : "f64";
    case 'f': return type.elem == Elem::f32 ? nullptr : "f32";
    case 'l': return type.elem == Elem::i64 ? nullptr : "i64";
    case 'i': return type.elem == Elem::i32 ? nullptr : "i32";
    case 'b': return type.elem == Elem::boolean ? nullptr : "bool";
    case 's': return type.elem == Elem::str ? nullptr : "str";
    case 't':
      if (type.elem == Elem::datetime ||
          type.elem == (isNamed(function, "seconds_of_day") ? Elem::time : Elem::date))
        return nullptr;
      return isNamed(function, "seconds_of_day") ? "time or datetime" : "date or datetime";
    case 'w':
      if (!isInteger(type.elem)) return "i64 or i32";
      return type.elem == firstOfLetter.elem ? nullptr : "the type of the first operand";
    case 'n':
      if (function.floatsOnly() ? !isFloat(type.elem) : !isNumber(type.elem))
        return function.floatsOnly() ? "f64 or f32" : "a number";
      return type.elem == firstOfLetter.elem ? nullptr : "the type of the first operand";
    default:  // e, c
      if (!sameElement(type, firstOfLetter)) return "the type of the first operand";
      if (type.elem == Elem::cat && function.needsOrder()) {
        const TableRef dict{type.dict};
        const bool known =
            dict.id < inference.pipeline.tables.size() && inference.pipeline.tables[dict.id]->kind() == TableKind::Dict;
        return known && inference.pipeline.table<Dict>(dict).ordered ? nullptr : "a cat of an ordered dict";
      }
      return nullptr;
  }
}

static Elem resultElem(char letter, const Type& first) {
  switch (letter) {
    case 'f': return Elem::f32;
    case 'l': return Elem::i64;
    case 'i': return Elem::i32;
    case 'b': return Elem::boolean;
    case 's': return Elem::str;
    case 'w':
    case 'n': return first.elem;
    default: return Elem::f64;
  }
}

std::vector<Type> Call::infer(Inference& inference) const {
  if (!function) return inference.problems.push_back("call without a function"), std::vector<Type>(1);
  const size_t arity = static_cast<size_t>(function->arity());
  if (!expectOperands(inference, arity, arity)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  for (size_t i = 0; i < arity; i++)
    if (const char* wanted = refusal(*function, function->signature[i], x[i], x[0], inference))
      expectOperand(inference, i, false, wanted);
  inference.expect(
      parameters.size() == static_cast<size_t>(function->parameterCount()),
      "takes " + std::to_string(function->parameterCount()) + " parameters, has " + std::to_string(parameters.size()));
  const std::string why = function->refusal(parameters);
  inference.expect(why.empty(), why);

  Type y = scalarType(resultElem(function->signature[arity + 1], x[0]));
  broadcastShapes(inference, y.shape);
  switch (function->missing) {
    case MissingRule::strict:
    case MissingRule::kleene: y.nullable = anyNullable(x); break;
    case MissingRule::skip:
      y.nullable = std::all_of(x.begin(), x.end(), [](const Type& t) { return t.nullable; });
      break;
    case MissingRule::test: break;
  }
  y.fallible = anyFallible(x) || checked || isNamed(*function, "substring");
  return {y};
}

// One element of `and` (decisive = false) or `or` (true).
static void kleene(bool decisive, const RowValue& a, const Datum& x, const RowValue& b, const Datum& y, Datum& result,
                   Failure& failure) {
  if (a.failure) {
    failure = a.failure;
  } else if (!x.missing && x.boolean == decisive) {
    result.boolean = decisive;
  } else if (b.failure) {
    failure = b.failure;
  } else if (!y.missing && y.boolean == decisive) {
    result.boolean = decisive;
  } else if (x.missing || y.missing) {
    result.missing = true;
  } else {
    result.boolean = !decisive;
  }
}

// Whether missing operands, or their absence, decide this element already.
static bool decidedByMissing(const ScalarFunction& function, const Datum* const* x, int arity, Datum& result) {
  int missing = 0;
  const Datum* present = nullptr;
  for (int i = 0; i < arity; i++) {
    if (x[i]->missing)
      missing++;
    else if (!present)
      present = x[i];
  }
  if (function.missing == MissingRule::test)
    return result.boolean = (missing != 0) == (isNamed(function, "is_missing")), true;
  if (missing == 0) return false;
  if (function.missing == MissingRule::skip && present)
    result = *present;
  else
    result.missing = true;
  return true;
}

void Call::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  const bool isKleene = function->missing == MissingRule::kleene;
  if (!isKleene && (y.failure = e.firstFailure())) return;
  const int arity = function->arity();
  std::vector<Broadcast> at;   // of vectors only
  for (int i = 0; i < arity && y.elements.size() > 1; i++)
    at.emplace_back(e.operandType(i).shape, e.resultType().shape);
  const bool decisive = isKleene && isNamed(*function, "or");
  for (size_t n = 0; n < y.elements.size() && !y.failure; n++) {
    Datum& result = y.elements[n];
    const Datum* x[3] = {};
    for (int i = 0; i < arity; i++) x[i] = &e.operand(i).elements[at.empty() ? 0 : at[i](n)];
    if (isKleene) {
      kleene(decisive, e.operand(0), *x[0], e.operand(1), *x[1], result, y.failure);
    } else {
      ScalarOutcome outcome = ScalarOutcome::fine;
      if (!decidedByMissing(*function, x, arity, result))
        outcome = evaluateScalar(*function, e.operandType(0), x, parameters, e, result);
      else if (!result.missing && checked && isNan(result, e.resultType().storage()))
        outcome = ScalarOutcome::doubtful;
      if (outcome == ScalarOutcome::undefined || (checked && outcome == ScalarOutcome::doubtful))
        y.failure = e.failure(KILN_UNDEFINED);
    }
  }
}

}  // namespace kiln::ir
