#ifndef PROVERLOG_SERVER_ALERTS_ALERT_HANDLER_H_
#define PROVERLOG_SERVER_ALERTS_ALERT_HANDLER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/rule_set.h"
#include "proverlog/v1/alert.pb.h"
#include "storage/alert_store.h"
#include "storage/query_store.h"

namespace proverlog {

// AlertService without gRPC: one method a call, as alert.proto says. It blocks on the database.
// What it is given outlives it.
class AlertHandler {
 public:
  AlertHandler(AlertStore* alerts, QueryStore* queries, const RuleSet* rules, absl::Time now)
      : alerts_(alerts), queries_(queries), rules_(rules), now_(absl::ToUnixMillis(now)) {}

  absl::StatusOr<v1::ListAlertsResponse> ListAlerts(const v1::ListAlertsRequest& request);
  absl::StatusOr<v1::GetAlertResponse> GetAlert(const v1::GetAlertRequest& request);
  absl::StatusOr<v1::AcknowledgeAlertResponse> AcknowledgeAlert(
      const v1::AcknowledgeAlertRequest& request);
  absl::StatusOr<v1::ListRulesResponse> ListRules(const v1::ListRulesRequest& request);
  absl::StatusOr<v1::TestRulesResponse> TestRules(const v1::TestRulesRequest& request);
  absl::StatusOr<v1::CreateSilenceResponse> CreateSilence(const v1::CreateSilenceRequest& request);
  absl::StatusOr<v1::ListSilencesResponse> ListSilences(const v1::ListSilencesRequest& request);
  absl::StatusOr<v1::EndSilenceResponse> EndSilence(const v1::EndSilenceRequest& request);

 private:
  AlertStore* const alerts_;
  QueryStore* const queries_;
  const RuleSet* const rules_;
  const UnixMillis now_;
};

// Sets in each alert whether a silence covers it at that instant.
absl::Status MarkSilenced(AlertStore& store, UnixMillis now, const std::vector<v1::Alert*>& alerts);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_ALERT_HANDLER_H_
