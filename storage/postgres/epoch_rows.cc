#include "storage/postgres/epoch_rows.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/postgres/array.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

// What is told of an epoch at once.
struct EpochNote {
  std::optional<UnixMillis> enqueued_at;
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;

  void Add(std::optional<UnixMillis> first, std::optional<UnixMillis> last) {
    if (first) first_at = std::min(*first, first_at.value_or(*first));
    if (last) last_at = std::max(*last, last_at.value_or(*last));
  }
};
using EpochNotes = std::map<int32_t, EpochNote>;

void NoteEpochs(pqxx::transaction_base& tx, const ProjectionKey& key, const EpochNotes& epochs) {
  if (epochs.empty()) return;
  Array numbers, enqueued_at, first_at, last_at;
  for (const auto& [epoch, note] : epochs) {
    numbers.Add(int64_t{epoch});
    enqueued_at.Add(note.enqueued_at);
    first_at.Add(note.first_at);
    last_at.Add(note.last_at);
  }
  tx.exec_params(
      "INSERT INTO epoch (prover_id, projection_id, epoch, enqueued_at, first_at, last_at)"
      " SELECT $1, $2, * FROM unnest($3::integer[], $4::bigint[], $5::bigint[], $6::bigint[])"
      " ON CONFLICT (prover_id, projection_id, epoch) DO UPDATE"
      " SET enqueued_at = least(epoch.enqueued_at, excluded.enqueued_at),"
      "  first_at = least(epoch.first_at, excluded.first_at),"
      "  last_at = greatest(epoch.last_at, excluded.last_at), revision = excluded.revision",
      key.prover_id, key.projection_id, numbers.Finish(), enqueued_at.Finish(), first_at.Finish(),
      last_at.Finish());
}

std::string ToArray(const std::vector<int32_t>& numbers) {
  Array array;
  for (const int32_t number : numbers) array.Add(int64_t{number});
  return array.Finish();
}

}  // namespace

void NoteEpochsOfJobs(pqxx::transaction_base& tx, const ProjectionKey& key,
                      const std::vector<Job>& jobs) {
  EpochNotes epochs;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    EpochNote& note = epochs[job.id.epoch];
    note.Add(job.first_at, job.last_at);
    if (job.enqueued_at) {
      note.enqueued_at = std::min(*job.enqueued_at, note.enqueued_at.value_or(*job.enqueued_at));
    }
  }
  NoteEpochs(tx, key, epochs);
}

void NoteEpochsOfEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                        const std::vector<Event>& events) {
  const std::vector<std::string>& kinds = SessionEventKinds();
  EpochNotes epochs;
  for (const Event& event : events) {
    const auto epoch = event.epoch();
    if (!epoch || !std::binary_search(kinds.begin(), kinds.end(), event.kind)) continue;
    epochs[*epoch].Add(event.at, event.at);
  }
  NoteEpochs(tx, key, epochs);
}

std::vector<int32_t> ReadEpochNumbers(pqxx::transaction_base& tx, const ProjectionKey& key,
                                      std::optional<int32_t> before, int limit) {
  const int64_t end = before ? *before : std::numeric_limits<int64_t>::max();
  const auto rows = tx.exec_params(
      "SELECT epoch FROM epoch WHERE prover_id = $1 AND projection_id = $2 AND epoch < $3::bigint"
      " ORDER BY epoch DESC LIMIT $4",
      key.prover_id, key.projection_id, end, limit);
  std::vector<int32_t> epochs;
  for (const auto& row : rows) epochs.push_back(row[0].as<int32_t>());
  return epochs;
}

std::vector<EpochRevision> ReadEpochsBetween(pqxx::transaction_base& tx, const ProjectionKey& key,
                                             const EpochWindow& window, int limit) {
  const auto rows = tx.exec_params(
      "SELECT epoch, revision, first_at, last_at FROM epoch WHERE prover_id = $1"
      "  AND projection_id = $2 AND last_at >= $3 AND first_at < $4"
      " ORDER BY epoch DESC LIMIT $5",
      key.prover_id, key.projection_id,
      window.begin.value_or(std::numeric_limits<UnixMillis>::min()),
      window.end.value_or(std::numeric_limits<UnixMillis>::max()), limit);
  std::vector<EpochRevision> epochs;
  for (const auto& row : rows) {
    epochs.push_back(
        {row[0].as<int32_t>(), row[1].as<int64_t>(), row[2].as<int64_t>(), row[3].as<int64_t>()});
  }
  return epochs;
}

std::map<int32_t, EpochWindow> ReadEpochWindows(pqxx::transaction_base& tx,
                                                const ProjectionKey& key,
                                                const std::vector<int32_t>& epochs) {
  const auto rows = tx.exec_params(
      "SELECT epoch, first_at, last_at + 1 FROM epoch WHERE prover_id = $1 AND projection_id = $2"
      "  AND epoch = ANY ($3::integer[])",
      key.prover_id, key.projection_id, ToArray(epochs));
  std::map<int32_t, EpochWindow> windows;
  for (const auto& row : rows) {
    windows[row[0].as<int32_t>()] = {ReadOptional(row[1]), ReadOptional(row[2])};
  }
  return windows;
}

absl::StatusOr<std::map<int32_t, EpochContext>> ReadContexts(pqxx::transaction_base& tx,
                                                             const ProjectionKey& key,
                                                             const std::vector<int32_t>& epochs) {
  auto events = ReadEventsOfEpochs(tx, key, epochs, SessionEventKinds());
  if (!events.ok()) return events.status();
  const auto rows = tx.exec_params(
      "SELECT e.epoch, (SELECT later.enqueued_at FROM epoch later WHERE later.prover_id = $1"
      "   AND later.projection_id = $2 AND later.epoch > e.epoch::bigint + $4"
      "   AND later.enqueued_at IS NOT NULL ORDER BY later.epoch LIMIT 1)"
      " FROM unnest($3::integer[]) AS e (epoch)",
      key.prover_id, key.projection_id, ToArray(epochs), kEpochsKept);
  std::map<int32_t, EpochContext> contexts;
  for (const auto& row : rows) {
    const auto epoch = row[0].as<int32_t>();
    contexts[epoch] = ContextOf(std::move((*events)[epoch]), ReadOptional(row[1]));
  }
  return contexts;
}

int64_t ReadRevision(pqxx::transaction_base& tx, const ProjectionKey& key, int32_t epoch) {
  const auto rows = tx.exec_params(
      "SELECT revision FROM epoch WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3",
      key.prover_id, key.projection_id, epoch);
  return rows.empty() ? kNoRevision : rows[0][0].as<int64_t>();
}

absl::StatusOr<std::vector<EpochVersion>> ReadEpochVersions(pqxx::transaction_base& tx,
                                                            const ProjectionKey& key, int limit) {
  const auto rows = tx.exec_params(
      "SELECT epoch, revision FROM epoch WHERE prover_id = $1 AND projection_id = $2"
      " ORDER BY epoch DESC LIMIT $3",
      key.prover_id, key.projection_id, limit);
  std::vector<int32_t> numbers;
  for (const auto& row : rows) numbers.push_back(row[0].as<int32_t>());
  auto contexts = ReadContexts(tx, key, numbers);
  if (!contexts.ok()) return contexts.status();
  std::vector<EpochVersion> versions;
  for (const auto& row : rows) {
    const auto epoch = row[0].as<int32_t>();
    versions.push_back({epoch, row[1].as<int64_t>(), std::move((*contexts)[epoch])});
  }
  return versions;
}

absl::StatusOr<EpochContext> ReadContext(pqxx::transaction_base& tx, const ProjectionKey& key,
                                         int32_t epoch) {
  auto contexts = ReadContexts(tx, key, {epoch});
  if (!contexts.ok()) return contexts.status();
  return std::move((*contexts)[epoch]);
}

}  // namespace proverlog::postgres
