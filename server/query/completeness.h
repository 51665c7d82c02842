#ifndef PROVERLOG_SERVER_QUERY_COMPLETENESS_H_
#define PROVERLOG_SERVER_QUERY_COMPLETENESS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/epoch_summary.h"
#include "model/time.h"
#include "proverlog/v1/common.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// docs/queries.md, "Completeness", has the rules. `now` bounds what a log can have told.

// How far the prover's logs are that have records of the window's time, or may have; of those that
// the filter takes, whose times are set here. It is asked before the answer is made: what comes in
// between is then there and called missing, not the other way round.
absl::StatusOr<v1::Completeness> CompletenessOf(QueryStore& store, const ProverRef& prover,
                                                const EpochWindow& window, absl::Time now,
                                                LogFilter filter = {});

// Adds a time to the window, which is empty at first.
void Widen(std::optional<UnixMillis> first_at, std::optional<UnixMillis> last_at,
           EpochWindow& window);

// The same of epochs that are known, by number, whose windows these are: until now where the latest
// goes on.
absl::StatusOr<v1::Completeness> CompletenessOf(QueryStore& store, const ProverRef& prover,
                                                const std::map<int32_t, EpochWindow>& epochs,
                                                absl::Time now);

// The same of the logs that an epoch was loaded with.
v1::Completeness CompletenessOf(const EpochState& state, const EpochSummary& summary,
                                const std::string& prover, absl::Time now);

// Adds what `more` says of other logs, and where one is not current in one of them, that.
void UniteCompleteness(const v1::Completeness& more, v1::Completeness& united);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_COMPLETENESS_H_
