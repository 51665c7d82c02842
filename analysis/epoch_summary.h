#ifndef PROVERLOG_ANALYSIS_EPOCH_SUMMARY_H_
#define PROVERLOG_ANALYSIS_EPOCH_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "analysis/duration_stats.h"
#include "model/job.h"
#include "model/job_counts.h"
#include "model/time.h"

namespace proverlog {

// How an epoch went, as far as its jobs tell.
enum class EpochOutcome : uint8_t {
  kProven,      // a root rollup completed
  kFailed,      // no root rollup, and a job failed for good
  kInProgress,  // no root rollup, nothing failed, jobs are in flight
  kAborted,     // no root rollup, nothing failed or in flight, jobs were cancelled
  kIncomplete,  // no root rollup, and every job of these logs completed: the rest is elsewhere
};

absl::string_view EpochOutcomeName(EpochOutcome outcome);

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

struct EpochSummary {
  int32_t epoch = 0;
  EpochOutcome outcome = EpochOutcome::kIncomplete;
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  JobCounts totals;
  std::vector<JobTypeSummary> job_types;  // in the order in which they first appear
  std::vector<MachineShare> machines;     // by name
};

// `jobs` are all jobs of one epoch, in any order; those that do not exist are skipped.
EpochSummary SummarizeEpoch(int32_t epoch, const std::vector<Job>& jobs);

// The outcome that an epoch's counts give; `root_completed`: whether a root rollup did.
EpochOutcome OutcomeOf(const JobCounts& totals, bool root_completed);

// The type whose completion proves the epoch. Its name has not changed in any version.
inline constexpr absl::string_view kRootRollup = "ROOT_ROLLUP";

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EPOCH_SUMMARY_H_
