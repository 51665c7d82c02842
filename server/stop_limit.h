#ifndef PROVERLOG_SERVER_STOP_LIMIT_H_
#define PROVERLOG_SERVER_STOP_LIMIT_H_

#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace proverlog {

// The end of the service waits for what is being committed, which may never be: after a while, what
// is waited for is given up. For one thread.
class StopLimit {
 public:
  StopLimit(absl::Duration limit, std::function<void()> give_up)
      : limit_(limit), give_up_(std::move(give_up)) {}
  ~StopLimit() {
    {
      absl::MutexLock lock(&mutex_);
      over_ = true;
    }
    if (thread_.joinable()) thread_.join();
  }
  StopLimit(const StopLimit&) = delete;
  StopLimit& operator=(const StopLimit&) = delete;

  // The end begins; it is over when this object is gone.
  void Begin() {
    thread_ = std::thread([this] {
      {
        absl::MutexLock lock(&mutex_);
        if (mutex_.AwaitWithTimeout(absl::Condition(&over_), limit_)) return;
      }
      give_up_();
    });
  }

 private:
  const absl::Duration limit_;
  const std::function<void()> give_up_;
  absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_STOP_LIMIT_H_
