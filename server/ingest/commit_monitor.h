#ifndef PROVERLOG_SERVER_INGEST_COMMIT_MONITOR_H_
#define PROVERLOG_SERVER_INGEST_COMMIT_MONITOR_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/archive_store.h"

namespace proverlog {

// Knows whether the database can commit: by what became of the last transaction, and where there
// was none for a while, by one of its own. Thread-safe; `store` outlives it.
class CommitMonitor {
 public:
  struct Options {
    absl::Duration probe_interval = absl::Seconds(5);
    absl::Duration probe_interval_in_trouble = absl::Seconds(1);
    // So long after a transaction failed a probe does not say that the trouble is over.
    absl::Duration trouble_lasts = absl::Seconds(10);
    std::function<absl::Time()> now = absl::Now;
    absl::Duration patience = absl::Seconds(5);  // with a probe
  };
  explicit CommitMonitor(ArchiveWriter* store) : CommitMonitor(store, Options()) {}
  CommitMonitor(ArchiveWriter* store, Options options);
  ~CommitMonitor();
  CommitMonitor(const CommitMonitor&) = delete;
  CommitMonitor& operator=(const CommitMonitor&) = delete;

  // The outcome of a transaction.
  void Report(const absl::Status& outcome);
  // Why something else failed than a commit; one that is no trouble of the database does not say
  // that it commits.
  void ReportFailure(const absl::Status& failure);
  // OK, or why the database cannot commit; also where a probe has no answer.
  absl::Status status();

 private:
  void Run();
  void ReportProbe(const absl::Status& outcome);
  // Waits until a probe is due; false when stopping.
  bool WaitForProbe();

  ArchiveWriter* store_;
  const Options options_;
  absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  absl::Time trouble_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time asked_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  // while a probe waits
  bool reported_ ABSL_GUARDED_BY(mutex_) = false;                         // since the last probe
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_COMMIT_MONITOR_H_
