#ifndef PROVERLOG_SERVER_QUERY_LIST_JOBS_H_
#define PROVERLOG_SERVER_QUERY_LIST_JOBS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The answer to QueryService.ListJobs, of a prover that exists.
absl::StatusOr<v1::ListJobsResponse> ListJobs(QueryStore& store, const ProverRef& prover,
                                              const v1::ListJobsRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LIST_JOBS_H_
