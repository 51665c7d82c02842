#ifndef PROVERLOG_ANALYSIS_EPOCH_SUMMARY_H_
#define PROVERLOG_ANALYSIS_EPOCH_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "analysis/duration_stats.h"
#include "analysis/epoch_outcome.h"
#include "model/epoch_context.h"
#include "model/job.h"
#include "model/job_counts.h"
#include "model/time.h"

namespace proverlog {

struct JobTypeSummary {
  std::string type;
  JobCounts counts;
  DurationStats duration;
  DurationStats queue_wait;
  DurationStats turnaround;
  std::vector<std::string> feeds;  // the epoch's types whose jobs take its proofs (proving_graph.h)
};

// What the agents of one machine did.
struct MachineShare {
  std::string machine;
  int32_t started = 0;    // attempts
  int32_t completed = 0;  // attempts
  int32_t failed = 0;     // attempts
  Millis busy = 0;        // sum of its attempts' lengths, those whose start and end are known
  double share = 0;       // of all completed attempts, within [0, 1]
};

// What one agent process did: single agents have no name in the logs.
struct AgentProcess {
  std::string process;       // Origin::process
  MachineShare share;        // of the process
  int32_t max_parallel = 0;  // the most attempts that it ran at once: at least as many agents
};

// Of the best session, as far as its lines tell.
struct EpochTimes {
  std::optional<Millis> proving;     // from the session's start until its proof was ready
  std::optional<double> top_tree;    // of it: proving the top tree, in milliseconds
  std::optional<Millis> submission;  // from then until it was published
};

struct EpochSummary {
  int32_t epoch = 0;
  EpochOutcome outcome = EpochOutcome::kIncomplete;
  EpochTimes times;
  std::vector<EpochSession> sessions;  // by start
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  JobCounts totals;
  std::vector<JobTypeSummary> job_types;  // in the order in which they first appear
  std::vector<MachineShare> machines;     // by name
  std::vector<AgentProcess> processes;    // by machine and name
};

// `jobs` are all jobs of one epoch, in any order; those that do not exist are skipped, and those
// that are open when the epoch is closed are abandoned.
EpochSummary SummarizeEpoch(int32_t epoch, std::vector<Job> jobs, EpochContext context = {});

// The same of jobs of which those are abandoned already that are, as stores load them.
EpochSummary SummarizeLoaded(int32_t epoch, const std::vector<Job>& jobs, EpochContext context);

// The type whose completion proves the epoch. Its name has not changed in any version.
inline constexpr absl::string_view kRootRollup = "ROOT_ROLLUP";

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EPOCH_SUMMARY_H_
