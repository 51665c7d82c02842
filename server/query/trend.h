#ifndef PROVERLOG_SERVER_QUERY_TREND_H_
#define PROVERLOG_SERVER_QUERY_TREND_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/trend.pb.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.GetTrend. What it computes is in the cache also where the time is not enough
// for all of it; `cache` may be null.
absl::StatusOr<v1::GetTrendResponse> GetTrend(QueryStore& store, EpochCache* cache,
                                              const ProverRef& prover,
                                              const v1::GetTrendRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_TREND_H_
