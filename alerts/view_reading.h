#ifndef PROVERLOG_ALERTS_VIEW_READING_H_
#define PROVERLOG_ALERTS_VIEW_READING_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "alerts/prover_view.h"
#include "alerts/rule.h"
#include "analysis/cause.h"
#include "analysis/duration_stats.h"

namespace proverlog {

// What several rules read of a view.

// A threshold in seconds.
Millis ReadMillis(const ThresholdReader& thresholds, absl::string_view name,
                  const Labels& about = {});

// A sender that was not heard of for so long is gone: it is noted every 15 s while it is connected.
inline constexpr Millis kHeardWithin = 120'000;
// Whether the log goes on and its sender is there.
bool IsHeard(const LogView& log, UnixMillis now);
bool IsBrokers(const LogView& log);
bool IsAgents(const LogView& log);

// Whether what the broker has not said of a job did not happen: its log is followed. Always, where
// the view is of an earlier time.
bool IsBrokerHeard(const ProverView& view);

// When a window begins that ends now as far as the logs tell, or with the last of what is counted
// in it, where some log tells more.
UnixMillis WindowBegin(const ProverView& view, UnixMillis last, Millis window);

bool WasGoingOnAt(const EpochView& epoch, UnixMillis at);
// The epochs that go on.
std::vector<const EpochView*> OpenEpochs(const ProverView& view);
// Whether some log tells of agents' starts in the epoch.
bool KnowsAgents(const EpochView& epoch);

// A time that is too long, and against what: "3 times the p99 of 2311 earlier ones, 45 s".
struct Limit {
  Millis length = 0;
  std::string against;
};
// How a type's usual times are found in a summary.
using StatsOf = const DurationStats JobTypeSummary::*;
// `times_p99` times the type's longest p99 among the earlier epochs (of the broker's and the
// agents' logs alike), at least `least`. A type of which an epoch has few, as it has one root
// rollup, has no p99: it is the longest of at least 5 epochs. With less than both, `floor`, or for
// checkpoints and roots `floor_root`. They are thresholds that the rule has by these names, and are
// read with `about`.
Limit LimitOf(const ProverView& view, const std::string& type, StatsOf stats,
              const ThresholdReader& thresholds, const Labels& about);

// A failure or a time-out of a job, with the job.
struct Failure {
  const EpochView* epoch = nullptr;
  const Job* job = nullptr;
  Cause cause;
  bool for_good = false;
};
// All of the view's, by instant.
std::vector<Failure> FailuresIn(const ProverView& view);

// Their jobs, a line for each of the first three with how long ago it failed, and one for how many
// more there are.
std::string FailedJobsText(const std::vector<const Failure*>& failures, UnixMillis until);

// "prover-1/agent.log"; the machine alone where it is the process's name, or that is not known.
std::string ProcessText(const Origin& origin);

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_VIEW_READING_H_
