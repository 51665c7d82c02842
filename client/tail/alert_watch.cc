#include "client/tail/alert_watch.h"

#include <algorithm>
#include <string>

namespace proverlog {
namespace {

std::string LabelOf(const v1::Alert& alert, const std::string& name) {
  if (name == "rule") return alert.rule();
  const auto found = alert.labels().find(name);
  return found == alert.labels().end() ? "" : found->second;
}

}  // namespace

bool AlertWatch::Take(const v1::WatchAlertsResponse& response) {
  const int64_t change_id = response.event().change_id();
  const bool says_where = !response.has_alert();  // all that fire are told
  if (says_where || change_id != 0) request_.set_after_change_id(change_id);
  if (says_where) return false;
  if (!IsAskedFor(response)) return false;
  // A call that cannot go on behind a change begins again with all that fire.
  return change_id != 0 || firing_.insert(response.alert().alert_id()).second;
}

bool AlertWatch::IsAskedFor(const v1::WatchAlertsResponse& response) const {
  const v1::Alert& alert = response.alert();
  // One that is less severe now is shown when it becomes so.
  if (std::max(alert.severity(), response.event().severity()) < filter_.at_least()) return false;
  return std::all_of(filter_.match().begin(), filter_.match().end(), [&](const auto& wanted) {
    return LabelOf(alert, wanted.first) == wanted.second;
  });
}

}  // namespace proverlog
