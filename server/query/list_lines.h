#ifndef PROVERLOG_SERVER_QUERY_LIST_LINES_H_
#define PROVERLOG_SERVER_QUERY_LIST_LINES_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/lines.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The answer to QueryService.ListLines, of a prover that exists.
absl::StatusOr<v1::ListLinesResponse> ListLines(QueryStore& store, const ProverRef& prover,
                                                const v1::ListLinesRequest& request,
                                                absl::Time now);

// The same without how far the logs are.
absl::StatusOr<v1::ListLinesResponse> ListLines(QueryStore& store, const ProverRef& prover,
                                                const v1::ListLinesRequest& request);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LIST_LINES_H_
