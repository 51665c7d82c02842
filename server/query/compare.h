#ifndef PROVERLOG_SERVER_QUERY_COMPARE_H_
#define PROVERLOG_SERVER_QUERY_COMPARE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/comparison.pb.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.Compare, whose subjects may be of several provers. `cache` may be null.
absl::StatusOr<v1::CompareResponse> Compare(QueryStore& store, EpochCache* cache,
                                            const v1::CompareRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_COMPARE_H_
