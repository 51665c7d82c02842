#include "server/alerts/alert_watch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rpc/status.h"
#include "server/alerts/alert_convert.h"
#include "server/alerts/alert_handler.h"
#include "server/query/find_prover.h"

namespace proverlog {
namespace {

constexpr int kMaxFiring = 1000;
constexpr int kChangesAtOnce = 100;

}  // namespace

absl::StatusOr<std::unique_ptr<AlertWatch>> AlertWatch::Open(
    AlertStore* alerts, QueryStore& queries, const v1::WatchAlertsRequest& request) {
  if (request.after_change_id() < 0) {
    return InvalidField("after_change_id", absl::StrCat(request.after_change_id(), " is negative"));
  }
  std::optional<ProverId> prover_id;
  std::string name;
  if (!request.prover().empty()) {
    auto prover = FindProver(queries, request.prover());
    if (!prover.ok()) return prover.status();
    prover_id = prover->prover_id;
    name = std::move(prover->name);
  }
  if (request.has_after_change_id()) {
    return std::unique_ptr<AlertWatch>(
        new AlertWatch(alerts, std::move(name), request.after_change_id()));
  }
  // Before those that fire: what changes meanwhile comes twice, and nothing is missed.
  const auto last = alerts->LastChange();
  if (!last.ok()) return last.status();
  std::unique_ptr<AlertWatch> watch(new AlertWatch(alerts, std::move(name), *last));
  if (auto status = watch->LoadFiring(prover_id); !status.ok()) return status;
  return watch;
}

absl::Status AlertWatch::LoadFiring(std::optional<ProverId> prover_id) {
  AlertFilter filter;
  filter.prover_id = prover_id;
  const auto firing = alerts_->List(filter, kMaxFiring);
  if (!firing.ok()) return firing.status();
  // The earliest first, as changes come.
  for (auto alert = firing->rbegin(); alert != firing->rend(); ++alert) {
    v1::WatchAlertsResponse response;
    *response.mutable_alert() = ToProto(*alert);
    AlertChange fires;
    fires.at = alert->fired_at.value_or(alert->pending_at);
    fires.what = "firing";
    fires.severity = alert->finding.severity;
    fires.summary = alert->finding.summary;
    *response.mutable_event() = ToProto(fires);
    waiting_.push_back(std::move(response));
  }
  v1::WatchAlertsResponse all_told;
  all_told.mutable_event()->set_change_id(after_);
  waiting_.push_back(std::move(all_told));
  return absl::OkStatus();
}

absl::Status AlertWatch::LoadChanges() {
  const auto changes = alerts_->ChangesAfter(after_, kChangesAtOnce);
  if (!changes.ok()) return changes.status();
  for (const AlertChange& change : *changes) {
    after_ = change.change_id;
    const auto alert = alerts_->Load(change.alert_id);
    if (absl::IsNotFound(alert.status())) continue;  // it was removed meanwhile
    if (!alert.ok()) return alert.status();
    if (!prover_.empty() && alert->prover != prover_) continue;
    v1::WatchAlertsResponse response;
    *response.mutable_alert() = ToProto(*alert);
    *response.mutable_event() = ToProto(change);
    waiting_.push_back(std::move(response));
  }
  return absl::OkStatus();
}

absl::StatusOr<Turn<v1::WatchAlertsResponse>> AlertWatch::Next(UnixMillis now) {
  if (waiting_.empty()) {
    if (auto status = LoadChanges(); !status.ok()) return status;
  }
  if (waiting_.empty()) return Turn<v1::WatchAlertsResponse>{std::nullopt, true};
  v1::WatchAlertsResponse response = std::move(waiting_.front());
  waiting_.pop_front();
  if (response.has_alert()) {
    const absl::Status status = MarkSilenced(*alerts_, now, {response.mutable_alert()});
    if (!status.ok()) return status;
  }
  return Turn<v1::WatchAlertsResponse>{std::move(response), false};
}

}  // namespace proverlog
