#ifndef PROVERLOG_STORAGE_POSTGRES_PROJECTION_TRANSACTION_H_
#define PROVERLOG_STORAGE_POSTGRES_PROJECTION_TRANSACTION_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "storage/postgres/transaction.h"
#include "storage/projection_store.h"

namespace proverlog::postgres {

// A stream is pending while there are bytes to normalize, or a seal at the end of them to read; of
// stream_position sp and stream_progress pr.
inline constexpr char kPending[] =
    "(sp.committed_offset > coalesce(pr.normalized_offset, 0)"
    " OR (sp.sealed_offset = sp.committed_offset"
    "     AND pr.sealed_offset IS DISTINCT FROM sp.sealed_offset))";

// A worker's side of a transaction that holds the lock on the projection's row, which it does not
// outlive.
class ProjectionTransaction : public proverlog::ProjectionTransaction {
 public:
  ProjectionTransaction(ReadWrite& tx, const ProjectionKey& key) : tx_(tx), key_(key) {}

  ProjectionKey projection() const override { return key_; }
  absl::StatusOr<std::vector<PendingStream>> PendingStreams(int limit) override;
  absl::StatusOr<std::vector<Block>> ReadBlocks(int64_t stream_id, int64_t begin,
                                                int64_t max_bytes) override;
  absl::StatusOr<std::vector<Gap>> ReadGaps(int64_t stream_id, int64_t begin, int64_t end) override;
  absl::StatusOr<std::set<int32_t>> EpochsWithJobs(const std::set<int32_t>& epochs) override;
  absl::StatusOr<std::map<JobId, std::vector<Fact>>> LoadFacts(
      const std::vector<JobId>& jobs) override;
  absl::Status AddJobs(const std::vector<Job>& jobs) override;
  absl::Status UpdateJobs(const std::vector<Job>& jobs) override;
  absl::Status AddUnknown(const std::map<int64_t, UnknownCounts>& by_stream) override;
  absl::Status SaveEvents(const std::vector<Event>& events) override;
  absl::Status SaveCircuitRuns(const std::vector<CircuitRun>& runs) override;
  absl::Status SaveProgress(const NormalizedStream& stream) override;
  absl::StatusOr<std::optional<int64_t>> NextBoundary(int64_t stream_id, int64_t offset) override;
  absl::Status Try(const std::function<absl::Status()>& body) override;

 private:
  std::vector<PendingStream> SelectPending(int limit);
  void UpsertProgress(const NormalizedStream& stream);

  ReadWrite& tx_;
  ProjectionKey key_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_PROJECTION_TRANSACTION_H_
