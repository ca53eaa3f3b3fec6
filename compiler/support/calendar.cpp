#include "compiler/support/calendar.h"

#include <cstdio>

namespace kiln {

// Years are counted from 1 March, so that the leap day is a year's last; 400 years have 146,097 days.
int64_t daysOfDate(int64_t year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = (y >= 0 ? y : y - 399) / 400, yearOfEra = y - era * 400;
  const int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

void dateOfDays(int64_t days, int64_t& year, int& month, int& day) {
  const int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, dayOfEra = z - era * 146097;
  const int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100), m = (5 * dayOfYear + 2) / 153;
  day = static_cast<int>(dayOfYear - (153 * m + 2) / 5 + 1);
  month = static_cast<int>(m < 10 ? m + 3 : m - 9);
  year = yearOfEra + era * 400 + (month <= 2);
}

std::string formatDate(int64_t days) {
  int64_t year;
  int month, day;
  dateOfDays(days, year, month, day);
  char text[40];
  std::snprintf(text, sizeof text, "%s%04lld-%02d-%02d", year < 0 ? "-" : "", static_cast<long long>(year < 0 ? -year : year), month, day);
  return text;
}

std::string formatTime(int64_t microseconds) {
  const int64_t seconds = microseconds / 1000000, rest = microseconds % 1000000;
  char text[40];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  std::string result = text;
  if (rest != 0) {
    std::snprintf(text, sizeof text, ".%06lld", static_cast<long long>(rest));
    result += text;
    while (result.back() == '0') result.pop_back();
  }
  return result;
}

std::string formatDateTime(int64_t microseconds) {
  const int64_t perDay = 86400000000;
  int64_t days = microseconds / perDay, rest = microseconds % perDay;
  if (rest < 0) days--, rest += perDay;
  return formatDate(days) + "T" + formatTime(rest);
}

}  // namespace kiln
