#ifndef PROVERLOG_ANALYSIS_CAUSE_H_
#define PROVERLOG_ANALYSIS_CAUSE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/cause_table.h"
#include "model/epoch_session.h"
#include "model/fact.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// A record that a cause rests on.
struct Evidence {
  std::string kind;  // of the fact or event that it tells, e.g. "agent_failed", "session.deadline"
  UnixMillis at = 0;
  Origin origin;
  bool tells_cause = false;  // the others tell what was before and after it
};

// One thing that went wrong.
struct Cause {
  CauseKind kind = CauseKind::kOtherError;
  UnixMillis at = 0;
  std::string words;         // of the log; empty where it has none
  std::optional<JobId> job;  // none: of the epoch as a whole
  int32_t attempts = 0;      // of the job, at least
  bool gave_up = false;      // the broker would have tried again, had there been retries left
  // The agent process that ran the job then; none: no log shows it, or it is no job's.
  std::optional<Origin> ran_in;
  std::vector<Evidence> evidence;  // by instant, at most 3; one tells_cause
};

// Why the job failed for good. Nothing where it did not, or only a snapshot says that it did.
std::optional<Cause> CauseOfFailure(const Job& job);

// The failures and time-outs after which the job was tried again, by instant.
std::vector<Cause> SetbacksOf(const Job& job);

// Why the job was cancelled, as far as its own facts tell: kNeverAgain or kCancelled. Nothing where
// it was not.
std::optional<Cause> CauseOfCancelling(const Job& job);

// Why the session did not end on L1, or what threatens that. Nothing where all is well.
std::optional<Cause> CauseOfSession(const EpochSession& session);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_CAUSE_H_
