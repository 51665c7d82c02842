#ifndef PROVERLOG_ANALYSIS_EPOCH_OUTCOME_H_
#define PROVERLOG_ANALYSIS_EPOCH_OUTCOME_H_

#include <cstdint>
#include <vector>

#include "model/epoch_context.h"
#include "model/epoch_session.h"
#include "model/job_counts.h"

namespace proverlog {

// How an epoch went: as its best session says, else as far as its jobs tell.
enum class EpochOutcome : uint8_t {
  kProven,      // a root rollup completed; nothing says that the proof went to L1
  kFailed,      // a session failed, or without one a job failed for good
  kInProgress,  // a session is open, or without one jobs are in flight
  kAborted,     // it was given up: the session was stopped, or jobs were cancelled or abandoned
  kIncomplete,  // every job of these logs completed, and no root rollup: the rest is elsewhere
  kPublished,   // the proof is on L1
  kSuperseded,  // a longer proof was published in its stead
  kDropped,     // the proof was valid, and publishing is disabled
  kTimedOut,    // the deadline came first
};

// `root_completed`: whether a root rollup did.
EpochOutcome OutcomeOf(const JobCounts& totals, bool root_completed,
                       const std::vector<EpochSession>& sessions);

// Whether nothing more happens to an epoch with this outcome, as far as the logs say: a proof that
// waits for L1 is not the end, and a moment without a job in flight is none either.
bool IsOver(EpochOutcome outcome, const EpochContext& context);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EPOCH_OUTCOME_H_
