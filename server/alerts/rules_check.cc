#include "server/alerts/rules_check.h"

#include <cmath>
#include <optional>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "alerts/label_names.h"
#include "analysis/figure.h"
#include "model/job_purpose.h"

namespace proverlog {
namespace {

constexpr int64_t kMaxHoldSeconds = 86'400;

const Rule* Find(const std::vector<Rule>& rules, absl::string_view name) {
  const auto found = absl::c_find_if(rules, [&](const Rule& rule) { return rule.name == name; });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::string> NamesOf(const std::vector<Rule>& rules) {
  std::vector<std::string> names;
  for (const Rule& rule : rules) names.emplace_back(rule.name);
  return names;
}

bool HasThreshold(const Rule& rule, absl::string_view name) {
  return absl::c_any_of(rule.thresholds,
                        [&](const Threshold& threshold) { return threshold.name == name; });
}

std::map<std::string, double> CheckThresholds(const RulesNode& node, const Rule& rule) {
  std::vector<std::string> known;
  for (const Threshold& threshold : rule.thresholds) known.emplace_back(threshold.name);
  std::map<std::string, double> thresholds;
  int index = -1;
  for (const MapEntry& entry : node.Entries("thresholds")) {
    ++index;
    if (known.empty()) {
      node.Refuse("thresholds", absl::StrCat(rule.name, " has none"), index);
    } else if (!HasThreshold(rule, entry.key)) {
      node.Refuse("thresholds", NotOneOf(entry.key, known), index);
    } else if (!std::isfinite(entry.number) || entry.number < 0) {
      node.Refuse("thresholds",
                  absl::StrCat(entry.key, " is ", entry.number, "; allowed is a number from 0 on"),
                  index);
    } else if (!thresholds.emplace(entry.key, entry.number).second) {
      node.Refuse("thresholds", absl::StrCat(entry.key, " is there twice"), index);
    }
  }
  return thresholds;
}

// With a label that its alerts do not have, a setting would apply to none of them.
void CheckLabels(const RuleSetting& setting, const Rule& rule, const RulesNode& node) {
  const bool thresholds_alone = !setting.enabled && !setting.hold && !setting.severity;
  int index = -1;
  for (const MapEntry& entry : node.Entries("match")) {
    ++index;
    if (setting.match.count(entry.key) == 0 || HasLabel(rule, entry.key)) continue;
    if (!absl::c_linear_search(rule.threshold_labels, entry.key)) {
      node.Refuse("match", NoLabelOf(rule, entry.key), index);
    } else if (!thresholds_alone) {
      node.Refuse("match",
                  absl::StrCat("\"", entry.key, "\" is for thresholds of ", rule.name,
                               " alone; leave out enabled, hold and severity"),
                  index);
    }
  }
}

std::optional<absl::Duration> CheckHold(const v1::RuleSettings& setting, const RulesNode& node) {
  if (!setting.has_hold()) return std::nullopt;
  const absl::Duration hold =
      absl::Seconds(setting.hold().seconds()) + absl::Nanoseconds(setting.hold().nanos());
  if (hold >= absl::ZeroDuration() && hold <= absl::Seconds(kMaxHoldSeconds)) return hold;
  node.Refuse("hold", absl::StrCat(absl::ToDoubleSeconds(hold), " is not between 0 and ",
                                   kMaxHoldSeconds, " seconds"));
  return std::nullopt;
}

void CheckJobType(const v1::FigureRule& rule, const Figure& figure, const RulesNode& node) {
  if (rule.job_type().empty()) {
    if (figure.by_type == FigureScope::kAlways) {
      node.Refuse("job_type", absl::StrCat(figure.name, " is of one type of jobs: name it"));
    }
  } else if (figure.by_type == FigureScope::kNever) {
    node.Refuse("job_type", absl::StrCat("\"", rule.job_type(), "\": ", figure.name,
                                         " is not known by type; leave it out"));
  } else if (PurposeOf(rule.job_type()).empty()) {
    node.Refuse("job_type",
                absl::StrCat("\"", rule.job_type(), "\" is no type of jobs, such as PARITY_BASE"));
  }
}

void CheckFigure(const v1::FigureRule& rule, const RulesNode& node) {
  // Figures of one machine are no figures of an epoch.
  std::vector<std::string> known;
  for (const Figure& figure : Figures()) {
    if (figure.by_machine != FigureScope::kAlways) known.push_back(figure.name);
  }
  const Figure* const figure = FindFigure(rule.figure());
  if (figure == nullptr || !absl::c_linear_search(known, rule.figure())) {
    node.Refuse("figure", NotOneOf(rule.figure(), known));
    return;
  }
  CheckJobType(rule, *figure, node);
}

void CheckBounds(const v1::FigureRule& rule, const RulesNode& node) {
  if (!rule.has_above() && !rule.has_below()) {
    node.Refuse("above", "there is neither above nor below: set one, or both");
  }
  if (rule.has_above() && !std::isfinite(rule.above())) {
    node.Refuse("above", absl::StrCat(rule.above(), " is no number"));
  }
  if (rule.has_below() && !std::isfinite(rule.below())) {
    node.Refuse("below", absl::StrCat(rule.below(), " is no number"));
  }
}

FigureRule CheckFigureRule(const v1::FigureRule& rule, const RulesNode& node) {
  CheckFigure(rule, node);
  CheckBounds(rule, node);
  if (absl::c_any_of(rule.next_step(), [](char c) { return absl::ascii_iscntrl(c); })) {
    node.Refuse("next_step", "it has a control character; allowed is one line of text");
  }
  FigureRule checked;
  checked.name = rule.name();
  checked.figure = rule.figure();
  checked.job_type = rule.job_type();
  if (rule.has_above()) checked.above = rule.above();
  if (rule.has_below()) checked.below = rule.below();
  const Labels match = CheckMatch(node, {"prover"});
  if (const auto prover = match.find("prover"); prover != match.end()) {
    checked.prover = prover->second;
  }
  checked.severity = CheckSeverity(rule.severity(), "severity", node, Severity::kWarning);
  checked.next_step = rule.next_step();
  return checked;
}

}  // namespace

std::vector<std::string> MatchedLabels() {
  std::vector<std::string> names = LabelNames();
  names.insert(names.begin(), "prover");
  return names;
}

Labels CheckMatch(const RulesNode& node, const std::vector<std::string>& allowed) {
  Labels labels;
  int index = -1;
  for (const MapEntry& entry : node.Entries("match")) {
    ++index;
    if (!absl::c_linear_search(allowed, entry.key)) {
      node.Refuse("match", NotOneOf(entry.key, allowed), index);
    } else if (entry.text.empty()) {
      node.Refuse("match", absl::StrCat(entry.key, " has no value"), index);
    } else if (!labels.emplace(entry.key, entry.text).second) {
      node.Refuse("match", absl::StrCat(entry.key, " is there twice"), index);
    }
  }
  return labels;
}

Severity CheckSeverity(v1::AlertSeverity severity, absl::string_view field, const RulesNode& node,
                       Severity otherwise) {
  switch (severity) {
    case v1::ALERT_SEVERITY_UNSPECIFIED:
      return otherwise;
    case v1::ALERT_SEVERITY_INFO:
      return Severity::kInfo;
    case v1::ALERT_SEVERITY_WARNING:
      return Severity::kWarning;
    case v1::ALERT_SEVERITY_CRITICAL:
      return Severity::kCritical;
    default:
      node.Refuse(field, absl::StrCat(static_cast<int>(severity), " is none; there are ",
                                      "ALERT_SEVERITY_INFO, ALERT_SEVERITY_WARNING,"
                                      " ALERT_SEVERITY_CRITICAL"));
      return otherwise;
  }
}

bool CheckName(const std::string& name, const RulesNode& node, std::vector<std::string>& taken) {
  constexpr size_t kLongest = 64;
  const bool is_name = !name.empty() && name.size() <= kLongest && absl::ascii_islower(name[0]) &&
                       absl::c_all_of(name, [](char c) {
                         return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
                       });
  if (!is_name) {
    node.Refuse("name", absl::StrCat("\"", name,
                                     "\" is no name; allowed are a-z, 0-9 and _, from a"
                                     " letter on, at most ",
                                     kLongest));
    return false;
  }
  if (absl::c_linear_search(taken, name)) {
    node.Refuse("name", absl::StrCat("\"", name, "\" is taken; choose another one"));
    return false;
  }
  taken.push_back(name);
  return true;
}

std::vector<RuleSetting> CheckSettings(const v1::AlertRules& rules, const RulesNode& root,
                                       const std::vector<Rule>& built_in) {
  std::vector<RuleSetting> settings;
  for (int i = 0; i < rules.rules_size(); ++i) {
    const v1::RuleSettings& given = rules.rules(i);
    const RulesNode node = root.Nested("rules", i);
    RuleSetting setting;
    setting.rule = given.rule();
    setting.match = CheckMatch(node, MatchedLabels());
    if (given.has_enabled()) setting.enabled = given.enabled();
    setting.hold = CheckHold(given, node);
    if (given.severity() != v1::ALERT_SEVERITY_UNSPECIFIED) {
      setting.severity = CheckSeverity(given.severity(), "severity", node, Severity::kWarning);
    }
    if (const Rule* const rule = Find(built_in, given.rule())) {
      setting.thresholds = CheckThresholds(node, *rule);
      CheckLabels(setting, *rule, node);
    } else {
      node.Refuse("rule", NotOneOf(given.rule(), NamesOf(built_in)));
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<FigureRule> CheckFigureRules(const v1::AlertRules& rules, const RulesNode& root,
                                         const std::vector<Rule>& built_in) {
  std::vector<FigureRule> figure_rules;
  std::vector<std::string> taken = NamesOf(built_in);
  for (int i = 0; i < rules.figure_rules_size(); ++i) {
    const RulesNode node = root.Nested("figure_rules", i);
    CheckName(rules.figure_rules(i).name(), node, taken);
    figure_rules.push_back(CheckFigureRule(rules.figure_rules(i), node));
  }
  return figure_rules;
}

}  // namespace proverlog
