#ifndef PROVERLOG_SERVER_HEALTH_DATABASE_PROBE_H_
#define PROVERLOG_SERVER_HEALTH_DATABASE_PROBE_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace proverlog {

// Commits something every two seconds, so that whoever asks whether the database commits is told at
// once, also while it does not answer at all. Thread-safe.
class DatabaseProbe {
 public:
  // `commit` writes something and returns after COMMIT; it is called by a thread of the probe's.
  explicit DatabaseProbe(std::function<absl::Status()> commit);
  // Ends after the commit that is under way.
  ~DatabaseProbe();
  DatabaseProbe(const DatabaseProbe&) = delete;
  DatabaseProbe& operator=(const DatabaseProbe&) = delete;

  // OK where the last commit succeeded. UNAVAILABLE also where one takes longer than 5 seconds.
  absl::Status status() const;

 private:
  void Run();

  const std::function<absl::Status()> commit_;
  mutable absl::Mutex mutex_;
  absl::Status last_ ABSL_GUARDED_BY(mutex_);
  absl::Time asked_at_ ABSL_GUARDED_BY(mutex_) =
      absl::InfiniteFuture();  // while there is no answer
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_HEALTH_DATABASE_PROBE_H_
