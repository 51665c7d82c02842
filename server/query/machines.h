#ifndef PROVERLOG_SERVER_QUERY_MACHINES_H_
#define PROVERLOG_SERVER_QUERY_MACHINES_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The answers to QueryService.ListMachines and GetMachine, of a prover that exists.
absl::StatusOr<v1::ListMachinesResponse> ListMachines(QueryStore& store, const ProverRef& prover,
                                                      absl::Time now);
absl::StatusOr<v1::GetMachineResponse> GetMachine(QueryStore& store, const ProverRef& prover,
                                                  const v1::GetMachineRequest& request,
                                                  absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_MACHINES_H_
