#ifndef PROVERLOG_SERVER_QUERY_THROUGHPUT_H_
#define PROVERLOG_SERVER_QUERY_THROUGHPUT_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/job_flow.h"
#include "proverlog/v1/throughput.pb.h"
#include "storage/query_store.h"

namespace proverlog {

v1::JobFlow ToProto(const JobFlow& flow);

// Answers QueryService.GetThroughput. What is open goes on until `now`.
absl::StatusOr<v1::GetThroughputResponse> GetThroughput(QueryStore& store, const ProverRef& prover,
                                                        const v1::GetThroughputRequest& request,
                                                        absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_THROUGHPUT_H_
