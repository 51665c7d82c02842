#include "client/importer/log_importer.h"

#include <algorithm>
#include <random>

#include "absl/time/clock.h"
#include "client/importer/import_call.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr absl::Duration kGiveUpAfter = absl::Seconds(30);
constexpr absl::Duration kFirstDelay = absl::Milliseconds(200);
constexpr absl::Duration kLongestDelay = absl::Seconds(5);

class WallClockSleeper : public Sleeper {
 public:
  absl::Time Now() override { return absl::Now(); }
  void Sleep(absl::Duration duration) override { absl::SleepFor(duration); }
};

// The server was lost, or a commit is in doubt: what it has is asked for again.
bool IsWorthAnotherCall(const absl::Status& status) {
  return absl::IsUnavailable(status) ||
         (absl::IsAborted(status) && ReasonOf(status) == "OFFSET_MISMATCH");
}

// Exponential backoff with full jitter: clients that lost the same server come back at different
// times.
class Backoff {
 public:
  absl::Duration Next() {
    const absl::Duration delay = ceiling_ * std::uniform_real_distribution<>(0, 1)(random_);
    ceiling_ = std::min(ceiling_ * 2, kLongestDelay);
    return delay;
  }
  void Reset() { ceiling_ = kFirstDelay; }

 private:
  absl::Duration ceiling_ = kFirstDelay;
  std::mt19937 random_{std::random_device{}()};
};

}  // namespace

Sleeper* RealSleeper() {
  static WallClockSleeper sleeper;
  return &sleeper;
}

ImportResult LogImporter::Import(const ImportRequest& request, LogFile& log, const LogScan& scan,
                                 const OnProgress& on_progress) {
  ImportResult result;
  if (scan.size == 0) {
    result.status = scan.damage;
    return result;
  }
  Backoff backoff;
  absl::Time last_progress = sleeper_->Now();
  for (;;) {
    const int64_t before = result.committed_offset;
    result.status = ImportCall(stub_, request, &log, &scan, &result).Run(on_progress);
    if (result.status.ok()) {
      result.status = scan.damage;
      return result;
    }
    if (result.committed_offset > before) {
      last_progress = sleeper_->Now();
      backoff.Reset();
    }
    // A server that was never there is the user's to look after; one that has no database now is.
    const bool is_there = result.stream_id != 0 || HasRetryDelay(result.status);
    if (!is_there || !IsWorthAnotherCall(result.status) ||
        sleeper_->Now() - last_progress > kGiveUpAfter) {
      return result;
    }
    sleeper_->Sleep(backoff.Next());
  }
}

}  // namespace proverlog
