#ifndef PROVERLOG_SERVER_QUERY_JOB_H_
#define PROVERLOG_SERVER_QUERY_JOB_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/job.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The job of that id, or the only one whose hash begins with the id's; `field` is the request's
// that has it.
absl::StatusOr<Job> FindJob(QueryStore& store, const ProverRef& prover, const std::string& field,
                            const std::string& text);

// Answers QueryService.GetJob for a prover that is known.
absl::StatusOr<v1::GetJobResponse> GetJob(QueryStore& store, const ProverRef& prover,
                                          const v1::GetJobRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_JOB_H_
