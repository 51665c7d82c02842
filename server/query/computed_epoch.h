#ifndef PROVERLOG_SERVER_QUERY_COMPUTED_EPOCH_H_
#define PROVERLOG_SERVER_QUERY_COMPUTED_EPOCH_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// What is computed of the epoch: from the cache, where it still holds, else computed now and kept
// there. `cache` may be null. The state is without its jobs. NOT_FOUND for an epoch that nothing
// is known of.
absl::StatusOr<EpochState> ComputedEpoch(QueryStore& store, EpochCache* cache,
                                         const ProverRef& prover, int32_t epoch,
                                         std::shared_ptr<const CachedEpoch>& computed);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_COMPUTED_EPOCH_H_
