#ifndef PROVERLOG_STORAGE_POSTGRES_QUERY_STORE_H_
#define PROVERLOG_STORAGE_POSTGRES_QUERY_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/postgres/cancel_watch.h"
#include "storage/postgres/connection_pool.h"
#include "storage/query_store.h"

namespace proverlog::postgres {

// Queries in PostgreSQL. Thread-safe; the pool outlives it.
class QueryStore : public proverlog::QueryStore {
 public:
  explicit QueryStore(ConnectionPool* pool)
      : pool_(pool), watch_(std::make_shared<CancelWatch>(pool)) {}

  std::unique_ptr<proverlog::QueryStore> WithDeadline(absl::Time deadline,
                                                      std::function<bool()> is_cancelled) override;

  absl::StatusOr<std::vector<Block>> ReadBlocks(const StreamKey& stream, int64_t begin, int64_t end,
                                                int max_blocks) override;
  absl::StatusOr<int64_t> RemovedUntil(const StreamKey& stream) override;
  absl::StatusOr<std::vector<ProverRef>> ListProvers(int limit) override;
  absl::StatusOr<ProverRef> FindProver(const std::string& name) override;
  absl::StatusOr<std::vector<EpochRow>> ListEpochs(const ProverRef& prover,
                                                   std::optional<int32_t> before,
                                                   int limit) override;
  absl::StatusOr<std::vector<EpochRevision>> FindEpochs(const ProverRef& prover,
                                                        const EpochWindow& window,
                                                        int limit) override;
  absl::StatusOr<std::map<int32_t, EpochWindow>> LoadEpochWindows(
      const ProverRef& prover, const std::vector<int32_t>& epochs) override;
  absl::StatusOr<EpochState> LoadEpoch(const ProverRef& prover, int32_t epoch,
                                       int64_t max_jobs) override;
  absl::StatusOr<EpochState> LoadEpochState(const ProverRef& prover, int32_t epoch,
                                            int64_t max_jobs) override;
  absl::StatusOr<EpochState> LoadEpochChanges(const ProverRef& prover, const KnownEpoch& known,
                                              int64_t max_jobs) override;
  absl::StatusOr<EpochDelta> LoadEpochDelta(const ProverRef& prover, const EpochVersion& known,
                                            int64_t position, int64_t max_jobs) override;
  absl::StatusOr<std::vector<EpochVersion>> ListEpochVersions(const ProverRef& prover,
                                                              int limit) override;
  absl::StatusOr<std::map<int32_t, std::vector<CompletedJob>>> LoadCompleted(
      const ProverRef& prover, const std::vector<int32_t>& epochs, int64_t max_jobs) override;
  absl::StatusOr<std::vector<Job>> ListJobs(const ProverRef& prover, const JobFilter& filter,
                                            int limit) override;
  absl::StatusOr<std::vector<std::string>> ListJobTypes(
      const ProverRef& prover, const std::vector<int32_t>& epochs) override;
  absl::StatusOr<Job> LoadJob(const ProverRef& prover, const JobId& id) override;
  absl::StatusOr<std::vector<JobId>> FindJobs(const ProverRef& prover,
                                              const JobId& with_hash_prefix, int limit) override;
  absl::StatusOr<std::vector<StreamStatus>> LoadStreams(
      const ProverRef& prover, const std::vector<int64_t>& stream_ids) override;
  absl::StatusOr<std::vector<StreamStatus>> FindStreams(const ProverRef& prover,
                                                        const LogFilter& filter,
                                                        int limit) override;
  absl::StatusOr<ActiveLogs> FindActive(const ProverRef& prover, const std::string& machine,
                                        const std::string& source, UnixMillis since,
                                        int limit) override;
  absl::StatusOr<LineStart> LoadLineStart(const ProverRef& prover, int64_t stream_id,
                                          const LinePosition& position) override;
  absl::StatusOr<LineStart> LoadLineStartAt(const ProverRef& prover, int64_t stream_id,
                                            int64_t offset) override;
  absl::StatusOr<std::vector<Gap>> ListGaps(const ProverRef& prover, int64_t stream_id,
                                            int64_t begin, int64_t end) override;
  absl::StatusOr<std::vector<StreamStatus>> ListStreams(const ProverRef& prover,
                                                        int limit) override;
  absl::StatusOr<std::vector<CircuitRun>> LoadCircuitRuns(const ProverRef& prover,
                                                          const JobId& job) override;
  absl::StatusOr<TransactionRuns> LoadTransactionRuns(const ProverRef& prover,
                                                      int32_t epoch) override;
  absl::StatusOr<std::vector<CircuitRun>> FindTransactionRuns(const ProverRef& prover,
                                                              const std::vector<int32_t>& epochs,
                                                              const std::string& hash) override;
  absl::StatusOr<MachineEvents> LoadMachineEvents(const ProverRef& prover,
                                                  const std::string& machine,
                                                  const std::vector<std::string>& kinds) override;
  absl::StatusOr<std::vector<EventRow>> ListEvents(const ProverRef& prover,
                                                   const EventFilter& filter, int limit) override;
  absl::StatusOr<std::vector<Event>> LoadLooseEvents(const ProverRef& prover,
                                                     const std::vector<std::string>& kinds,
                                                     const EpochWindow& window) override;
  absl::StatusOr<std::map<int32_t, std::vector<Event>>> LoadEvents(
      const ProverRef& prover, const std::vector<int32_t>& epochs,
      const std::vector<std::string>& kinds) override;
  absl::StatusOr<std::optional<Event>> FindNetwork(const ProverRef& prover) override;
  absl::StatusOr<UnknownPage> ListUnknown(const ProverRef& prover, const std::string& machine,
                                          const std::optional<UnknownPosition>& after,
                                          int limit) override;

 private:
  // RunTransaction, until the deadline and as long as somebody waits.
  template <typename Transaction, typename Body>
  auto Run(absl::string_view doing, Body body);
  template <typename Body>
  auto Read(absl::string_view doing, Body body);

  ConnectionPool* pool_;
  std::shared_ptr<CancelWatch> watch_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::function<bool()> is_cancelled_;  // may be empty
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_QUERY_STORE_H_
