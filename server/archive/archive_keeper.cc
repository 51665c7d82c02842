#include "server/archive/archive_keeper.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

namespace proverlog {
namespace {

// Longer than a statement that adds a block may take, and than the clocks of replicas differ: until
// then an hour is not over.
constexpr absl::Duration kGrace = absl::Minutes(5);

absl::Time BeginOfHour(absl::Time at) {
  return absl::UnixEpoch() + absl::Floor(at - absl::UnixEpoch(), absl::Hours(1));
}

}  // namespace

ArchiveKeeper::ArchiveKeeper(MaintenanceStore* store, const Retention& retention,
                             std::function<bool()> stop_requested)
    : store_(store), retention_(retention), stop_requested_(std::move(stop_requested)) {}

absl::Status ArchiveKeeper::Round(absl::Time now) {
  const absl::Time hour = BeginOfHour(now - kGrace);
  absl::Status status = store_->MakePartitions(now);
  status.Update(Merge(hour));
  status.Update(store_->DropMerged(hour));
  status.Update(RemoveLogs(now - retention_.keep_logs));
  status.Update(RemoveJobs(now - retention_.keep_jobs));
  return status;
}

absl::Status ArchiveKeeper::Merge(absl::Time flush_before) {
  absl::Status first_error;
  auto stream = store_->NextLiveStream({});
  while (stream.ok() && stream->has_value() && !stop_requested_()) {
    const auto merged = store_->Merge(**stream, flush_before);
    // What is wrong with one stream does not keep the others from being merged.
    first_error.Update(merged.status());
    if (merged.ok() && *merged > 0) continue;
    stream = store_->NextLiveStream(**stream);
  }
  first_error.Update(stream.status());
  return first_error;
}

absl::Status ArchiveKeeper::RemoveLogs(absl::Time ended_before) {
  const auto partitions = store_->ListLasting(ended_before);
  if (!partitions.ok()) return partitions.status();
  for (const ArchivePartition& partition : *partitions) {
    if (stop_requested_()) break;
    const auto removal = store_->RemoveLogs(partition, retention_.keep_logs_strictly);
    if (!removal.ok()) return removal.status();
    if (*removal == Removal::kRemoved) {
      spdlog::info("archive: removed the logs received until {} (--keep-logs)",
                   absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMillis(partition.end),
                                    absl::UTCTimeZone()));
    } else if (*removal == Removal::kNeeded && told_.insert(partition.name).second) {
      spdlog::warn(
          "archive: {} is older than --keep-logs, but not all of it is read; it stays until then"
          " (--keep-logs-strictly removes it)",
          partition.name);
    }
  }
  return absl::OkStatus();
}

absl::Status ArchiveKeeper::RemoveJobs(absl::Time before) {
  if (before == absl::InfinitePast()) return absl::OkStatus();
  std::optional<EpochCursor> cursor = EpochCursor{};
  while (cursor && !stop_requested_()) {
    auto next = store_->DeleteOldJobs(*cursor, before);
    if (!next.ok()) return next.status();
    cursor = *next;
  }
  return absl::OkStatus();
}

}  // namespace proverlog
