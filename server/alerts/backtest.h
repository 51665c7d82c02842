#ifndef PROVERLOG_SERVER_ALERTS_BACKTEST_H_
#define PROVERLOG_SERVER_ALERTS_BACKTEST_H_

#include "absl/status/statusor.h"
#include "alerts/rule_set.h"
#include "proverlog/v1/alert.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// What the rules would have said of the prover between two instants, had its logs been there at
// once: the views of those times (ReplayView), a round every ten seconds, and longer where the time
// is long. RESOURCE_EXHAUSTED where it has too many epochs.
absl::StatusOr<v1::TestRulesResponse> Backtest(QueryStore& store, const ProverRef& prover,
                                               const RuleSet& rules, UnixMillis begin,
                                               UnixMillis end);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_BACKTEST_H_
