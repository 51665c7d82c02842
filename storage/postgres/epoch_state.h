#ifndef PROVERLOG_STORAGE_POSTGRES_EPOCH_STATE_H_
#define PROVERLOG_STORAGE_POSTGRES_EPOCH_STATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "model/fact.h"
#include "model/job.h"
#include "model/job_id.h"
#include "model/time.h"
#include "storage/postgres/transaction.h"
#include "storage/query_store.h"

namespace proverlog::postgres {

// An epoch as QueryStore loads it. All functions throw libpqxx's exceptions.

inline ProjectionKey KeyOf(const ProverRef& prover) {
  return {prover.prover_id, prover.projection_id};
}

// Facts that one call reads from rows of their own at most; a healthy job has none there.
inline constexpr int64_t kMaxFactRows = 500'000;

// A job of an epoch that was closed then, or is not.
Job DeriveJobOfEpoch(const JobId& id, std::vector<Fact> facts, std::optional<UnixMillis> closed_at);

// As QueryStore::LoadEpoch.
absl::StatusOr<EpochState> ReadEpochState(ReadOnly& tx, const ProverRef& prover, int32_t epoch,
                                          int64_t max_jobs);

// As QueryStore::LoadEpochChanges, without the circuits and streams.
absl::StatusOr<EpochState> ReadEpochChanges(ReadOnly& tx, const ProverRef& prover,
                                            const KnownEpoch& known, int64_t max_jobs);

// As QueryStore::LoadEpochDelta.
absl::StatusOr<EpochDelta> ReadEpochDelta(ReadOnly& tx, const ProverRef& prover,
                                          const EpochVersion& known, int64_t position,
                                          int64_t max_jobs);

// Adds the circuits, and the streams with these ids and those that may tell more, as EpochState
// says.
void ReadSources(ReadOnly& tx, const ProverRef& prover, int32_t epoch,
                 const std::vector<int64_t>& stream_ids, EpochState& state);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_EPOCH_STATE_H_
