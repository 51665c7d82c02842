#ifndef PROVERLOG_SERVER_QUERY_KNOWN_EPOCH_H_
#define PROVERLOG_SERVER_QUERY_KNOWN_EPOCH_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "storage/query_store.h"

namespace proverlog {

// What one answer is made of: about 1 KiB a job.
inline constexpr size_t kMaxJobsLoaded = 100'000;

// INVALID_ARGUMENT for a number that no epoch has, in the request's field `epoch`.
absl::Status CheckEpoch(int32_t epoch);

// NOT_FOUND for an epoch that nothing is known of.
absl::Status NoSuchEpoch(QueryStore& store, const ProverRef& prover, int32_t epoch);

// NoSuchEpoch where none of the epoch's jobs exists, and no session of it.
absl::Status CheckKnown(QueryStore& store, const ProverRef& prover, int32_t epoch,
                        const EpochState& state);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_KNOWN_EPOCH_H_
