#ifndef PROVERLOG_SERVER_INGEST_INGEST_LIMITS_H_
#define PROVERLOG_SERVER_INGEST_INGEST_LIMITS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace proverlog {

// What senders may take of the service, so that one prover does not take it from the others.
// Thread-safe; outlives its leases.
class IngestLimits {
 public:
  struct Options {
    int max_streams = 10'000;
    int max_streams_per_prover = 2'500;
    int64_t max_bytes_per_second =
        0;  // of raw bytes, per prover, in bursts of a second; 0: no limit
    std::function<absl::Time()> now = absl::Now;
  };
  explicit IngestLimits(Options options) : options_(std::move(options)) {}

  // A stream that counts while this object is there.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : limits_(std::exchange(other.limits_, nullptr)) {
      prover_.swap(other.prover_);
    }
    Lease& operator=(Lease&& other) noexcept {
      std::swap(limits_, other.limits_);
      prover_.swap(other.prover_);
      return *this;
    }
    ~Lease() {
      if (limits_ != nullptr) limits_->Release(prover_);
    }

   private:
    friend class IngestLimits;
    Lease(IngestLimits* limits, std::string prover) : limits_(limits), prover_(std::move(prover)) {}

    IngestLimits* limits_ = nullptr;
    std::string prover_;
  };

  // UNAVAILABLE where there are as many streams as may be: another one may end.
  absl::StatusOr<Lease> Admit(const std::string& prover);

  // UNAVAILABLE where the prover has sent more than it may by now.
  absl::Status Spend(const std::string& prover, int64_t bytes);

  // How many are remembered.
  size_t provers() {
    absl::MutexLock lock(&mutex_);
    return provers_.size();
  }

 private:
  struct Prover {
    int streams = 0;
    double budget = 0;  // bytes it may send now; below 0 once it was overdrawn
    absl::Time filled_at;
  };

  void Release(const std::string& prover);
  // Adds to the budget what was earned since the last time.
  void Fill(Prover& prover) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those that send nothing and may send all: they would be made anew just so.
  void ForgetIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Prover> provers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_INGEST_LIMITS_H_
