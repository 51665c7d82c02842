#ifndef PROVERLOG_SERVER_QUERY_CRITICAL_PATH_H_
#define PROVERLOG_SERVER_QUERY_CRITICAL_PATH_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/critical_path.pb.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.GetCriticalPath. `cache` may be null.
absl::StatusOr<v1::GetCriticalPathResponse> GetCriticalPath(
    QueryStore& store, EpochCache* cache, const ProverRef& prover,
    const v1::GetCriticalPathRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_CRITICAL_PATH_H_
