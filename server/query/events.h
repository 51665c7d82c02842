#ifndef PROVERLOG_SERVER_QUERY_EVENTS_H_
#define PROVERLOG_SERVER_QUERY_EVENTS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Answers QueryService.ListEvents for a prover that is known.
absl::StatusOr<v1::ListEventsResponse> ListEvents(QueryStore& store, const ProverRef& prover,
                                                  const v1::ListEventsRequest& request,
                                                  absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_EVENTS_H_
