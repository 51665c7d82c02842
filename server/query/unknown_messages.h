#ifndef PROVERLOG_SERVER_QUERY_UNKNOWN_MESSAGES_H_
#define PROVERLOG_SERVER_QUERY_UNKNOWN_MESSAGES_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers ListUnknownMessages for the prover.
absl::StatusOr<v1::ListUnknownMessagesResponse> ListUnknown(
    QueryStore& store, const ProverRef& prover, const v1::ListUnknownMessagesRequest& request,
    absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_UNKNOWN_MESSAGES_H_
