#include "alerts/rule_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "alerts/rule.h"
#include "analysis/figure.h"

namespace proverlog {
namespace {

// Empty where it has none.
absl::string_view ValueOf(absl::string_view name, absl::string_view prover, absl::string_view rule,
                          const Labels& labels) {
  if (name == "prover") return prover;
  if (name == "rule") return rule;
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? absl::string_view() : absl::string_view(found->second);
}

bool Matches(const Labels& match, absl::string_view prover, absl::string_view rule,
             const Labels& labels) {
  return absl::c_all_of(match, [&](const auto& wanted) {
    return ValueOf(wanted.first, prover, rule, labels) == wanted.second;
  });
}

// Calls `use` with the settings that apply, in their order.
template <typename Use>
void ForSettings(const RuleSet& rules, absl::string_view rule, absl::string_view prover,
                 const Labels& labels, Use use) {
  for (const RuleSetting& setting : rules.settings) {
    if (setting.rule == rule && Matches(setting.match, prover, rule, labels)) use(setting);
  }
}

class SetThresholds : public ThresholdReader {
 public:
  SetThresholds(const RuleSet& rules, const Rule& rule, absl::string_view prover)
      : rules_(rules), rule_(rule), prover_(prover) {}

  double Get(absl::string_view name, const Labels& about) const override {
    double value = 0;
    for (const Threshold& threshold : rule_.thresholds) {
      if (threshold.name == name) value = threshold.value;
    }
    ForSettings(rules_, rule_.name, prover_, about, [&](const RuleSetting& setting) {
      const auto found = setting.thresholds.find(std::string(name));
      if (found != setting.thresholds.end()) value = found->second;
    });
    return value;
  }

 private:
  const RuleSet& rules_;
  const Rule& rule_;
  const absl::string_view prover_;
};

// Adds what the rule finds and nobody switched off.
void Find(const RuleSet& rules, const Rule& rule, const ProverView& view,
          std::vector<Finding>& findings) {
  for (Finding& finding : rule.find(view, SetThresholds(rules, rule, view.prover))) {
    bool enabled = true;
    ForSettings(rules, rule.name, view.prover, finding.labels, [&](const RuleSetting& setting) {
      enabled = setting.enabled.value_or(enabled);
      finding.severity = setting.severity.value_or(finding.severity);
    });
    if (enabled) findings.push_back(std::move(finding));
  }
}

std::string FigureName(const FigureRule& rule) {
  return rule.job_type.empty() ? rule.figure : absl::StrCat(rule.figure, " of ", rule.job_type);
}

// Adds what the figure of each epoch that is over says.
void Find(const FigureRule& rule, const ProverView& view, std::vector<Finding>& findings) {
  const Figure* const figure = FindFigure(rule.figure);
  if (figure == nullptr || (!rule.prover.empty() && rule.prover != view.prover)) return;
  for (const EpochView& epoch : view.epochs) {
    if (epoch.figures == nullptr) continue;
    const auto value = figure->value(*epoch.figures, {rule.job_type, ""});
    if (!value) continue;
    const bool is_above = rule.above && *value > *rule.above;
    const bool is_below = rule.below && *value < *rule.below;
    if (!is_above && !is_below) continue;
    Finding finding;
    finding.rule = rule.name;
    finding.severity = rule.severity;
    finding.labels = {{"epoch", absl::StrCat(epoch.epoch)}};
    finding.since = epoch.last_at.value_or(view.now);
    finding.summary =
        absl::StrFormat("Epoch %d: %s is %g, %s %g.", epoch.epoch, FigureName(rule), *value,
                        is_above ? "above" : "below", is_above ? *rule.above : *rule.below);
    finding.next_step = rule.next_step;
    findings.push_back(std::move(finding));
  }
}

// Whether what `cause` tells is why `finding` holds, and who hears of it need not hear of that.
bool Covers(const Finding& cause, const Finding& finding) {
  if (cause.severity < finding.severity) return false;
  const Rule* const rule = FindRule(cause.rule);
  if (rule == nullptr || !absl::c_linear_search(rule->covers, finding.rule)) return false;
  for (const char* name : {"machine", "epoch"}) {
    const auto found = cause.labels.find(name);
    if (found != cause.labels.end()) {
      return ValueOf(name, "", "", finding.labels) == found->second;
    }
  }
  return true;
}

}  // namespace

bool MatchesLabels(const Labels& match, absl::string_view prover, const Finding& finding) {
  return Matches(match, prover, finding.rule, finding.labels);
}

std::vector<Finding> FindAll(const RuleSet& rules, const ProverView& view) {
  std::vector<Finding> all;
  for (const Rule& rule : BuiltInRules()) Find(rules, rule, view, all);
  for (const FigureRule& rule : rules.figure_rules) Find(rule, view, all);
  std::vector<Finding> findings;
  std::set<std::pair<std::string, Labels>> seen;
  for (const Finding& finding : all) {
    if (!seen.emplace(finding.rule, finding.labels).second) continue;
    findings.push_back(finding);
    if (absl::c_any_of(all, [&](const Finding& cause) { return Covers(cause, finding); })) {
      findings.back().starts = false;
    }
  }
  return findings;
}

absl::Duration HoldOf(const RuleSet& rules, absl::string_view prover, const Finding& finding) {
  const Rule* const rule = FindRule(finding.rule);
  absl::Duration hold = rule == nullptr ? absl::ZeroDuration() : rule->hold;
  ForSettings(rules, finding.rule, prover, finding.labels,
              [&](const RuleSetting& setting) { hold = setting.hold.value_or(hold); });
  return hold;
}

std::vector<std::string> ReceiversOf(const RuleSet& rules, absl::string_view prover,
                                     const Finding& finding) {
  std::vector<std::string> names;
  for (const ReceiverFilter& receiver : rules.receivers) {
    if (finding.severity >= receiver.at_least && MatchesLabels(receiver.match, prover, finding)) {
      names.push_back(receiver.name);
    }
  }
  return names;
}

}  // namespace proverlog
