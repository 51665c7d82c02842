#ifndef PROVERLOG_ALERTS_RULE_SET_H_
#define PROVERLOG_ALERTS_RULE_SET_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "alerts/prover_view.h"
#include "model/alert.h"

namespace proverlog {

// What an operator set of one built-in rule, for the alerts that `match`.
struct RuleSetting {
  std::string rule;
  Labels match;  // "prover" is matched like a label
  std::optional<bool> enabled;
  std::map<std::string, double> thresholds;
  std::optional<absl::Duration> hold;
  std::optional<Severity> severity;
};

// A rule of one's own: a figure (analysis/figure.h) of epochs that are over, against a number.
struct FigureRule {
  std::string name;
  std::string figure;
  std::string job_type;  // empty: of all types
  std::optional<double> above;
  std::optional<double> below;
  std::string prover;  // empty: all
  Severity severity = Severity::kWarning;
  std::string next_step;
};

// Who is told of which alerts.
struct ReceiverFilter {
  std::string name;
  Severity at_least = Severity::kWarning;
  Labels match;
};

// The rules as they are set: AlertRules (alert_rules.proto), checked. A default one is what is
// built in, and tells nobody.
struct RuleSet {
  std::vector<RuleSetting> settings;  // of those that match, a later one wins
  std::vector<FigureRule> figure_rules;
  std::vector<ReceiverFilter> receivers;
};

// Whether the prover, rule and labels have all values of `match`; "prover" and "rule" in it are
// matched like labels.
bool MatchesLabels(const Labels& match, absl::string_view prover, const Finding& finding);

// All that the rules find in the view, each thing once: without those that are switched off, and
// with the severities that are set. What another one covers (Rule::covers) that is as severe starts
// no alert.
std::vector<Finding> FindAll(const RuleSet& rules, const ProverView& view);

// For how long the finding must hold before it fires.
absl::Duration HoldOf(const RuleSet& rules, absl::string_view prover, const Finding& finding);

// The names of those who are told of it, in the order of the file.
std::vector<std::string> ReceiversOf(const RuleSet& rules, absl::string_view prover,
                                     const Finding& finding);

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_RULE_SET_H_
