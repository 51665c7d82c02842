#ifndef PROVERLOG_MODEL_JOB_H_
#define PROVERLOG_MODEL_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/attempt.h"
#include "model/fact.h"
#include "model/job_id.h"
#include "model/time.h"

namespace proverlog {

enum class JobState : uint8_t {
  kQueued,
  kRunning,
  kCompleted,
  kFailed,
  kAborted,
  kAbandoned,  // open, and nobody waits for it any more; never by a job's own facts (see Abandon)
};

// The state's name in storage, on the command line and in tables, e.g. "completed".
absl::string_view JobStateName(JobState state);
std::optional<JobState> ParseJobState(absl::string_view name);
inline bool IsInFlight(JobState state) {
  return state == JobState::kQueued || state == JobState::kRunning;
}

// A time that a job took, and whether the two clocks it was read from are one machine's.
struct Span {
  Millis length = 0;  // negative where two machines' clocks disagree
  bool across_machines = false;

  friend bool operator==(const Span& a, const Span& b) = default;
};

// A job and everything that follows from its facts. Derived anew from the whole set, never changed
// in place: the same facts give the same job, in whatever order and from wherever they came.
struct Job {
  JobId id;
  std::vector<Fact> facts;  // a set in FactOrder

  // False where only a cache hit names the id: it is kept, and counted nowhere.
  bool exists = false;
  JobState state = JobState::kQueued;
  std::vector<Attempt> attempts;
  int32_t attempt_count = 0;  // at least; may exceed the attempts that an agent's log shows
  int32_t retries = 0;
  int32_t timeouts = 0;

  // The first and last fact that is no look back.
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  bool was_enqueued = false;               // a broker or a prover node says so
  std::optional<UnixMillis> asked_for_at;  // the last time that one did, else first_at
  std::optional<UnixMillis> enqueued_at;   // by the broker
  std::optional<UnixMillis> started_at;    // the first start
  std::optional<UnixMillis> ended_at;      // none: in flight, or known only from a snapshot

  std::optional<Span> duration;
  bool duration_ambiguous = false;  // it completed, but which start it belongs to is not known
  std::optional<Span> queue_wait;
  std::optional<Span> turnaround;

  // It was aborted, and a later enqueue was answered from the broker's cache: up to 4.1.2 no broker
  // proves such a job again, so that its epoch cannot be proven either.
  bool never_again = false;

  // Of a failed job, why: the broker's text, or the agent's.
  std::string failure;

  friend bool operator==(const Job& a, const Job& b) = default;
};

// The end that a broker's restart reports for a job that it knows (`detail` of kRestored); none: it
// is open.
std::optional<JobState> SettledState(absl::string_view status);

Job DeriveJob(JobId id, std::vector<Fact> facts);

// Ends the job as abandoned if it is in flight and was not asked for after `closed_at`, the instant
// at which its epoch was given up (see ClosedAt).
void Abandon(UnixMillis closed_at, Job& job);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_JOB_H_
