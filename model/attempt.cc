#include "model/attempt.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

using Facts = std::vector<const Fact*>;

// An agent process: its machine and name, and its log where the name may be another's too. Points
// into a fact or an attempt.
using ProcessKey = std::tuple<absl::string_view, absl::string_view, int64_t>;

ProcessKey KeyOf(const Origin& origin) {
  return {origin.machine, origin.process, origin.NamesProcess() ? 0 : origin.stream_id};
}

// What one process says of the job's attempts.
struct ProcessFacts {
  Facts starts;
  Facts controller_starts;
  Facts ends;  // completed or failed
  Facts aborts;
  Facts supersessions;
};

// Two log statements tell of the same event; where one of them is missing the other one is used.
const Facts& LongerOf(const Facts& preferred, const Facts& other) {
  return other.size() > preferred.size() ? other : preferred;
}

bool IsOfAttempt(FactKind kind) { return kind != FactKind::kSubmitted && !IsBrokerFact(kind); }

void Add(const Fact& fact, ProcessFacts& process) {
  switch (fact.kind) {
    case FactKind::kStarted:
      process.starts.push_back(&fact);
      break;
    case FactKind::kControllerStarted:
      process.controller_starts.push_back(&fact);
      break;
    case FactKind::kAgentCompleted:
    case FactKind::kAgentFailed:
      process.ends.push_back(&fact);
      break;
    case FactKind::kAgentAborted:
      process.aborts.push_back(&fact);
      break;
    case FactKind::kSuperseded:
      process.supersessions.push_back(&fact);
      break;
    default:
      break;
  }
}

Attempt NewAttempt(const Fact& fact) {
  Attempt attempt;
  attempt.origin = fact.origin;
  return attempt;
}

void End(const Fact& fact, Attempt& attempt) {
  attempt.ended_at = fact.at;
  attempt.ended_by = fact.kind;
}

// Walks through one process's starts and ends. In one millisecond ends come first as long as an
// attempt is open, then starts, then the remaining ends (attempts that took no time).
class ProcessPairing {
 public:
  ProcessPairing(Facts starts, Facts ends) : starts_(std::move(starts)), ends_(std::move(ends)) {
    std::stable_sort(ends_.begin(), ends_.end(),
                     [](const Fact* a, const Fact* b) { return FactOrder(*a, *b); });
  }

  std::vector<Attempt> Run() {
    while (next_start_ < starts_.size() || next_end_ < ends_.size()) {
      if (EndIsNext()) {
        TakeEnd(*ends_[next_end_++]);
      } else {
        open_.push_back(attempts_.size());
        attempts_.push_back(NewAttempt(*starts_[next_start_]));
        attempts_.back().started_at = starts_[next_start_++]->at;
      }
    }
    return std::move(attempts_);
  }

 private:
  bool HasOpen() const { return first_open_ < open_.size(); }

  bool EndIsNext() const {
    if (next_start_ == starts_.size()) return true;
    if (next_end_ == ends_.size()) return false;
    const UnixMillis start = starts_[next_start_]->at;
    const UnixMillis end = ends_[next_end_]->at;
    return end < start || (end == start && HasOpen());
  }

  void TakeEnd(const Fact& fact) {
    if (!HasOpen()) {
      attempts_.push_back(NewAttempt(fact));
      End(fact, attempts_.back());
      return;
    }
    if (open_.size() - first_open_ > 1) {
      for (; marked_ < open_.size(); ++marked_) attempts_[open_[marked_]].ambiguous = true;
    }
    End(fact, attempts_[open_[first_open_++]]);
    marked_ = std::max(marked_, first_open_);
  }

  Facts starts_;
  Facts ends_;
  size_t next_start_ = 0;
  size_t next_end_ = 0;
  std::vector<Attempt> attempts_;
  // Indices of attempts_ in the order of their starts; those before first_open_ have an end, those
  // before marked_ are not open or known to be ambiguous.
  std::vector<size_t> open_;
  size_t first_open_ = 0;
  size_t marked_ = 0;
};

// Whether one process may have written both: a log ends and the next one begins while it runs.
bool MayBeOneProcess(const Origin& a, const Origin& b) {
  return a.stream_id != b.stream_id && !(a.NamesProcess() && b.NamesProcess());
}

// Where a machine has exactly one start without an end and one end without a start, in two logs,
// they belong together: a process writes the start of what it ends.
void JoinLeftovers(std::vector<Attempt>& attempts) {
  struct Leftovers {
    std::vector<size_t> starts;
    std::vector<size_t> ends;
  };
  std::map<std::string, Leftovers> by_machine;
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (!attempts[i].ended_at) by_machine[attempts[i].origin.machine].starts.push_back(i);
    if (!attempts[i].started_at) by_machine[attempts[i].origin.machine].ends.push_back(i);
  }
  std::vector<size_t> joined;
  for (const auto& [machine, leftovers] : by_machine) {
    if (leftovers.starts.size() != 1 || leftovers.ends.size() != 1) continue;
    Attempt& start = attempts[leftovers.starts[0]];
    const Attempt& end = attempts[leftovers.ends[0]];
    if (start.ambiguous || *end.ended_at < *start.started_at) continue;
    if (!MayBeOneProcess(start.origin, end.origin)) continue;
    start.ended_at = end.ended_at;
    start.ended_by = end.ended_by;
    joined.push_back(leftovers.ends[0]);
  }
  std::sort(joined.rbegin(), joined.rend());
  for (const size_t i : joined) attempts.erase(attempts.begin() + static_cast<ptrdiff_t>(i));
}

}  // namespace

std::vector<Attempt> PairAttempts(const std::vector<Fact>& facts) {
  std::map<ProcessKey, ProcessFacts> processes;
  for (const Fact& fact : facts) {
    if (IsOfAttempt(fact.kind)) Add(fact, processes[KeyOf(fact.origin)]);
  }

  std::vector<Attempt> attempts;
  for (const auto& [name, process] : processes) {
    Facts ends = process.ends;
    const Facts& aborts = LongerOf(process.aborts, process.supersessions);
    ends.insert(ends.end(), aborts.begin(), aborts.end());
    ProcessPairing pairing(LongerOf(process.starts, process.controller_starts), std::move(ends));
    for (Attempt& attempt : pairing.Run()) attempts.push_back(std::move(attempt));
  }
  JoinLeftovers(attempts);
  const auto instant = [](const Attempt& a) { return a.started_at ? *a.started_at : *a.ended_at; };
  std::stable_sort(attempts.begin(), attempts.end(), [&](const Attempt& a, const Attempt& b) {
    return std::make_tuple(instant(a), KeyOf(a.origin)) <
           std::make_tuple(instant(b), KeyOf(b.origin));
  });
  return attempts;
}

}  // namespace proverlog
