#include "storage/postgres/projection_transaction.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/postgres/advance_rows.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/circuit_rows.h"
#include "storage/postgres/epoch_rows.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/job_rows.h"
#include "storage/postgres/mark_rows.h"
#include "storage/postgres/stream_rows.h"
#include "storage/postgres/unknown_rows.h"
#include "storage/postgres/unreadable_rows.h"

namespace proverlog::postgres {
namespace {

// Runs `body` and turns libpqxx's exceptions into a status. The transaction is of no use after one.
template <typename Body>
auto Guarded(absl::string_view doing, Body body) -> std::invoke_result_t<Body> {
  try {
    return body();
  } catch (...) {
    return WriteStatusFromException(doing);
  }
}

}  // namespace

absl::StatusOr<std::vector<PendingStream>> ProjectionTransaction::PendingStreams(int limit) {
  return Guarded(
      "find what is to be normalized",
      [&]() -> absl::StatusOr<std::vector<PendingStream>> { return SelectPending(limit); });
}

absl::StatusOr<std::vector<Block>> ProjectionTransaction::ReadBlocks(int64_t stream_id,
                                                                     int64_t begin,
                                                                     int64_t max_bytes) {
  return Guarded("read the archive", [&]() -> absl::StatusOr<std::vector<Block>> {
    // Small blocks are the normal case; their number bounds the rows, not the bytes.
    constexpr int kMaxBlocks = 256;
    return SelectBlocks(tx_, {key_.prover_id, stream_id}, begin, begin + max_bytes, kMaxBlocks);
  });
}

absl::StatusOr<std::vector<Gap>> ProjectionTransaction::ReadGaps(int64_t stream_id, int64_t begin,
                                                                 int64_t end) {
  return Guarded("read gaps", [&]() -> absl::StatusOr<std::vector<Gap>> {
    return SelectGaps(tx_, {key_.prover_id, stream_id}, begin, end, kMaxGapsAtOnce);
  });
}

absl::StatusOr<std::set<int32_t>> ProjectionTransaction::EpochsWithJobs(
    const std::set<int32_t>& epochs) {
  return Guarded("look for epochs with jobs", [&]() -> absl::StatusOr<std::set<int32_t>> {
    return SelectEpochsWithJobs(tx_, key_, epochs);
  });
}

absl::StatusOr<std::map<JobId, std::vector<Fact>>> ProjectionTransaction::LoadFacts(
    const std::vector<JobId>& jobs) {
  return Guarded("load jobs", [&]() -> absl::StatusOr<std::map<JobId, std::vector<Fact>>> {
    return ReadFacts(tx_, key_, jobs, std::numeric_limits<int64_t>::max() - 1);
  });
}

absl::Status ProjectionTransaction::AddJobs(const std::vector<Job>& jobs) {
  return Guarded("add jobs", [&] {
    postgres::AddJobs(tx_, key_, jobs);
    NoteEpochsOfJobs(tx_, key_, jobs);
    return absl::OkStatus();
  });
}

absl::Status ProjectionTransaction::UpdateJobs(const std::vector<Job>& jobs) {
  return Guarded("update jobs", [&] {
    postgres::UpdateJobs(tx_, key_, jobs);
    NoteEpochsOfJobs(tx_, key_, jobs);
    return absl::OkStatus();
  });
}

absl::Status ProjectionTransaction::AddUnknown(const std::map<int64_t, UnknownCounts>& by_stream) {
  return Guarded("count unknown messages", [&] {
    AddUnknownRows(tx_, key_, by_stream);
    return absl::OkStatus();
  });
}

absl::Status ProjectionTransaction::SaveEvents(const std::vector<Event>& events) {
  return Guarded("save events", [&] {
    WriteEvents(tx_, key_, events);
    NoteEpochsOfEvents(tx_, key_, events);
    return absl::OkStatus();
  });
}

absl::Status ProjectionTransaction::SaveCircuitRuns(const std::vector<CircuitRun>& runs) {
  return Guarded("save runs of circuits", [&] {
    WriteCircuitRuns(tx_, key_, runs);
    return absl::OkStatus();
  });
}

absl::Status ProjectionTransaction::SaveProgress(const NormalizedStream& stream) {
  return Guarded("save the normalizer's progress", [&] {
    UpsertProgress(stream);
    InsertMarks(tx_, key_, stream.stream_id, stream.marks);
    for (const Unreadable& range : stream.unreadable) {
      InsertUnreadable(tx_, key_, stream.stream_id, range);
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<int64_t>> ProjectionTransaction::NextBoundary(int64_t stream_id,
                                                                           int64_t offset) {
  return Guarded("look for blocks", [&]() -> absl::StatusOr<std::optional<int64_t>> {
    return SelectNextBoundary(tx_, {key_.prover_id, stream_id}, offset);
  });
}

absl::Status ProjectionTransaction::Try(const std::function<absl::Status()>& body) {
  return Guarded("try a part of a transaction", [&] {
    // libpqxx's own subtransaction would not let `body` use the transaction. A savepoint of the
    // same name hides the outer one until it is released.
    tx_.exec0("SAVEPOINT attempt");
    absl::Status status = body();
    if (absl::IsUnavailable(status)) return status;  // and so is the whole transaction
    if (!status.ok()) tx_.exec0("ROLLBACK TO SAVEPOINT attempt");
    tx_.exec0("RELEASE SAVEPOINT attempt");
    return status;
  });
}

std::vector<PendingStream> ProjectionTransaction::SelectPending(int limit) {
  const auto rows = tx_.exec_params(
      absl::StrCat("SELECT s.stream_id, s.machine, s.source, sp.committed_offset,"
                   " sp.sealed_offset, coalesce(pr.normalized_offset, 0), pr.normalizer_state, ",
                   kCountColumns,
                   " FROM stream_position sp JOIN stream s USING (prover_id, stream_id)"
                   " LEFT JOIN stream_progress pr ON pr.prover_id = sp.prover_id"
                   "  AND pr.projection_id = $2 AND pr.stream_id = sp.stream_id"
                   " WHERE sp.prover_id = $1 AND ",
                   kPending, " ORDER BY pr.normalized_at NULLS FIRST, s.stream_id LIMIT $3"),
      key_.prover_id, key_.projection_id, limit);
  std::vector<PendingStream> streams;
  for (const auto& row : rows) {
    PendingStream stream;
    stream.labels.stream_id = row[0].as<int64_t>();
    stream.labels.machine = row[1].as<std::string>();
    stream.labels.source = row[2].as<std::string>();
    stream.labels.anchors = SelectAnchors(tx_, {key_.prover_id, stream.labels.stream_id});
    stream.committed_offset = row[3].as<int64_t>();
    stream.sealed_offset = ReadOptional(row[4]);
    stream.progress.offset = row[5].as<int64_t>();
    if (!row[6].is_null()) stream.progress.state = ToBytes(row[6]);
    stream.progress.counts = ReadCounts(row, 7);
    streams.push_back(std::move(stream));
  }
  return streams;
}

void ProjectionTransaction::UpsertProgress(const NormalizedStream& stream) {
  const StreamCounts& counts = stream.progress.counts;
  tx_.exec_params0(
      absl::StrCat(
          "INSERT INTO stream_progress (prover_id, projection_id, stream_id, normalized_offset,"
          " sealed_offset, normalizer_state, normalized_at, ",
          kCountColumns,
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
          " ON CONFLICT (prover_id, projection_id, stream_id) DO UPDATE SET"
          " normalized_offset = $4, sealed_offset = $5, normalizer_state = $6,"
          " normalized_at = $7, lines = $8, records = $9, understood = $10,"
          " not_understood = $11, undated = $12, cut = $13, facts = $14, first_at = $15,"
          " last_at = $16, aztec_versions = $17"),
      key_.prover_id, key_.projection_id, stream.stream_id, stream.progress.offset,
      stream.sealed_offset, ToParameter(stream.progress.state), absl::ToUnixMillis(absl::Now()),
      counts.lines, counts.records, counts.understood, counts.not_understood, counts.undated,
      counts.cut, FactCountsToJson(counts), counts.first_at, counts.last_at,
      counts.versions.Serialize());
}

}  // namespace proverlog::postgres
