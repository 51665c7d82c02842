#include "model/job.h"

#include <algorithm>
#include <array>
#include <utility>

namespace proverlog {
namespace {

constexpr std::array<absl::string_view, 6> kStateNames = {"queued", "running", "completed",
                                                          "failed", "aborted", "abandoned"};

const Fact* First(const std::vector<Fact>& facts, FactKind kind) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& f) { return f.kind == kind; });
  return found == facts.end() ? nullptr : &*found;
}

int32_t Count(const std::vector<Fact>& facts, FactKind kind) {
  return static_cast<int32_t>(
      std::count_if(facts.begin(), facts.end(), [&](const Fact& f) { return f.kind == kind; }));
}

// Follows a job's ends and reopenings, fact by fact.
class StateMachine {
 public:
  explicit StateMachine(bool broker_known) : broker_known_(broker_known) {}

  void Take(const Fact& fact) {
    switch (fact.kind) {
      case FactKind::kEnqueued:
      case FactKind::kRevived:
        end_.reset();
        break;
      case FactKind::kCompleted:
        EndAs(JobState::kCompleted, fact);
        break;
      case FactKind::kFailed:
        EndAs(JobState::kFailed, fact);
        break;
      case FactKind::kAborted:
      case FactKind::kCancelled:
        EndAs(JobState::kAborted, fact);
        break;
      case FactKind::kRestored:
        if (const auto state = SettledState(fact.detail); state && !end_) {
          end_ = End{*state, std::nullopt, &fact};
        }
        break;
      case FactKind::kAgentCompleted:
        if (!broker_known_) EndAs(JobState::kCompleted, fact);
        break;
      case FactKind::kAgentFailed:
        if (!broker_known_ && fact.will_retry == false) EndAs(JobState::kFailed, fact);
        break;
      case FactKind::kRetried:
      case FactKind::kTimedOut:
        requeued_at_ = fact.at;
        break;
      default:
        break;
    }
  }

  void Finish(Job& job) const {
    if (!end_) {
      const bool running =
          std::any_of(job.attempts.begin(), job.attempts.end(), [this](const Attempt& a) {
            return a.started_at && !a.ended_at && (!requeued_at_ || *a.started_at >= *requeued_at_);
          });
      job.state = running ? JobState::kRunning : JobState::kQueued;
      return;
    }
    job.state = end_->state;
    job.ended_at = end_->at;
    if (job.state == JobState::kFailed && end_->fact->kind != FactKind::kRestored) {
      job.failure = end_->fact->detail;
    }
  }

 private:
  struct End {
    JobState state;
    std::optional<UnixMillis> at;  // none: known from a snapshot only
    const Fact* fact;
  };

  // The first end stands, except that a fact outranks a snapshot.
  void EndAs(JobState state, const Fact& fact) {
    if (!end_ || !end_->at) end_ = End{state, fact.at, &fact};
  }

  bool broker_known_;
  std::optional<End> end_;
  std::optional<UnixMillis> requeued_at_;  // the last time the broker took the job back
};

int32_t CountAttempts(const Job& job) {
  int32_t printed = 0;
  int32_t requeued = job.retries;
  for (const Fact& fact : job.facts) {
    const bool total = fact.kind == FactKind::kCompleted || fact.kind == FactKind::kFailed ||
                       fact.kind == FactKind::kAborted;
    if (total) printed = std::max(printed, fact.attempt);
    if (fact.kind == FactKind::kTimedOut && fact.will_retry != false) ++requeued;
  }
  const auto starts = static_cast<int32_t>(
      std::count_if(job.attempts.begin(), job.attempts.end(),
                    [](const Attempt& a) { return a.started_at.has_value(); }));
  const int32_t from_requeues = requeued > 0 ? requeued + 1 : 0;
  return std::max({printed, starts, from_requeues});
}

bool IsAskedFor(FactKind kind) {
  return kind == FactKind::kEnqueued || kind == FactKind::kSubmitted || kind == FactKind::kReused ||
         kind == FactKind::kRevived;
}

// Whether the last abort was followed by a cache hit, and not by a new life.
bool IsNeverAgain(const std::vector<Fact>& facts) {
  bool aborted = false;
  bool reused_since = false;
  for (const Fact& fact : facts) {
    switch (fact.kind) {
      case FactKind::kAborted:
        aborted = true;
        reused_since = false;
        break;
      case FactKind::kReused:
        reused_since = aborted;
        break;
      case FactKind::kEnqueued:
      case FactKind::kRevived:
      case FactKind::kCompleted:
        aborted = false;
        reused_since = false;
        break;
      default:
        break;
    }
  }
  return reused_since;
}

void DeriveInstants(Job& job) {
  for (const Fact& fact : job.facts) {
    if (IsLookBack(fact.kind)) continue;
    if (!job.first_at) job.first_at = fact.at;
    job.last_at = fact.at;
  }
  if (const Fact* enqueued = First(job.facts, FactKind::kEnqueued)) job.enqueued_at = enqueued->at;
  for (const Fact& fact : job.facts) {
    if (IsAskedFor(fact.kind)) job.asked_for_at = fact.at;
  }
  if (!job.asked_for_at) job.asked_for_at = job.first_at;
  for (const Attempt& attempt : job.attempts) {
    if (attempt.started_at) {
      job.started_at = attempt.started_at;
      break;
    }
  }
}

// The duration is that of the first completion by an agent whose start is known for certain.
void DeriveDuration(Job& job) {
  std::optional<UnixMillis> completed_at;
  for (const Attempt& attempt : job.attempts) {
    const bool completed =
        attempt.started_at && attempt.ended_at && attempt.ended_by == FactKind::kAgentCompleted;
    if (!completed) continue;
    if (attempt.ambiguous) {
      job.duration_ambiguous = true;
    } else if (!completed_at || *attempt.ended_at < *completed_at) {
      completed_at = attempt.ended_at;
      job.duration = Span{*attempt.ended_at - *attempt.started_at, false};
    }
  }
  if (job.duration) job.duration_ambiguous = false;
}

// The two that begin with the broker's enqueue.
void DeriveWaits(Job& job) {
  const Fact* enqueued = First(job.facts, FactKind::kEnqueued);
  if (enqueued == nullptr) return;
  const auto since_enqueue = [&](UnixMillis at, const std::string& machine) {
    return Span{at - enqueued->at, machine != enqueued->origin.machine};
  };
  for (const Attempt& attempt : job.attempts) {
    if (!attempt.started_at) continue;
    job.queue_wait = since_enqueue(*attempt.started_at, attempt.origin.machine);
    break;
  }
  if (const Fact* completed = First(job.facts, FactKind::kCompleted)) {
    job.turnaround = since_enqueue(completed->at, completed->origin.machine);
  }
}

}  // namespace

absl::string_view JobStateName(JobState state) { return kStateNames[static_cast<size_t>(state)]; }

std::optional<JobState> ParseJobState(absl::string_view name) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), name);
  if (found == kStateNames.end()) return std::nullopt;
  return static_cast<JobState>(found - kStateNames.begin());
}

std::optional<JobState> SettledState(absl::string_view status) {
  if (status == "fulfilled") return JobState::kCompleted;
  if (status == "rejected") return JobState::kFailed;
  if (status == "aborted") return JobState::kAborted;
  return std::nullopt;
}

Job DeriveJob(JobId id, std::vector<Fact> facts) {
  Job job;
  job.id = std::move(id);
  UniteFacts(std::move(facts), job.facts);
  const auto any = [&](auto predicate) {
    return std::any_of(job.facts.begin(), job.facts.end(),
                       [&](const Fact& f) { return predicate(f.kind); });
  };
  job.exists = any([](FactKind kind) { return kind != FactKind::kReused; });
  job.was_enqueued = any(
      [](FactKind kind) { return kind == FactKind::kEnqueued || kind == FactKind::kSubmitted; });
  job.attempts = PairAttempts(job.facts);
  job.retries = Count(job.facts, FactKind::kRetried);
  job.timeouts = Count(job.facts, FactKind::kTimedOut);
  job.attempt_count = CountAttempts(job);

  DeriveInstants(job);
  StateMachine machine(any(IsBrokerFact));
  for (const Fact& fact : job.facts) machine.Take(fact);
  machine.Finish(job);
  job.never_again = job.state == JobState::kAborted && IsNeverAgain(job.facts);
  DeriveDuration(job);
  DeriveWaits(job);
  return job;
}

void Abandon(UnixMillis closed_at, Job& job) {
  if (!IsInFlight(job.state) || job.asked_for_at.value_or(closed_at) > closed_at) return;
  job.state = JobState::kAbandoned;
  job.ended_at = closed_at;
}

}  // namespace proverlog
