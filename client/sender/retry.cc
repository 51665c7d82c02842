#include "client/sender/retry.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

class WallClockSleeper : public Sleeper {
 public:
  absl::Time Now() override { return absl::Now(); }
  void Sleep(absl::Duration duration) override { absl::SleepFor(duration); }
};

}  // namespace

Sleeper* RealSleeper() {
  static WallClockSleeper sleeper;
  return &sleeper;
}

absl::Duration Backoff::Next() {
  const absl::Duration delay = ceiling_ * std::uniform_real_distribution<>(0, 1)(random_);
  ceiling_ = std::min(ceiling_ * 2, kLongestDelay);
  return delay;
}

bool IsWorthAnotherCall(const absl::Status& status) {
  return absl::IsUnavailable(status) ||
         (absl::IsAborted(status) && ReasonOf(status) == "OFFSET_MISMATCH");
}

}  // namespace proverlog
