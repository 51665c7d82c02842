#ifndef PROVERLOG_MODEL_TIME_H_
#define PROVERLOG_MODEL_TIME_H_

#include <cstdint>

namespace proverlog {

// An instant: milliseconds since 1970-01-01T00:00:00Z, the resolution of Aztec's logs.
using UnixMillis = int64_t;

// 9999-12-31T23:59:59.999Z, the last instant that every reader downstream can print.
inline constexpr UnixMillis kLastInstant = 253402300799999;
inline constexpr bool IsPrintableInstant(UnixMillis at) { return at >= 0 && at <= kLastInstant; }

// The difference of two instants.
using Millis = int64_t;
inline constexpr Millis kSecond = 1000;
inline constexpr Millis kMinute = 60 * kSecond;
inline constexpr Millis kHour = 60 * kMinute;
inline constexpr Millis kDay = 24 * kHour;

// Some 30 years: what a line prints beyond it is no duration (and NaN is none either).
inline constexpr double kMaxPrintedMillis = 1e12;
inline constexpr bool IsDuration(double millis) {
  return millis >= 0 && millis <= kMaxPrintedMillis;
}

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_TIME_H_
