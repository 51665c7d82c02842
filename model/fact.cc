#include "model/fact.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace proverlog {
namespace {

constexpr std::array<absl::string_view, kAllFactKinds.size()> kNames = {
    "enqueued",        "submitted",    "reused",
    "restored",        "started",      "controller_started",
    "agent_completed", "agent_failed", "agent_aborted",
    "superseded",      "retried",      "timed_out",
    "completed",       "failed",       "aborted",
    "cancelled",       "revived",
};

auto OrderKey(const Fact& fact) { return std::tie(fact.at, fact.kind, fact.attempt); }

auto OriginKey(const Origin& origin) {
  return std::tie(origin.machine, origin.process, origin.stream_id, origin.offset);
}

void MergeTelling(Fact other, Fact& fact) {
  if (OriginKey(other.origin) < OriginKey(fact.origin)) fact.origin = std::move(other.origin);
  if (other.will_retry > fact.will_retry) fact.will_retry = other.will_retry;
  const auto prefer = [](const std::string& text) { return std::make_tuple(text.size(), text); };
  if (prefer(other.detail) > prefer(fact.detail)) fact.detail = std::move(other.detail);
}

}  // namespace

absl::string_view FactKindName(FactKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<FactKind> ParseFactKind(absl::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<FactKind>(found - kNames.begin());
}

bool IsBrokerFact(FactKind kind) {
  switch (kind) {
    case FactKind::kEnqueued:
    case FactKind::kReused:
    case FactKind::kRestored:
    case FactKind::kRetried:
    case FactKind::kTimedOut:
    case FactKind::kCompleted:
    case FactKind::kFailed:
    case FactKind::kAborted:
    case FactKind::kCancelled:
    case FactKind::kRevived:
      return true;
    case FactKind::kSubmitted:
    case FactKind::kStarted:
    case FactKind::kControllerStarted:
    case FactKind::kAgentCompleted:
    case FactKind::kAgentFailed:
    case FactKind::kAgentAborted:
    case FactKind::kSuperseded:
      return false;
  }
  return false;
}

bool IsLookBack(FactKind kind) { return kind == FactKind::kRestored || kind == FactKind::kReused; }

bool FactOrder(const Fact& a, const Fact& b) { return OrderKey(a) < OrderKey(b); }

bool SameFact(const Fact& a, const Fact& b) { return OrderKey(a) == OrderKey(b); }

void UniteFacts(std::vector<Fact> more, std::vector<Fact>& facts) {
  if (facts.empty()) {
    facts = std::move(more);
  } else {
    facts.insert(facts.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  }
  std::sort(facts.begin(), facts.end(), FactOrder);
  size_t kept = 0;
  for (size_t i = 1; i < facts.size(); ++i) {
    if (SameFact(facts[i], facts[kept])) {
      MergeTelling(std::move(facts[i]), facts[kept]);
    } else if (++kept != i) {
      facts[kept] = std::move(facts[i]);
    }
  }
  if (!facts.empty()) facts.resize(kept + 1);
}

}  // namespace proverlog
