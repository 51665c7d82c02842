#include "analysis/clock_skew.h"

#include <algorithm>

namespace proverlog {
namespace {

constexpr Millis kGrain = 1;

// The fact of the kind where the job has exactly one; else null.
const Fact* Only(const Job& job, FactKind kind) {
  const Fact* only = nullptr;
  for (const Fact& fact : job.facts) {
    if (fact.kind != kind) continue;
    if (only != nullptr) return nullptr;
    only = &fact;
  }
  return only;
}

bool Has(const Job& job, FactKind kind) {
  return std::any_of(job.facts.begin(), job.facts.end(),
                     [&](const Fact& fact) { return fact.kind == kind; });
}

void AddLower(Millis bound, ClockOffset& offset) {
  offset.at_least = std::max(bound, offset.at_least.value_or(bound));
  ++offset.pairs;
}

void AddUpper(Millis bound, ClockOffset& offset) {
  offset.at_most = std::min(bound, offset.at_most.value_or(bound));
  ++offset.pairs;
}

// The enqueue is before the first start on each machine.
void AddStarts(const Job& job, ClockOffsets& offsets) {
  const Fact* enqueued = Only(job, FactKind::kEnqueued);
  if (enqueued == nullptr || Has(job, FactKind::kRestored) || Has(job, FactKind::kRevived)) return;
  std::map<std::string, UnixMillis> first_starts;
  for (const Attempt& attempt : job.attempts) {
    if (!attempt.started_at) continue;
    const auto [first, is_new] =
        first_starts.try_emplace(attempt.origin.machine, *attempt.started_at);
    first->second = std::min(first->second, *attempt.started_at);
  }
  for (const auto& [machine, started_at] : first_starts) {
    if (machine == enqueued->origin.machine) continue;
    AddUpper(started_at - enqueued->at + kGrain, offsets[{enqueued->origin.machine, machine}]);
  }
}

// The agent's completion is before the broker's.
void AddEnd(const Job& job, ClockOffsets& offsets) {
  const Fact* by_broker = Only(job, FactKind::kCompleted);
  const Fact* by_agent = Only(job, FactKind::kAgentCompleted);
  if (by_broker == nullptr || by_agent == nullptr || by_broker->attempt > 1 ||
      job.attempt_count > 1 || Has(job, FactKind::kRestored)) {
    return;
  }
  if (by_broker->origin.machine == by_agent->origin.machine) return;
  AddLower(by_agent->at - by_broker->at - kGrain,
           offsets[{by_broker->origin.machine, by_agent->origin.machine}]);
}

}  // namespace

ClockOffset ClockOffset::Reversed() const {
  ClockOffset reversed;
  if (at_most) reversed.at_least = -*at_most;
  if (at_least) reversed.at_most = -*at_least;
  reversed.pairs = pairs;
  return reversed;
}

ClockOffsets EstimateClockOffsets(const std::vector<Job>& jobs) {
  ClockOffsets offsets;
  for (const Job& job : jobs) {
    AddStarts(job, offsets);
    AddEnd(job, offsets);
  }
  return offsets;
}

std::map<std::string, ClockOffset> OffsetsFrom(const std::string& machine,
                                               const ClockOffsets& offsets) {
  std::map<std::string, ClockOffset> others;
  for (const auto& [machines, known] : offsets) {
    if (machines.first != machine && machines.second != machine) continue;
    const bool is_agent = machines.second == machine;
    const ClockOffset offset = is_agent ? known.Reversed() : known;
    ClockOffset& other = others[is_agent ? machines.first : machines.second];
    if (offset.at_least) {
      other.at_least = std::max(*offset.at_least, other.at_least.value_or(*offset.at_least));
    }
    if (offset.at_most) {
      other.at_most = std::min(*offset.at_most, other.at_most.value_or(*offset.at_most));
    }
    other.pairs += offset.pairs;
  }
  return others;
}

}  // namespace proverlog
