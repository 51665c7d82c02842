#ifndef PROVERLOG_ANALYSIS_EXPLANATION_H_
#define PROVERLOG_ANALYSIS_EXPLANATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "analysis/cause.h"
#include "analysis/epoch_summary.h"
#include "model/epoch_context.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// What of a prover's logs would tell more. The numbers are those of v1::MissingLog less one.
enum class MissingLog : uint8_t {
  kProverNode,           // how the prover node's work at the epoch ended
  kBroker,               // which jobs failed, timed out or were cancelled
  kBrokerBeforeRestart,  // why a job failed that its log shows only as restored
  kAgent,                // which machine ran the job, and what was printed there
};

// A job that took much longer than others of its type in the epoch.
struct SlowJob {
  JobId job;
  Millis duration = 0;
  double median = 0;  // of its type, in milliseconds
};

// Why an epoch went as it did. Nothing in it is a guess: what no log says is in `missing`.
struct Explanation {
  // The earliest cause; of an epoch that went well, why a job of it failed for good all the same.
  std::optional<Cause> cause;
  // Another came within a second on another machine: which was first depends on their clocks.
  bool order_uncertain = false;
  // What the jobs that failed for good failed of, the cause's included; those that only a snapshot
  // tells of are not in it.
  std::map<CauseKind, int32_t> failures;
  // What attempts failed of that were tried again.
  std::map<CauseKind, int32_t> setbacks;
  // Cancelled jobs, before the cause and from then on; without a cause all are before. Those that
  // only a snapshot tells of are in neither.
  int32_t cancelled_before = 0;
  int32_t cancelled_after = 0;
  // Jobs that had not ended at the instant of the cause; 0 without one.
  int32_t unfinished = 0;
  // Jobs that a broker's restart told of, and when the first such was.
  int32_t restored = 0;
  std::optional<UnixMillis> restored_at;
  std::optional<SlowJob> slowest;
  bool knows_sessions = false;      // a prover node's log tells of the epoch
  std::vector<MissingLog> missing;  // in the order of the enum
};

// `jobs` are all jobs of the epoch, with those abandoned that are, and `summary` is theirs.
Explanation ExplainEpoch(const EpochSummary& summary, const std::vector<Job>& jobs,
                         const EpochContext& context);

// Why one job went as it did.
struct JobExplanation {
  std::optional<Cause> cause;
  // The job did not fail itself: `cause` is its epoch's, and it was cancelled or abandoned after
  // it.
  bool followed = false;
  std::vector<Cause> setbacks;  // that it overcame, by instant
  std::vector<MissingLog> missing;
};

// `epoch` is the explanation of the job's epoch.
JobExplanation ExplainJob(const Job& job, const Explanation& epoch);

// Whether the outcome leaves nothing to repair.
bool IsWell(EpochOutcome outcome);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EXPLANATION_H_
