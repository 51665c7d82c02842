// The answer of `proverlog rules test` as text.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/format/alerts_text.h"
#include "client/format/detailed_table.h"
#include "client/format/human.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

std::string CountsTable(const v1::TestRulesResponse& response) {
  std::map<std::string, std::map<v1::AlertSeverity, int>> counts;
  for (const v1::Alert& alert : response.alerts()) ++counts[alert.rule()][alert.severity()];
  Table table({{"RULE", Align::kTime}, {"CRITICAL"}, {"WARNING"}, {"INFO"}});
  for (auto& [rule, by_severity] : counts) {
    table.AddRow({rule, HumanCount(by_severity[v1::ALERT_SEVERITY_CRITICAL]),
                  HumanCount(by_severity[v1::ALERT_SEVERITY_WARNING]),
                  HumanCount(by_severity[v1::ALERT_SEVERITY_INFO])});
  }
  return table.ToString();
}

std::string TimeText(bool known, const google::protobuf::Timestamp& time) {
  return known ? HumanTime(time).substr(0, kSecondsLength) : "-";
}

std::string AlertsTable(const v1::TestRulesResponse& response) {
  DetailedTable table({{"FIRES (UTC)", Align::kTime},
                       {"UNTIL", Align::kTime},
                       {"SEVERITY", Align::kTime},
                       {"RULE", Align::kTime}});
  for (const v1::Alert& alert : response.alerts()) {
    table.AddRow({TimeText(alert.has_fire_time(), alert.fire_time()),
                  TimeText(alert.has_resolve_time(), alert.resolve_time()),
                  SeverityText(alert.severity()), alert.rule()},
                 WrapText(absl::StrCat("    ", Printable(alert.summary()))));
  }
  return table.ToString();
}

std::string UntestedText(const v1::TestRulesResponse& response) {
  if (response.untested_rules().empty()) return "";
  const std::vector<std::string> rules(response.untested_rules().begin(),
                                       response.untested_rules().end());
  return absl::StrCat("\n", WrapList("Not tested: ", rules),
                      "  What is stored does not tell what these look at.\n");
}

}  // namespace

std::string RulesTestText(const v1::TestRulesResponse& response) {
  std::string text =
      absl::StrCat(Plural(response.alerts_size(), "alert"), response.more() ? " and more" : "",
                   " in ", Plural(response.rounds(), "round"), "\n");
  if (!response.alerts().empty()) {
    absl::StrAppend(&text, "\n", CountsTable(response), "\n", AlertsTable(response));
  }
  if (response.more()) {
    absl::StrAppend(&text, "\nThere are more alerts behind these: test a shorter time.\n");
  }
  return absl::StrCat(text, UntestedText(response));
}

}  // namespace proverlog
