#ifndef PROVERLOG_STORAGE_MAINTENANCE_STORE_H_
#define PROVERLOG_STORAGE_MAINTENANCE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/types.h"

namespace proverlog {

// A partition of the archive, which holds what was received before its end.
struct ArchivePartition {
  std::string name;
  UnixMillis begin = 0;
  UnixMillis end = 0;
};

// What becomes of old partitions.
enum class Removal {
  kRemoved,
  kNeeded,  // a projection has not read all of it
  kBusy,    // somebody uses it just now, or another replica is at it
};

// A prover, and the next of its epochs that job retention looks at; first what is of no epoch.
struct EpochCursor {
  ProverId prover_id = 0;
  int64_t epoch = -1;
};

// Keeps the archive in shape and within what is to be kept, beside ingest, the normalizer and
// queries, whose rows it does not lock and which wait for it for a fraction of a second at most.
// Any replica may do it, one at a time: the others are told that there is nothing to do. Each call
// is one transaction of at most a few MB, and does nothing that a repeated one would do twice.
// Thread-safe.
class MaintenanceStore {
 public:
  virtual ~MaintenanceStore() = default;

  // Makes the partitions of `now` and those that are next, where they are missing.
  virtual absl::Status MakePartitions(absl::Time now) = 0;

  // The first stream after `after` that has live blocks, merged or not; nothing where there is
  // none.
  virtual absl::StatusOr<std::optional<StreamKey>> NextLiveStream(const StreamKey& after) = 0;

  // Merges what is due of the stream, at most about 4 MiB of raw bytes: what fills a block, and
  // what was received before `flush_before`. Where that is little it is added to the block before
  // it if that was received the same UTC day, so that a stream has hardly more than one small block
  // a day. A damaged block stays as it is. Returns how many raw bytes were merged; 0: nothing is
  // due.
  virtual absl::StatusOr<int64_t> Merge(const StreamKey& stream, absl::Time flush_before) = 0;

  // Drops the live partitions that ended before `ended_before` and whose blocks are all merged.
  virtual absl::Status DropMerged(absl::Time ended_before) = 0;

  // The lasting partitions that ended before `ended_before`, the oldest first.
  virtual absl::StatusOr<std::vector<ArchivePartition>> ListLasting(absl::Time ended_before) = 0;

  // Drops a lasting partition, but for the last kTailBytes of each stream. kNeeded, and nothing is
  // dropped, where a live projection or one that is being built has not read all of it; with
  // `strictly` it is dropped all the same, and a gap is recorded where the live one had not read.
  virtual absl::StatusOr<Removal> RemoveLogs(const ArchivePartition& partition, bool strictly) = 0;

  // Deletes at most a few thousand rows of the live projection's first epoch from `cursor` on that
  // has no instant since `before`, of unknown messages and events of no epoch that are as old, and
  // of alerts that were resolved before.
  // Returns where to go on; nothing behind the last prover's last epoch.
  virtual absl::StatusOr<std::optional<EpochCursor>> DeleteOldJobs(const EpochCursor& cursor,
                                                                   absl::Time before) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_MAINTENANCE_STORE_H_
