#ifndef PROVERLOG_SERVER_QUERY_EPOCHS_H_
#define PROVERLOG_SERVER_QUERY_EPOCHS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// The answers to QueryService.ListEpochs and GetEpochSummary, of a prover that exists. Figures are
// taken from the cache, and kept there, where there is one.
absl::StatusOr<v1::ListEpochsResponse> ListEpochs(QueryStore& store, const ProverRef& prover,
                                                  const v1::ListEpochsRequest& request,
                                                  absl::Time now);
absl::StatusOr<v1::GetEpochSummaryResponse> GetEpochSummary(
    QueryStore& store, EpochCache* cache, const ProverRef& prover,
    const v1::GetEpochSummaryRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_EPOCHS_H_
