#ifndef PROVERLOG_SERVER_QUERY_SUBMISSIONS_H_
#define PROVERLOG_SERVER_QUERY_SUBMISSIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/submissions.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.ListSubmissions for a prover that is known.
absl::StatusOr<v1::ListSubmissionsResponse> ListSubmissions(
    QueryStore& store, const ProverRef& prover, const v1::ListSubmissionsRequest& request,
    absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_SUBMISSIONS_H_
