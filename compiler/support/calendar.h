// Days and times of the proleptic Gregorian calendar, as ISO 8601 text.
#pragma once
#include <cstdint>
#include <string>

namespace kiln {

/// Days since 1970-01-01 of a date, and back.
int64_t daysOfDate(int64_t year, int month, int day);
void dateOfDays(int64_t days, int64_t& year, int& month, int& day);

std::string formatDate(int64_t days);                  ///< 2023-02-28
std::string formatTime(int64_t microseconds);          ///< 14:05:00, 14:05:00.25
std::string formatDateTime(int64_t microseconds);      ///< 2023-02-28T14:05:00

}  // namespace kiln
