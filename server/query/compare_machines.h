#ifndef PROVERLOG_SERVER_QUERY_COMPARE_MACHINES_H_
#define PROVERLOG_SERVER_QUERY_COMPARE_MACHINES_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.CompareMachines.
absl::StatusOr<v1::CompareMachinesResponse> CompareMachines(
    QueryStore& store, const ProverRef& prover, const v1::CompareMachinesRequest& request,
    absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_COMPARE_MACHINES_H_
