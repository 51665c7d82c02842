#ifndef PROVERLOG_SERVER_ALERTS_RULES_CHECK_H_
#define PROVERLOG_SERVER_ALERTS_RULES_CHECK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "alerts/rule.h"
#include "alerts/rule_set.h"
#include "server/alerts/rules_text.h"

namespace proverlog {

// Checks what the message says of rules; what is wrong is refused at its place.
std::vector<RuleSetting> CheckSettings(const v1::AlertRules& rules, const RulesNode& root,
                                       const std::vector<Rule>& built_in);
std::vector<FigureRule> CheckFigureRules(const v1::AlertRules& rules, const RulesNode& root,
                                         const std::vector<Rule>& built_in);

// The field `match` of a message: labels by name, of which these may be there.
Labels CheckMatch(const RulesNode& node, const std::vector<std::string>& allowed);
// "prover", and what findings have.
std::vector<std::string> MatchedLabels();

// The field's severity; `otherwise` where it is left out.
Severity CheckSeverity(v1::AlertSeverity severity, absl::string_view field, const RulesNode& node,
                       Severity otherwise);

// Whether the field `name` has a name: lower case, digits and underscores, from a letter on, and
// none that is taken, to which it is added.
bool CheckName(const std::string& name, const RulesNode& node, std::vector<std::string>& taken);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RULES_CHECK_H_
