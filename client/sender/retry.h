#ifndef PROVERLOG_CLIENT_SENDER_RETRY_H_
#define PROVERLOG_CLIENT_SENDER_RETRY_H_

#include <random>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace proverlog {

// Time, for waiting between attempts; a test passes its own. Thread-safe.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  virtual absl::Time Now() = 0;
  virtual void Sleep(absl::Duration duration) = 0;
};
Sleeper* RealSleeper();

// Exponential backoff with full jitter: clients that lost the same server come back at different
// times. Not thread-safe.
class Backoff {
 public:
  absl::Duration Next();
  void Reset() { ceiling_ = kFirstDelay; }

 private:
  static constexpr absl::Duration kFirstDelay = absl::Milliseconds(200);
  static constexpr absl::Duration kLongestDelay = absl::Seconds(5);

  absl::Duration ceiling_ = kFirstDelay;
  std::minstd_rand random_{std::random_device{}()};
};

// Whether another call may succeed: the server was lost, or a commit is in doubt: what it has is
// asked for again.
bool IsWorthAnotherCall(const absl::Status& status);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SENDER_RETRY_H_
