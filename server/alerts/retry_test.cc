#include "server/alerts/retry.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own.
constexpr int64_t kExample = 784'111'777;

TEST(RetryTest, ReadsSecondsAndDates) {
  const absl::Time now = absl::FromUnixSeconds(kExample - 90);
  EXPECT_EQ(ParseRetryAfter("120", now), absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now), absl::Seconds(90));
}

TEST(RetryTest, WhatIsOddDoesNotHoldUpForEver) {
  const absl::Time now = absl::FromUnixSeconds(kExample);
  EXPECT_EQ(ParseRetryAfter("", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("soon", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("-5", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:36 GMT", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("99999999", now), absl::Hours(1));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 2094 08:49:37 GMT", now), absl::Hours(1));
}

TEST(RetryTest, TheBackoffDoublesUpToFiveMinutes) {
  EXPECT_EQ(BackoffCeiling(1), absl::Seconds(1));
  EXPECT_EQ(BackoffCeiling(2), absl::Seconds(2));
  EXPECT_EQ(BackoffCeiling(9), absl::Seconds(256));
  EXPECT_EQ(BackoffCeiling(10), absl::Minutes(5));
  EXPECT_EQ(BackoffCeiling(1'000'000), absl::Minutes(5));
}

}  // namespace
}  // namespace proverlog
