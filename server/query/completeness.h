#ifndef PROVERLOG_SERVER_QUERY_COMPLETENESS_H_
#define PROVERLOG_SERVER_QUERY_COMPLETENESS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/time.h"
#include "proverlog/v1/common.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// How far the prover's logs are that have records of the window's time, or should have:
// docs/queries.md, "Completeness", has the rules. `now` bounds what a log can have told.
absl::StatusOr<v1::Completeness> CompletenessOf(QueryStore& store, const ProverRef& prover,
                                                const EpochWindow& window, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_COMPLETENESS_H_
