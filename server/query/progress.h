#ifndef PROVERLOG_SERVER_QUERY_PROGRESS_H_
#define PROVERLOG_SERVER_QUERY_PROGRESS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/progress.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.GetProgress for a prover that is known.
absl::StatusOr<v1::GetProgressResponse> GetProgress(QueryStore& store, const ProverRef& prover,
                                                    const v1::GetProgressRequest& request,
                                                    absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_PROGRESS_H_
