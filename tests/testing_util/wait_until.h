#ifndef PROVERLOG_TESTS_TESTING_UTIL_WAIT_UNTIL_H_
#define PROVERLOG_TESTS_TESTING_UTIL_WAIT_UNTIL_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace proverlog::testing_util {

// Waits until the condition holds; the test fails where it does not in time.
inline void WaitUntil(const std::function<bool()>& condition, const std::string& what,
                      absl::Duration timeout = absl::Seconds(60),
                      absl::Duration poll_interval = absl::Milliseconds(20)) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!condition()) {
    ASSERT_LT(absl::Now(), deadline) << "waited in vain: " << what;
    absl::SleepFor(poll_interval);
  }
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_WAIT_UNTIL_H_
