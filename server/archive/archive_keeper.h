#ifndef PROVERLOG_SERVER_ARCHIVE_ARCHIVE_KEEPER_H_
#define PROVERLOG_SERVER_ARCHIVE_ARCHIVE_KEEPER_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/maintenance_store.h"

namespace proverlog {

// What is kept, and how long.
struct Retention {
  absl::Duration keep_logs = absl::InfiniteDuration();
  // Also what a projection has not read yet; it becomes a gap.
  bool keep_logs_strictly = false;
  absl::Duration keep_jobs = absl::InfiniteDuration();
};

// Keeps the archive in shape, a round at a time: partitions are made before they are needed, small
// blocks become large ones, what is old is removed. A round that was ended early, or failed, is
// made up for by the next one. Not thread-safe; the store outlives it.
class ArchiveKeeper {
 public:
  // `stop_requested` is asked between steps, of which each takes less than a second, but the
  // removal of a day of logs.
  ArchiveKeeper(
      MaintenanceStore* store, const Retention& retention,
      std::function<bool()> stop_requested = [] { return false; });

  // Does all that is due at `now`. An error does not keep the other parts from being done; what the
  // first one was is returned.
  absl::Status Round(absl::Time now);

 private:
  absl::Status Merge(absl::Time flush_before);
  absl::Status RemoveLogs(absl::Time ended_before);
  absl::Status RemoveJobs(absl::Time before);

  MaintenanceStore* store_;
  const Retention retention_;
  const std::function<bool()> stop_requested_;
  std::set<std::string> told_;  // partitions that stay and of which the log says so
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ARCHIVE_ARCHIVE_KEEPER_H_
