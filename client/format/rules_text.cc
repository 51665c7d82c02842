// The answers of `proverlog rules` as text.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/format/alerts_text.h"
#include "client/format/detailed_table.h"
#include "client/format/human.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Align = Table::Align;

std::string Number(double value) { return absl::StrFormat("%.10g", value); }

// "80 %", and where another value is set "90 % [80 %]"
std::string ValueText(const v1::RuleThreshold& threshold) {
  const std::string unit =
      threshold.unit().empty() ? "" : absl::StrCat(" ", Printable(threshold.unit()));
  std::string text = absl::StrCat(Number(threshold.value()), unit);
  if (threshold.value() != threshold.default_value()) {
    absl::StrAppend(&text, " [", Number(threshold.default_value()), unit, "]");
  }
  return text;
}

std::string HoldText(double seconds) {
  return seconds == 0 ? "at once" : HumanDuration(absl::Seconds(seconds));
}

// "machine=a: off, hold 5 m 00 s, warning, factor 4"
std::string OverrideText(const v1::RuleSettings& settings) {
  std::vector<std::string> set;
  if (settings.has_enabled()) set.emplace_back(settings.enabled() ? "on" : "off");
  if (settings.has_hold()) {
    set.push_back(
        absl::StrCat("hold ", HoldText(absl::ToDoubleSeconds(FromProtoDuration(settings.hold())))));
  }
  if (settings.severity() != v1::ALERT_SEVERITY_UNSPECIFIED) {
    set.push_back(SeverityText(settings.severity()));
  }
  const std::map<std::string, double> thresholds(settings.thresholds().begin(),
                                                 settings.thresholds().end());
  for (const auto& [name, value] : thresholds) {
    set.push_back(absl::StrCat(Printable(name), " ", Number(value)));
  }
  const std::string labels = LabelsText(settings.match());
  return absl::StrCat(labels.empty() ? "all" : labels, ": ", absl::StrJoin(set, ", "));
}

// Empty where the service does not say it.
std::string SeveritiesText(const v1::AlertRule& rule) {
  if (rule.severity() != v1::ALERT_SEVERITY_UNSPECIFIED) return SeverityText(rule.severity());
  return Printable(rule.severity_description());
}

std::string BelowText(const v1::AlertRule& rule) {
  std::string text = WrapText(absl::StrCat("    ", Printable(rule.description())));
  const std::string severities = SeveritiesText(rule);
  if (!severities.empty()) absl::StrAppend(&text, WrapText(absl::StrCat("    is ", severities)));
  std::vector<std::string> values;
  for (const v1::RuleThreshold& threshold : rule.thresholds()) {
    values.push_back(absl::StrCat(Printable(threshold.name()), " ", ValueText(threshold)));
  }
  if (!values.empty()) absl::StrAppend(&text, WrapList("    ", values));
  for (const v1::RuleSettings& settings : rule.overrides()) {
    absl::StrAppend(&text, WrapText(absl::StrCat("    of ", OverrideText(settings))));
  }
  return text;
}

std::string ThresholdsText(const v1::AlertRule& rule) {
  if (rule.thresholds().empty()) return "";
  DetailedTable table({{"THRESHOLD", Align::kTime}, {"VALUE [BUILT IN]", Align::kTime}});
  for (const v1::RuleThreshold& threshold : rule.thresholds()) {
    table.AddRow({threshold.name(), ValueText(threshold)},
                 WrapText(absl::StrCat("    ", Printable(threshold.description()))));
  }
  return absl::StrCat("\n", table.ToString());
}

}  // namespace

std::string RulesText(const v1::ListRulesResponse& response) {
  DetailedTable table(
      {{"RULE", Align::kTime}, {"IS", Align::kTime}, {"FIRES AFTER", Align::kTime}});
  for (const v1::AlertRule& rule : response.rules()) {
    table.AddRow({rule.name(), rule.enabled() ? "on" : "off", HoldText(rule.hold_seconds())},
                 BelowText(rule));
  }
  return table.ToString();
}

std::string RuleText(const v1::AlertRule& rule) {
  std::string text = absl::StrCat(
      Printable(rule.name()), ": ", rule.enabled() ? "on" : "off", ", ",
      rule.hold_seconds() == 0 ? "fires at once"
                               : absl::StrCat("fires after ", HoldText(rule.hold_seconds())),
      "\n\n", WrapText(absl::StrCat("When: ", Printable(rule.description()))));
  if (!rule.reason().empty()) {
    absl::StrAppend(&text, WrapText(absl::StrCat("Why: ", Printable(rule.reason()))));
  }
  const std::string severities = SeveritiesText(rule);
  if (!severities.empty()) {
    absl::StrAppend(&text, WrapText(absl::StrCat("Severity: ", severities)));
  }
  absl::StrAppend(&text, ThresholdsText(rule));
  if (!rule.overrides().empty())
    absl::StrAppend(&text, "\nSet in the rules file, the last one wins:\n");
  for (const v1::RuleSettings& settings : rule.overrides()) {
    absl::StrAppend(&text, WrapItem(OverrideText(settings)));
  }
  return text;
}

}  // namespace proverlog
