#ifndef PROVERLOG_SERVER_QUERY_LINES_AROUND_H_
#define PROVERLOG_SERVER_QUERY_LINES_AROUND_H_

#include "absl/status/statusor.h"
#include "proverlog/v1/lines.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The answer to QueryService.ListLines where it asks for the lines around one, of a prover that
// exists.
absl::StatusOr<v1::ListLinesResponse> ListLinesAround(QueryStore& store, const ProverRef& prover,
                                                      const v1::ListLinesRequest& request);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LINES_AROUND_H_
