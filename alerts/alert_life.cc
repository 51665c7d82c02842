#include "alerts/alert_life.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "alerts/fingerprint.h"

namespace proverlog {
namespace {

Alert NewAlert(const ProverView& view, std::string fingerprint) {
  Alert alert;
  alert.prover = view.prover;
  alert.fingerprint = std::move(fingerprint);
  alert.pending_at = view.now;
  return alert;
}

// What is found again does something to the alert, or nothing.
std::optional<AlertStep> StepOf(const Alert& alert, const Finding& finding, absl::Duration hold,
                                const ProverView& view) {
  if (alert.state == AlertState::kPending) {
    if (view.now - alert.pending_at >= absl::ToInt64Milliseconds(hold)) return AlertStep::kFiring;
    return alert.alert_id == 0 ? std::optional(AlertStep::kPending) : std::nullopt;
  }
  if (alert.finding.severity != finding.severity) return AlertStep::kChanged;
  if (view.complete_until - alert.complete_until >= kUpdateEvery) return AlertStep::kUpdated;
  return std::nullopt;
}

}  // namespace

AlertLife::AlertLife(std::vector<Alert> open, UnixMillis now) {
  for (Alert& alert : open) {
    std::string fingerprint = alert.fingerprint;
    open_.emplace(std::move(fingerprint), Known{std::move(alert), now, now});
  }
}

Finding AlertLife::Again(Finding finding, UnixMillis now, Known& known) {
  known.found_at = now;
  const Severity said = known.alert.finding.severity;
  if (known.alert.state != AlertState::kFiring || finding.severity >= said) {
    known.severe_at = now;
  } else if (now - known.severe_at < kLessSevereAfter) {
    finding.severity = said;
  }
  return finding;
}

std::vector<SteppedAlert> AlertLife::Advance(const RuleSet& rules, const ProverView& view,
                                             const std::vector<Finding>& findings) {
  std::vector<SteppedAlert> steps;
  std::set<std::string> found;
  for (const Finding& one : findings) {
    const std::string fingerprint = FingerprintOf(view.prover, one.rule, one.labels);
    const auto known = open_.find(fingerprint);
    const bool is_known = known != open_.end();
    const bool fires = is_known && known->second.alert.state == AlertState::kFiring;
    if ((!one.starts && !fires) || !found.insert(fingerprint).second) continue;
    const Finding finding = is_known ? Again(one, view.now, known->second) : one;
    Alert alert = is_known ? known->second.alert : NewAlert(view, fingerprint);
    const auto step = StepOf(alert, finding, HoldOf(rules, view.prover, finding), view);
    if (!step) continue;
    // What it tells of began when it was found first: the rule may know only the last time.
    const UnixMillis since = alert.alert_id == 0 ? finding.since : alert.finding.since;
    alert.finding = finding;
    alert.finding.since = std::min(since, finding.since);
    alert.complete_until = view.complete_until;
    if (*step == AlertStep::kFiring) {
      alert.state = AlertState::kFiring;
      alert.fired_at = view.now;
    }
    steps.push_back({std::move(alert), *step});
  }
  for (const auto& [fingerprint, known] : open_) {
    if (found.count(fingerprint) != 0) continue;
    const bool fires = known.alert.state == AlertState::kFiring;
    if (fires && view.now - known.found_at < kResolveAfter) continue;
    Alert alert = known.alert;
    alert.state = AlertState::kResolved;
    alert.resolved_at = view.now;
    steps.push_back({std::move(alert), fires ? AlertStep::kResolved : AlertStep::kDropped});
  }
  return steps;
}

void AlertLife::Wrote(const std::vector<SteppedAlert>& steps) {
  for (const SteppedAlert& stepped : steps) {
    const Alert& alert = stepped.alert;
    if (alert.state == AlertState::kResolved) {
      open_.erase(alert.fingerprint);
      continue;
    }
    Known& known = open_[alert.fingerprint];
    known.alert = alert;
    const UnixMillis found_at = std::max(alert.pending_at, alert.fired_at.value_or(0));
    known.found_at = std::max(known.found_at, found_at);
    known.severe_at = std::max(known.severe_at, found_at);
  }
}

int AlertLife::CountFiring(Severity severity) const {
  int count = 0;
  for (const auto& [fingerprint, known] : open_) {
    if (known.alert.state == AlertState::kFiring && known.alert.finding.severity == severity) {
      ++count;
    }
  }
  return count;
}

}  // namespace proverlog
