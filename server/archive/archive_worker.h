#ifndef PROVERLOG_SERVER_ARCHIVE_ARCHIVE_WORKER_H_
#define PROVERLOG_SERVER_ARCHIVE_ARCHIVE_WORKER_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/archive/archive_keeper.h"
#include "storage/maintenance_store.h"

namespace proverlog {

// Runs the keeper's rounds in a thread of its own, the first one at once. A failure is logged and
// made up for by the next round. The store outlives it.
class ArchiveWorker {
 public:
  ArchiveWorker(MaintenanceStore* store, const Retention& retention,
                std::function<absl::Time()> now = absl::Now);
  // Ends after the step that is under way.
  ~ArchiveWorker();
  ArchiveWorker(const ArchiveWorker&) = delete;
  ArchiveWorker& operator=(const ArchiveWorker&) = delete;

 private:
  void Run();
  bool IsStopping();

  const std::function<absl::Time()> now_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  ArchiveKeeper keeper_;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ARCHIVE_ARCHIVE_WORKER_H_
