#ifndef PROVERLOG_TESTS_TESTING_UTIL_FAKE_SLEEPER_H_
#define PROVERLOG_TESTS_TESTING_UTIL_FAKE_SLEEPER_H_

#include <vector>

#include "absl/time/time.h"
#include "client/sender/retry.h"

namespace proverlog::testing_util {

// Time that passes only while somebody sleeps.
class FakeSleeper : public Sleeper {
 public:
  absl::Time Now() override { return now_; }
  void Sleep(absl::Duration duration) override {
    sleeps.push_back(duration);
    // A real sleep of no time would never end the retries.
    now_ += duration + absl::Milliseconds(100);
  }

  std::vector<absl::Duration> sleeps;

 private:
  absl::Time now_ = absl::UnixEpoch();
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_FAKE_SLEEPER_H_
