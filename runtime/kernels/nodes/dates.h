// Date functions of scalars.def. Dates are days, times and datetimes microseconds since 1970-01-01.
#pragma once
#include "common.h"

namespace kiln::kernel::call {

inline constexpr i64 kSecond = 1000000, kDay = 86400 * kSecond;

template <int N>
INLINE Lane<i64, N> days_of(Lane<i64, N> us) {
  const Lane<i64, N> q = us / kDay;
  return q - pick<N>(mask<N>(us % kDay < 0), splat<i64, N>(1), Lane<i64, N>{});
}
template <int N>
INLINE void days_since(const Ctx&, const DateParams& p, const I64<N>& x, I64<N>& y) {
  y = x;
  y.v = minus<i64, N>(p.datetime ? days_of<N>(x.v) : x.v, splat<i64, N>(p.start));
}
template <int N>
INLINE void seconds_since(const Ctx&, const DateParams& p, const I64<N>& x, I64<N>& y) {
  y = x;
  if (p.datetime)
    y.v = minus<i64, N>(x.v, splat<i64, N>(p.start * kDay)) / kSecond;
  else
    y.v = times<i64, N>(minus<i64, N>(x.v, splat<i64, N>(p.start)), splat<i64, N>(86400));
}
template <int N>
INLINE void seconds_of_day(const Ctx&, const DateParams& p, const I64<N>& x, I64<N>& y) {
  y = x;
  if (p.datetime) y.v = minus<i64, N>(x.v, times<i64, N>(days_of<N>(x.v), splat<i64, N>(kDay)));
  y.v = y.v / kSecond;
}
KILN_LANE_KERNEL(days_since_i64, days_since, DateParams, I64, I64)
KILN_LANE_KERNEL(seconds_since_i64, seconds_since, DateParams, I64, I64)
KILN_LANE_KERNEL(seconds_of_day_i64, seconds_of_day, DateParams, I64, I64)

}  // namespace kiln::kernel::call
