// The scalar functions. What the evaluator and the kernels must compute alike, beyond the IEEE operation of the name:
//   failure   the leftmost failed operand decides. `and` and `or` stop at the deciding operand: a false (true) first
//             operand hides a failed second one; if the first is missing or does not decide, a failed second one fails
//             the result. A vector fails as its first failed element.
//   checked   a NaN result, integer overflow or division by zero fails UNDEFINED at this node, unless the result is
//             missing.
//   f32       + - * / and what is made of them (mod_floor, threshold, min ..) in float; functions through f64, rounded
//             once.
//   integers  wrap. div truncates; by zero it is 0; INT64_MIN / -1 wraps. mod_floor has the sign of y and is 0 for
//             y = 0; of floats it is x - floor(x / y) * y in the operand's type. ipow with a negative exponent is 0 and
//             fails if checked.
//   min, max  the first NaN operand, else y < x ? y : x and y > x ? y : x: of two zeros the first. threshold and the
//             clips are one comparison; NaN does not exceed anything.
//   rem       the remainder of C: exact; of integers 0 for y = 0; of floats NaN for y = 0 or infinite x.
//   bits      wrap_signed and wrap_unsigned in a type that is no wider than the bits keep the value.
//   rounding  round_half_up: f = floor(x); x - f >= 1/2 ? f + 1 : f, so 0.49999999999999994 gives 0. round_away keeps
//             the sign of zero. Those of f32 are exact, so it does not matter that they go through f64.
//   compare   as IEEE: NaN equals nothing and is in no order, ne is true. Text by bytes. cat: by code; the code "some
//             other value" is beyond all labels and equals nothing, itself included.
//   text      blanks are space and the bytes 9 to 13. substring fails UNDEFINED (checked or not) for start < 1 or
//             length < 0.
//   dates     days of a datetime are those of its date; seconds_since truncates towards zero, also before the year.
#include "compiler/ir/scalars.h"

#include <cassert>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "compiler/ir/elements.h"
#include "compiler/ir/letters.h"
#include "runtime/kernels/hash.h"
#include "runtime/kernels/math.h"
#include "runtime/kernels/nodes/params.h"
#include "runtime/kernels/unicode.h"

namespace kiln::ir {

namespace math = kernel::math;

// A name for each row of scalars.def: add_, and_ ...
enum class Fn : uint32_t {
#define SCALAR(name, signature, missing) name##_,
#include "compiler/ir/scalars.def"
#undef SCALAR
};

const std::vector<ScalarFunction>& scalarFunctions() {
  static const std::vector<ScalarFunction> functions = {
#define SCALAR(name, signature, missing) {#name, signature, MissingRule::missing, static_cast<uint32_t>(Fn::name##_)},
#include "compiler/ir/scalars.def"
#undef SCALAR
  };
  return functions;
}

const ScalarFunction* findScalar(const std::string& name) {
  static const auto byName = [] {
    std::unordered_map<std::string, const ScalarFunction*> map;
    for (const ScalarFunction& f : scalarFunctions()) map.emplace(f.name, &f);
    return map;
  }();
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : found->second;
}

int ScalarFunction::arity() const { return static_cast<int>(std::strcspn(signature, ":")); }

bool ScalarFunction::floatsOnly() const {
  const auto fn = static_cast<Fn>(index);
  return fn > Fn::clip_high_ || fn == Fn::pow_ || fn == Fn::hypot_;  // all but the rest of the group arithmetic
}

static bool isHash(Fn fn) { return fn == Fn::murmur3_ || fn == Fn::murmur3_text_; }
static bool isWrap(Fn fn) { return fn == Fn::wrap_signed_ || fn == Fn::wrap_unsigned_; }

bool ScalarFunction::needsOrder() const {
  const auto fn = static_cast<Fn>(index);
  return fn == Fn::lt_ || fn == Fn::le_ || fn == Fn::gt_ || fn == Fn::ge_;
}

int ScalarFunction::parameterCount() const {
  const auto fn = static_cast<Fn>(index);
  return fn == Fn::days_since_ || fn == Fn::seconds_since_ || isWrap(fn) || isHash(fn) ? 1 : 0;
}

std::string ScalarFunction::refusal(const std::vector<double>& parameters) const {
  const bool wraps = isWrap(static_cast<Fn>(index)), hashes = isHash(static_cast<Fn>(index));
  for (double p : parameters) {
    if (wraps && !(p == std::trunc(p) && p >= 1 && p <= 63)) return "the bits must be 1 to 63";
    if (hashes && !(p == std::trunc(p) && p >= 0 && p <= 0xffffffffu)) return "the seed must be 0 to 4294967295";
    if (!wraps && !hashes && !(p == std::trunc(p) && std::fabs(p) <= 1e5)) return "the year must be an integer of at most 100000";
  }
  return "";
}

// ---- numbers

// Arithmetic that floats and integers share; false if the function is none of it.
template <class T>
static bool compareAndChoose(Fn fn, T x, T y, T& result) {
  const bool nanFirst = x != x, nan = nanFirst || y != y;
  switch (fn) {
    case Fn::min_:
    case Fn::min_skip_: result = nan ? (nanFirst ? x : y) : y < x ? y : x; return true;
    case Fn::max_:
    case Fn::max_skip_: result = nan ? (nanFirst ? x : y) : y > x ? y : x; return true;
    case Fn::threshold_: result = x > y ? 1 : 0; return true;
    case Fn::clip_low_: result = x < y ? y : x; return true;
    case Fn::clip_high_: result = x > y ? y : x; return true;
    default: return false;
  }
}

template <class T>
static ScalarOutcome integerFunction(Fn fn, T x, T y, T& result) {
  using U = std::make_unsigned_t<T>;
  constexpr T kMin = std::numeric_limits<T>::min();
  const auto isShift = [](T by) { return by >= 0 && by < std::numeric_limits<U>::digits; };
  bool bad = false;
  switch (fn) {
    case Fn::add_:
    case Fn::add_skip_: bad = __builtin_add_overflow(x, y, &result); break;
    case Fn::sub_: bad = __builtin_sub_overflow(x, y, &result); break;
    case Fn::mul_:
    case Fn::mul_skip_: bad = __builtin_mul_overflow(x, y, &result); break;
    case Fn::neg_: bad = __builtin_sub_overflow(T(0), x, &result); break;
    case Fn::abs_:
      if (x < 0)
        bad = __builtin_sub_overflow(T(0), x, &result);
      else
        result = x;
      break;
    case Fn::div_:
      bad = y == 0 || (x == kMin && y == -1);
      result = y == 0 ? 0 : bad ? kMin : x / y;
      break;
    case Fn::mod_floor_:
      bad = y == 0;
      result = y == 0 || y == -1 ? 0 : x % y;
      if (result != 0 && (result < 0) != (y < 0)) result += y;
      break;
    case Fn::rem_:
      bad = y == 0;
      result = y == 0 || y == -1 ? 0 : x % y;
      break;
    case Fn::sign_: result = static_cast<T>((x > 0) - (x < 0)); break;
    case Fn::bit_and_: result = x & y; break;
    case Fn::bit_or_: result = x | y; break;
    case Fn::bit_xor_: result = x ^ y; break;
    case Fn::bit_not_: result = ~x; break;
    case Fn::shl_: result = isShift(y) ? static_cast<T>(static_cast<U>(x) << y) : 0; break;
    case Fn::shr_: result = isShift(y) ? static_cast<T>(static_cast<U>(x) >> y) : 0; break;
    case Fn::ipow_: {
      result = 1;
      if (y < 0) return result = 0, ScalarOutcome::doubtful;
      for (T base = x;;) {
        if (y & 1) bad |= __builtin_mul_overflow(result, base, &result);
        if (!(y >>= 1)) break;
        bad |= __builtin_mul_overflow(base, base, &base);
      }
      break;
    }
    default: compareAndChoose(fn, x, y, result);
  }
  return bad ? ScalarOutcome::doubtful : ScalarOutcome::fine;
}

// The functions that f32 has through f64.
static double mathFunction(Fn fn, double x, double y, double z) {
  switch (fn) {
    case Fn::pow_: return math::pow(x, y);
    case Fn::hypot_: return math::hypot(x, y);
    case Fn::sqrt_: return math::sqrt(x);
    case Fn::exp_: return math::exp(x);
    case Fn::expm1_: return math::expm1(x);
    case Fn::log_: return math::log(x);
    case Fn::log1p_: return math::log1p(x);
    case Fn::log2_: return math::log2(x);
    case Fn::log10_: return math::log10(x);
    case Fn::sin_: return math::sin(x);
    case Fn::cos_: return math::cos(x);
    case Fn::tan_: return math::tan(x);
    case Fn::asin_: return math::asin(x);
    case Fn::acos_: return math::acos(x);
    case Fn::atan_: return math::atan(x);
    case Fn::atan2_: return math::atan2(x, y);
    case Fn::sinh_: return math::sinh(x);
    case Fn::cosh_: return math::cosh(x);
    case Fn::tanh_: return math::tanh(x);
    case Fn::asinh_: return math::asinh(x);
    case Fn::acosh_: return math::acosh(x);
    case Fn::atanh_: return math::atanh(x);
    case Fn::erf_: return math::erf(x);
    case Fn::erfc_: return math::erfc(x);
    case Fn::floor_: return math::floor(x);
    case Fn::ceil_: return math::ceil(x);
    case Fn::trunc_: return math::trunc(x);
    case Fn::round_even_: return math::round_even(x);
    case Fn::round_half_up_: return math::round_half_up(x);
    case Fn::round_away_: return math::round_away(x);
    case Fn::round_f16_: return math::round_f16(x);
    case Fn::round_bf16_: return math::round_bf16(x);
    case Fn::log_factorial_: return math::log_factorial(x);
    case Fn::norm_cdf_: return math::norm_cdf(x, y, z);
    case Fn::norm_pdf_: return math::norm_pdf(x, y, z);
    case Fn::norm_icdf_: return math::norm_icdf(x, y, z);
    case Fn::inv_logit_: return math::inv_logit(x);
    case Fn::inv_probit_: return math::inv_probit(x);
    case Fn::inv_cloglog_: return math::inv_cloglog(x);
    case Fn::inv_loglog_: return math::inv_loglog(x);
    case Fn::inv_cauchit_: return math::inv_cauchit(x);
    default: assert(!"not a function of floats"); return 0;
  }
}

// In T's own arithmetic, but for exp.
template <class T>
static T sigmoid(T x) {
  const T v = 1 / (1 + static_cast<T>(math::exp(static_cast<double>(-std::fabs(x)))));
  return x < 0 ? 1 - v : v;
}
static float erfinvWinitzki(float x) {
  const float log = static_cast<float>(math::log(static_cast<double>((1 - x) * (1 + x))));
  const float v = 2 / (3.14159274f * 0.147f) + 0.5f * log, v2 = 1 / 0.147f * log;
  const float root = std::sqrt(-v + std::sqrt(v * v - v2));
  return x < 0 ? -root : root;
}

static float mulAdd(float x, float y, float z) { return kernel::fused<1>(x, y, z); }
static double mulAdd(double x, double y, double z) { return x * y + z; }

template <class T>
static T timesAdded(T x, T y) {
  if (y > kernel::kMostTimesAdded) return x * y;
  T sum = 0;
  for (T i = 1; i <= y; i++) sum += x;
  return sum;
}

template <class T>
static ScalarOutcome floatFunction(Fn fn, T x, T y, T z, T& result) {
  bool bad = false;
  switch (fn) {
    case Fn::add_:
    case Fn::add_skip_: result = x + y; break;
    case Fn::sub_: result = x - y; break;
    case Fn::mul_:
    case Fn::mul_skip_: result = x * y; break;
    case Fn::div_: result = x / y, bad = y == 0; break;
    case Fn::mod_floor_: result = x - std::floor(x / y) * y; break;
    case Fn::rem_: result = std::fmod(x, y); break;
    case Fn::sign_: result = x > 0 ? T(1) : x < 0 ? T(-1) : x; break;
    case Fn::neg_: result = -x; break;
    case Fn::abs_: result = std::fabs(x); break;
    case Fn::sigmoid_: result = sigmoid(x); break;
    case Fn::mlas_exp_: result = static_cast<T>(math::mlas_exp<1>(static_cast<float>(x))); break;
    case Fn::mlas_tanh_: result = static_cast<T>(math::mlas_tanh<1>(static_cast<float>(x))); break;
    case Fn::mlas_erf_: result = static_cast<T>(math::mlas_erf<1>(static_cast<float>(x))); break;
    case Fn::mlas_logistic_: result = static_cast<T>(math::mlas_logistic<1>(static_cast<float>(x))); break;
    case Fn::mul_add_: result = mulAdd(x, y, z); break;
    case Fn::times_added_: result = timesAdded(x, y); break;
    case Fn::erfinv_winitzki_: result = static_cast<T>(erfinvWinitzki(static_cast<float>(x))); break;
    default:
      if (!compareAndChoose(fn, x, y, result)) result = static_cast<T>(mathFunction(fn, x, y, z));
  }
  return bad || std::isnan(result) ? ScalarOutcome::doubtful : ScalarOutcome::fine;
}

static ScalarOutcome numberFunction(Fn fn, Storage storage, int arity, const Datum* const* x, Datum& y) {
  return withStorage(storage, [&](auto zero) {
    using T = decltype(zero);
    T v[3] = {}, result = 0;
    for (int i = 0; i < arity; i++) v[i] = get<T>(*x[i]);
    ScalarOutcome outcome = ScalarOutcome::fine;
    if constexpr (std::is_floating_point_v<T>)
      outcome = floatFunction(fn, v[0], v[1], v[2], result);
    else if constexpr (!std::is_same_v<T, bool>)
      outcome = integerFunction(fn, v[0], v[1], result);
    set(y, result);
    return outcome;
  });
}

static int32_t murmur3(const void* bytes, size_t size, double seed) {
  return static_cast<int32_t>(
      kernel::murmur3(static_cast<const kernel::u8*>(bytes), static_cast<uint32_t>(size), static_cast<uint32_t>(seed)));
}

// The low bits as an integer.
static void wrap(Fn fn, unsigned bits, Storage storage, const Datum& x, Datum& y) {
  const int64_t v = storage == Storage::i32 ? x.i32 : x.i64;
  const uint64_t low = static_cast<uint64_t>(v) & ((uint64_t(1) << bits) - 1), top = uint64_t(1) << (bits - 1);
  y = fromInteger(static_cast<int64_t>(fn == Fn::wrap_signed_ ? (low ^ top) - top : low), storage);
}

// ---- comparison

template <class T>
static bool compare(Fn fn, const T& x, const T& y) {
  switch (fn) {
    case Fn::eq_: return x == y;
    case Fn::ne_: return x != y;
    case Fn::lt_: return x < y;
    case Fn::le_: return x <= y;
    case Fn::gt_: return x > y;
    default: return x >= y;
  }
}

static bool compareElements(Fn fn, const Type& type, const Datum& x, const Datum& y, const Pipeline& pipeline) {
  if (type.elem == Elem::str) return compare(fn, x.text, y.text);  // string_view compares bytes, unsigned
  if (type.elem == Elem::cat && (fn == Fn::eq_ || fn == Fn::ne_)) {
    const bool known = static_cast<uint32_t>(x.i32) < pipeline.table<Dict>(TableRef{type.dict}).size();
    return (fn == Fn::eq_) == (known && x.i32 == y.i32);
  }
  return withStorage(type.storage(),
                     [&](auto zero) { return compare(fn, get<decltype(zero)>(x), get<decltype(zero)>(y)); });
}

// ---- text and dates

static ScalarOutcome textFunction(Fn fn, const Datum* const* x, Evaluation& evaluation, Datum& y) {
  const std::string_view text = x[0]->text;
  const auto* bytes = reinterpret_cast<const kernel::u8*>(text.data());
  const auto size = static_cast<uint32_t>(text.size());
  uint32_t length = 0;
  switch (fn) {
    case Fn::upper_: y.text = evaluation.keep(inCase(text, Case::upper)); break;
    case Fn::upper_simple_: y.text = evaluation.keep(inCase(text, Case::upperSimple)); break;
    case Fn::lower_: y.text = evaluation.keep(inCase(text, Case::lower)); break;
    case Fn::lower_simple_: y.text = evaluation.keep(inCase(text, Case::lowerSimple)); break;
    case Fn::trim_: {
      const uint32_t first = kernel::trim(bytes, size, &length);
      y.text = text.substr(first, length);
      break;
    }
    case Fn::substring_: {
      if (x[1]->i64 < 1 || x[2]->i64 < 0) return ScalarOutcome::undefined;
      const uint32_t first = kernel::substring_utf8(bytes, size, static_cast<uint64_t>(x[1]->i64) - 1,
                                                    static_cast<uint64_t>(x[2]->i64), &length);
      y.text = text.substr(first, length);
      break;
    }
    case Fn::length_: y.i64 = kernel::length_utf8(bytes, size); break;
    default: y.text = evaluation.keep(std::string(text) + std::string(x[1]->text));  // join
  }
  return ScalarOutcome::fine;
}

static int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

static int64_t wrapSub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
static int64_t wrapMul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

// Days from 1970-01-01 to 1 January of a year of the Gregorian calendar.
static int64_t daysToYear(int64_t year) {
  const int64_t y = year - 1;  // whole years before it
  return 365 * (year - 1970) + (floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400)) -
         (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t dateFunction(Fn fn, Elem elem, int64_t x, const std::vector<double>& parameters) {
  constexpr int64_t kSecond = 1000000, kDay = 86400 * kSecond;
  if (fn == Fn::seconds_of_day_) return (elem == Elem::datetime ? x - floorDiv(x, kDay) * kDay : x) / kSecond;
  const int64_t start = daysToYear(static_cast<int64_t>(parameters[0]));
  if (fn == Fn::days_since_) return wrapSub(elem == Elem::datetime ? floorDiv(x, kDay) : x, start);
  return elem == Elem::datetime ? wrapSub(x, start * kDay) / kSecond : wrapMul(wrapSub(x, start), 86400);
}

ScalarOutcome evaluateScalar(const ScalarFunction& function, const Type& operand, const Datum* const* x,
                             const std::vector<double>& parameters, Evaluation& evaluation, Datum& y) {
  const auto fn = static_cast<Fn>(function.index);
  switch (fn) {
    case Fn::eq_:
    case Fn::ne_:
    case Fn::lt_:
    case Fn::le_:
    case Fn::gt_:
    case Fn::ge_:
      y.boolean = compareElements(fn, operand, *x[0], *x[1], evaluation.pipeline);
      return ScalarOutcome::fine;
    case Fn::xor_: y.boolean = x[0]->boolean != x[1]->boolean; return ScalarOutcome::fine;
    case Fn::not_: y.boolean = !x[0]->boolean; return ScalarOutcome::fine;
    case Fn::is_nan_: y.boolean = std::isnan(toDouble(*x[0], operand.storage())); return ScalarOutcome::fine;
    case Fn::is_inf_: y.boolean = std::isinf(toDouble(*x[0], operand.storage())); return ScalarOutcome::fine;
    case Fn::upper_:
    case Fn::upper_simple_:
    case Fn::lower_:
    case Fn::lower_simple_:
    case Fn::trim_:
    case Fn::substring_:
    case Fn::length_:
    case Fn::join_: return textFunction(fn, x, evaluation, y);
    case Fn::days_since_:
    case Fn::seconds_since_:
    case Fn::seconds_of_day_: y.i64 = dateFunction(fn, operand.elem, x[0]->i64, parameters); return ScalarOutcome::fine;
    case Fn::murmur3_: {
      const bool narrow = operand.storage() == Storage::i32;
      y.i32 = narrow ? murmur3(&x[0]->i32, 4, parameters[0]) : murmur3(&x[0]->i64, 8, parameters[0]);
      return ScalarOutcome::fine;
    }
    case Fn::murmur3_text_:
      y.i32 = murmur3(x[0]->text.data(), x[0]->text.size(), parameters[0]);
      return ScalarOutcome::fine;
    case Fn::wrap_signed_:
    case Fn::wrap_unsigned_:
      wrap(fn, static_cast<unsigned>(parameters[0]), operand.storage(), *x[0], y);
      return ScalarOutcome::fine;
    default: return numberFunction(fn, operand.storage(), function.arity(), x, y);
  }
}

}  // namespace kiln::ir
