#ifndef PROVERLOG_CLIENT_FORMAT_ALERTS_TEXT_H_
#define PROVERLOG_CLIENT_FORMAT_ALERTS_TEXT_H_

#include <google/protobuf/map.h>

#include <string>

#include "proverlog/v1/alert.pb.h"

namespace proverlog {

// The answers of AlertService as text for a terminal, at most 100 columns wide.

// Of the alerts that `request` asks for.
std::string AlertsText(const v1::ListAlertsResponse& response,
                       const v1::ListAlertsRequest& request);
std::string AlertText(const v1::GetAlertResponse& response);
std::string AlertChangeText(const v1::WatchAlertsResponse& response);
std::string AcknowledgedText(const v1::AcknowledgeAlertResponse& response);
std::string SilenceText(const v1::CreateSilenceResponse& response);
std::string SilencesText(const v1::ListSilencesResponse& response);
std::string RulesText(const v1::ListRulesResponse& response);
std::string RuleText(const v1::AlertRule& rule);
std::string RulesTestText(const v1::TestRulesResponse& response);

// Parts of several of them.
// "warning"
std::string SeverityText(v1::AlertSeverity severity);
// "firing", "firing, silenced"
std::string AlertStateText(const v1::Alert& alert);
// "epoch=3055, machine=prover-a", by their names; empty where there is none.
std::string LabelsText(const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_ALERTS_TEXT_H_
