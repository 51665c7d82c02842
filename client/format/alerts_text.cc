#include "client/format/alerts_text.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/detailed_table.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

bool IsForAllThatFire(const v1::ListAlertsRequest& request) {
  return request.at_least() <= v1::ALERT_SEVERITY_INFO && request.match().empty() &&
         !request.resolved() && !request.pending() && request.page_token().empty();
}

}  // namespace

std::string SeverityText(v1::AlertSeverity severity) {
  return HumanEnum(v1::AlertSeverity_Name(severity), "ALERT_SEVERITY_");
}

std::string AlertStateText(const v1::Alert& alert) {
  return absl::StrCat(HumanEnum(v1::AlertState_Name(alert.state()), "ALERT_STATE_"),
                      alert.silenced() ? ", silenced" : "");
}

std::string LabelsText(const google::protobuf::Map<std::string, std::string>& labels) {
  return Printable(absl::StrJoin(std::map<std::string, std::string>(labels.begin(), labels.end()),
                                 ", ", absl::PairFormatter("=")));
}

std::string AlertsText(const v1::ListAlertsResponse& response,
                       const v1::ListAlertsRequest& request) {
  if (response.alerts().empty()) {
    return IsForAllThatFire(request) ? "No alert fires.\n" : "There is no such alert.\n";
  }
  DetailedTable table({{"ID"},
                       {"SEVERITY", Align::kTime},
                       {"RULE", Align::kTime},
                       {"PROVER", Align::kLeft},
                       {"SINCE (UTC)", Align::kTime},
                       {"STATE", Align::kTime},
                       {"TAKEN CARE OF BY", Align::kLeft}});
  for (const v1::Alert& alert : response.alerts()) {
    const std::string& who = alert.acknowledgement().acknowledged_by();
    table.AddRow({absl::StrCat(alert.alert_id()), SeverityText(alert.severity()), alert.rule(),
                  alert.prover(), HumanTime(alert.since_time()).substr(0, kSecondsLength),
                  AlertStateText(alert), who.empty() ? "-" : who},
                 WrapText(absl::StrCat("    ", Printable(alert.summary()))));
  }
  return absl::StrCat(table.ToString(), NextPageText(response.next_page_token()));
}

std::string AlertChangeText(const v1::WatchAlertsResponse& response) {
  const v1::Alert& alert = response.alert();
  const v1::AlertEvent& event = response.event();
  return WrapText(Printable(
      absl::StrCat(HumanTime(event.event_time()), "  ", event.what(), "  ",
                   SeverityText(event.severity()), "  ", alert.alert_id(), " ", alert.rule(),
                   " of ", alert.prover(), alert.silenced() ? " (silenced)" : "", ": ",
                   event.what() == "acknowledged"
                       ? absl::StrCat("by ", alert.acknowledgement().acknowledged_by(),
                                      alert.acknowledgement().reason().empty() ? "" : ": ",
                                      alert.acknowledgement().reason())
                       : event.summary())));
}

std::string AcknowledgedText(const v1::AcknowledgeAlertResponse& response) {
  const v1::Acknowledgement& acknowledgement = response.alert().acknowledgement();
  return WrapText(Printable(
      absl::StrCat("Alert ", response.alert().alert_id(), " of ", response.alert().prover(),
                   " is taken care of by ", acknowledgement.acknowledged_by(), " since ",
                   HumanTime(acknowledgement.acknowledge_time()).substr(0, kSecondsLength), " UTC",
                   acknowledgement.reason().empty() ? "" : ": ", acknowledgement.reason())));
}

}  // namespace proverlog
