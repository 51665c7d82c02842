#include "storage/postgres/query_store.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/postgres/advance_rows.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/array.h"
#include "storage/postgres/circuit_rows.h"
#include "storage/postgres/completed_rows.h"
#include "storage/postgres/epoch_list.h"
#include "storage/postgres/epoch_rows.h"
#include "storage/postgres/epoch_state.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"
#include "storage/postgres/job_ids.h"
#include "storage/postgres/job_rows.h"
#include "storage/postgres/mark_rows.h"
#include "storage/postgres/stream_rows.h"
#include "storage/postgres/transaction.h"
#include "storage/postgres/transaction_rows.h"
#include "storage/postgres/unknown_rows.h"

namespace proverlog::postgres {
namespace {

constexpr size_t kFullHashDigits = 64;

// PostgreSQL cancels a statement that still runs when the deadline comes.
absl::Status SetDeadline(pqxx::transaction_base& tx, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return absl::OkStatus();
  const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
  if (left <= 0) return absl::DeadlineExceededError("there was not enough time for the answer");
  tx.exec_params("SELECT set_config('statement_timeout', $1, true)", absl::StrCat(left));
  return absl::OkStatus();
}

ProverRef ReadProver(const pqxx::row& row) {
  return {row[0].as<ProverId>(), row[1].as<int32_t>(), row[2].as<std::string>()};
}

}  // namespace

template <typename Transaction, typename Body>
auto QueryStore::Run(absl::string_view doing, Body body) {
  using Result = std::invoke_result_t<Body, Transaction&>;
  const auto is_cancelled = [this] { return is_cancelled_ && is_cancelled_(); };
  const absl::Status cancelled = absl::CancelledError("the client does not wait any more");
  if (is_cancelled()) return Result(cancelled);
  Result result = RunTransaction<Transaction>(*pool_, doing, [&](Transaction& tx) -> Result {
    const CancelWatch::Scope scope(watch_.get(), &static_cast<Connection&>(tx.conn()),
                                   is_cancelled);
    if (const absl::Status status = SetDeadline(tx, deadline_); !status.ok()) return status;
    Result answer = body(tx);
    // An exception closes the connection.
    if (scope.HasCancelled()) throw pqxx::failure("cancelled");
    return answer;
  });
  return is_cancelled() ? Result(cancelled) : result;
}

template <typename Body>
auto QueryStore::Read(absl::string_view doing, Body body) {
  return Run<ReadOnly>(doing, std::move(body));
}

std::unique_ptr<proverlog::QueryStore> QueryStore::WithDeadline(
    absl::Time deadline, std::function<bool()> is_cancelled) {
  auto store = std::make_unique<QueryStore>(*this);
  store->deadline_ = deadline;
  store->is_cancelled_ = std::move(is_cancelled);
  return store;
}

absl::StatusOr<std::vector<Block>> QueryStore::ReadBlocks(const StreamKey& stream, int64_t begin,
                                                          int64_t end, int max_blocks) {
  return Run<ReadLatest>("read the archive",
                         [&](ReadLatest& tx) -> absl::StatusOr<std::vector<Block>> {
                           return SelectBlocks(tx, stream, begin, end, max_blocks);
                         });
}

absl::StatusOr<int64_t> QueryStore::RemovedUntil(const StreamKey& stream) {
  return Read("look for removed logs", [&](ReadOnly& tx) -> absl::StatusOr<int64_t> {
    return SelectRemovedUntil(tx, stream);
  });
}

absl::StatusOr<std::vector<ProverRef>> QueryStore::ListProvers(int limit) {
  return Read("list the provers", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<ProverRef>> {
    std::vector<ProverRef> provers;
    const auto rows = tx.exec_params(
        "SELECT prover_id, projection_id, name FROM prover ORDER BY name LIMIT $1", limit);
    for (const auto& row : rows) provers.push_back(ReadProver(row));
    return provers;
  });
}

absl::StatusOr<ProverRef> QueryStore::FindProver(const std::string& name) {
  return Read("look for the prover", [&](ReadOnly& tx) -> absl::StatusOr<ProverRef> {
    const auto rows =
        tx.exec_params("SELECT prover_id, projection_id, name FROM prover WHERE name = $1", name);
    if (rows.empty()) return absl::NotFoundError(absl::StrCat("there is no prover \"", name, "\""));
    return ReadProver(rows[0]);
  });
}

absl::StatusOr<std::vector<EpochRow>> QueryStore::ListEpochs(const ProverRef& prover,
                                                             std::optional<int32_t> before,
                                                             int limit) {
  return Read("list the epochs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EpochRow>> {
    return ReadEpochRows(tx, KeyOf(prover), before, limit);
  });
}

absl::StatusOr<std::vector<EpochRevision>> QueryStore::FindEpochs(const ProverRef& prover,
                                                                  const EpochWindow& window,
                                                                  int limit) {
  return Read("look for epochs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EpochRevision>> {
    return ReadEpochsBetween(tx, KeyOf(prover), window, limit);
  });
}

absl::StatusOr<std::map<int32_t, EpochWindow>> QueryStore::LoadEpochWindows(
    const ProverRef& prover, const std::vector<int32_t>& epochs) {
  return Read("look for epochs",
              [&](ReadOnly& tx) -> absl::StatusOr<std::map<int32_t, EpochWindow>> {
                return ReadEpochWindows(tx, KeyOf(prover), epochs);
              });
}

absl::StatusOr<EpochState> QueryStore::LoadEpoch(const ProverRef& prover, int32_t epoch,
                                                 int64_t max_jobs) {
  return Read(absl::StrCat("load epoch ", epoch),
              [&](ReadOnly& tx) { return ReadEpochState(tx, prover, epoch, max_jobs); });
}

absl::StatusOr<EpochState> QueryStore::LoadEpochState(const ProverRef& prover, int32_t epoch,
                                                      int64_t max_jobs) {
  return Read(absl::StrCat("load epoch ", epoch), [&](ReadOnly& tx) -> absl::StatusOr<EpochState> {
    auto state = ReadEpochState(tx, prover, epoch, max_jobs);
    if (!state.ok()) return state.status();
    ReadSources(tx, prover, epoch, StreamsOf(state->jobs, state->context), *state);
    return state;
  });
}

absl::StatusOr<std::map<int32_t, std::vector<CompletedJob>>> QueryStore::LoadCompleted(
    const ProverRef& prover, const std::vector<int32_t>& epochs, int64_t max_jobs) {
  return Read("load completed jobs",
              [&](ReadOnly& tx) { return ReadCompleted(tx, KeyOf(prover), epochs, max_jobs); });
}

absl::StatusOr<EpochState> QueryStore::LoadEpochChanges(const ProverRef& prover,
                                                        const KnownEpoch& known, int64_t max_jobs) {
  const int32_t epoch = known.version.epoch;
  return Read(absl::StrCat("load epoch ", epoch), [&](ReadOnly& tx) -> absl::StatusOr<EpochState> {
    auto state = ReadEpochChanges(tx, prover, known, max_jobs);
    if (!state.ok()) return state.status();
    ReadSources(tx, prover, epoch,
                state->as_known ? known.stream_ids : StreamsOf(state->jobs, state->context),
                *state);
    return state;
  });
}

absl::StatusOr<EpochDelta> QueryStore::LoadEpochDelta(const ProverRef& prover,
                                                      const EpochVersion& known, int64_t position,
                                                      int64_t max_jobs) {
  return Read(absl::StrCat("load what is new of epoch ", known.epoch),
              [&](ReadOnly& tx) { return ReadEpochDelta(tx, prover, known, position, max_jobs); });
}

absl::StatusOr<std::vector<EpochVersion>> QueryStore::ListEpochVersions(const ProverRef& prover,
                                                                        int limit) {
  return Read("list the epochs",
              [&](ReadOnly& tx) { return ReadEpochVersions(tx, KeyOf(prover), limit); });
}

absl::StatusOr<std::vector<Job>> QueryStore::ListJobs(const ProverRef& prover,
                                                      const JobFilter& filter, int limit) {
  return Read("list jobs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Job>> {
    const auto context = ReadContext(tx, KeyOf(prover), filter.epoch);
    if (!context.ok()) return context.status();
    const std::optional<UnixMillis> closed_at = ClosedAt(*context);
    const std::vector<JobId> ids = SelectJobIds(tx, KeyOf(prover), filter, closed_at, limit);
    auto facts = ReadFacts(tx, KeyOf(prover), ids, kMaxFactRows);
    if (!facts.ok()) return facts.status();
    std::vector<Job> jobs;
    for (const JobId& id : ids) {
      jobs.push_back(DeriveJobOfEpoch(id, std::move((*facts)[id]), closed_at));
    }
    return jobs;
  });
}

absl::StatusOr<std::vector<std::string>> QueryStore::ListJobTypes(
    const ProverRef& prover, const std::vector<int32_t>& epochs) {
  return Read("list job types", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<std::string>> {
    return ReadJobTypes(tx, KeyOf(prover), epochs);
  });
}

absl::StatusOr<Job> QueryStore::LoadJob(const ProverRef& prover, const JobId& id) {
  return Read(absl::StrCat("load job ", id.ToString()), [&](ReadOnly& tx) -> absl::StatusOr<Job> {
    const auto context = ReadContext(tx, KeyOf(prover), id.epoch);
    if (!context.ok()) return context.status();
    auto facts = ReadFacts(tx, KeyOf(prover), {id}, kMaxFactRows);
    if (!facts.ok()) return facts.status();
    if (facts->empty()) {
      return absl::NotFoundError(
          absl::StrCat("prover \"", prover.name, "\" has no job ", id.ToString()));
    }
    return DeriveJobOfEpoch(id, std::move(facts->begin()->second), ClosedAt(*context));
  });
}

absl::StatusOr<std::vector<JobId>> QueryStore::FindJobs(const ProverRef& prover,
                                                        const JobId& with_hash_prefix, int limit) {
  const std::string& prefix = with_hash_prefix.hash;
  if (prefix.size() > kFullHashDigits) return std::vector<JobId>{};
  const std::string rest(kFullHashDigits - prefix.size(), '0');
  const std::string first = absl::StrCat(prefix, rest);
  if (!IsFullHash(first)) return std::vector<JobId>{};
  const std::string last = absl::StrCat(prefix, std::string(rest.size(), 'f'));
  return Read("look for a job", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<JobId>> {
    const auto rows = tx.exec_params(
        "SELECT hash FROM job WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
        " AND type = $4 AND hash BETWEEN $5 AND $6 AND octet_length(hash) = octet_length($5)"
        " ORDER BY hash LIMIT $7",
        prover.prover_id, prover.projection_id, with_hash_prefix.epoch, with_hash_prefix.type,
        ToParameter(EncodeHash(first)), ToParameter(EncodeHash(last)), limit);
    std::vector<JobId> ids;
    for (const auto& row : rows) {
      ids.push_back({with_hash_prefix.epoch, with_hash_prefix.type, DecodeHash(ToBytes(row[0]))});
    }
    return ids;
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::LoadStreams(
    const ProverRef& prover, const std::vector<int64_t>& stream_ids) {
  return Read("load streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    Array ids;
    for (const int64_t id : stream_ids) ids.Add(id);
    return ReadStreams(
        tx, KeyOf(prover),
        tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                    "AND s.stream_id = ANY ($3::bigint[]) ORDER BY machine,"
                                    " source, stream_id"),
                       prover.prover_id, prover.projection_id, ids.Finish()));
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::FindStreams(const ProverRef& prover,
                                                                  const LogFilter& filter,
                                                                  int limit) {
  return Read("look for logs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    return SelectStreams(tx, KeyOf(prover), filter, limit);
  });
}

absl::StatusOr<ActiveLogs> QueryStore::FindActive(const ProverRef& prover,
                                                  const std::string& machine,
                                                  const std::string& source, UnixMillis since,
                                                  int limit) {
  return Read("look for logs that go on", [&](ReadOnly& tx) -> absl::StatusOr<ActiveLogs> {
    return SelectActive(tx, KeyOf(prover), {machine, source, since}, limit);
  });
}

absl::StatusOr<LineStart> QueryStore::LoadLineStart(const ProverRef& prover, int64_t stream_id,
                                                    const LinePosition& position) {
  return Read("look for lines", [&](ReadOnly& tx) -> absl::StatusOr<LineStart> {
    return LineStart{SelectAnchors(tx, {prover.prover_id, stream_id}),
                     SelectMark(tx, KeyOf(prover), stream_id, position),
                     SelectFirstMark(tx, KeyOf(prover), stream_id)};
  });
}

absl::StatusOr<LineStart> QueryStore::LoadLineStartAt(const ProverRef& prover, int64_t stream_id,
                                                      int64_t offset) {
  return Read("look for lines", [&](ReadOnly& tx) -> absl::StatusOr<LineStart> {
    return LineStart{SelectAnchors(tx, {prover.prover_id, stream_id}),
                     SelectMarkAt(tx, KeyOf(prover), stream_id, offset),
                     SelectFirstMark(tx, KeyOf(prover), stream_id)};
  });
}

absl::StatusOr<std::vector<Gap>> QueryStore::ListGaps(const ProverRef& prover, int64_t stream_id,
                                                      int64_t begin, int64_t end) {
  return Read("list gaps", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Gap>> {
    return SelectMissing(tx, KeyOf(prover), stream_id, begin, end);
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::ListStreams(const ProverRef& prover,
                                                                  int limit) {
  return Read("list streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    return ReadStreams(
        tx, KeyOf(prover),
        tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                    "ORDER BY sp.received_at DESC NULLS LAST, s.stream_id"
                                    " LIMIT $3"),
                       prover.prover_id, prover.projection_id, limit));
  });
}

absl::StatusOr<std::vector<CircuitRun>> QueryStore::LoadCircuitRuns(const ProverRef& prover,
                                                                    const JobId& job) {
  return Read("load a job's circuits",
              [&](ReadOnly& tx) -> absl::StatusOr<std::vector<CircuitRun>> {
                return ReadCircuitRuns(tx, KeyOf(prover), job);
              });
}

absl::StatusOr<TransactionRuns> QueryStore::LoadTransactionRuns(const ProverRef& prover,
                                                                int32_t epoch) {
  return Read(absl::StrCat("load the transactions of epoch ", epoch),
              [&](ReadOnly& tx) -> absl::StatusOr<TransactionRuns> {
                return ReadTransactionRuns(tx, KeyOf(prover), epoch);
              });
}

absl::StatusOr<std::vector<CircuitRun>> QueryStore::FindTransactionRuns(
    const ProverRef& prover, const std::vector<int32_t>& epochs, const std::string& hash) {
  return Read("look for a transaction",
              [&](ReadOnly& tx) -> absl::StatusOr<std::vector<CircuitRun>> {
                return SelectTransactionRuns(tx, KeyOf(prover), epochs, hash);
              });
}

absl::StatusOr<MachineEvents> QueryStore::LoadMachineEvents(const ProverRef& prover,
                                                            const std::string& machine,
                                                            const std::vector<std::string>& kinds) {
  return Read("load a machine's events", [&](ReadOnly& tx) -> absl::StatusOr<MachineEvents> {
    return ReadMachineEvents(tx, KeyOf(prover), machine, kinds);
  });
}

absl::StatusOr<std::vector<EventRow>> QueryStore::ListEvents(const ProverRef& prover,
                                                             const EventFilter& filter, int limit) {
  return Read("list events", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EventRow>> {
    return ReadEvents(tx, KeyOf(prover), filter, limit);
  });
}

absl::StatusOr<std::vector<Event>> QueryStore::LoadLooseEvents(
    const ProverRef& prover, const std::vector<std::string>& kinds, const EpochWindow& window) {
  return Read("load events of no epoch", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Event>> {
    return ReadLooseEvents(tx, KeyOf(prover), kinds, window);
  });
}

absl::StatusOr<std::map<int32_t, std::vector<Event>>> QueryStore::LoadEvents(
    const ProverRef& prover, const std::vector<int32_t>& epochs,
    const std::vector<std::string>& kinds) {
  return Read("load events",
              [&](ReadOnly& tx) { return ReadEventsOfEpochs(tx, KeyOf(prover), epochs, kinds); });
}

absl::StatusOr<std::optional<Event>> QueryStore::FindNetwork(const ProverRef& prover) {
  return Read("look for the network", [&](ReadOnly& tx) -> absl::StatusOr<std::optional<Event>> {
    return ReadNetwork(tx, KeyOf(prover));
  });
}

absl::StatusOr<UnknownPage> QueryStore::ListUnknown(const ProverRef& prover,
                                                    const std::string& machine,
                                                    const std::optional<UnknownPosition>& after,
                                                    int limit) {
  return Read("list unknown messages", [&](ReadOnly& tx) -> absl::StatusOr<UnknownPage> {
    return ReadUnknownRows(tx, KeyOf(prover), machine, after, limit);
  });
}

}  // namespace proverlog::postgres
