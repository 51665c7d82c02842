#ifndef PROVERLOG_SERVER_INGEST_INTAKE_BUDGET_H_
#define PROVERLOG_SERVER_INGEST_INTAKE_BUDGET_H_

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace proverlog {

// The memory of messages that have come and are neither refused nor committed. A sender is held
// back long before it is used up; it bounds what many senders have on their way at one time.
// Thread-safe.
class IntakeBudget {
 public:
  explicit IntakeBudget(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Whether there is room for a message, which then has it until it is given back.
  [[nodiscard]] bool Take(size_t bytes) {
    absl::MutexLock lock(&mutex_);
    if (bytes > max_bytes_ - bytes_) return false;
    bytes_ += bytes;
    return true;
  }
  void GiveBack(size_t bytes) {
    absl::MutexLock lock(&mutex_);
    bytes_ -= bytes;
  }
  size_t bytes() {
    absl::MutexLock lock(&mutex_);
    return bytes_;
  }

 private:
  const size_t max_bytes_;
  absl::Mutex mutex_;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_INTAKE_BUDGET_H_
