#ifndef PROVERLOG_SERVER_ALERTS_RULES_FILE_H_
#define PROVERLOG_SERVER_ALERTS_RULES_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "alerts/rule.h"
#include "alerts/rule_set.h"
#include "server/alerts/receiver.h"

namespace proverlog {

// What the file of --rules says.
struct RulesFile {
  RuleSet rules;
  std::vector<Receiver> receivers;  // of the same names as rules.receivers, in their order
};

// Reads it (v1::AlertRules in Protocol Buffers' text format), with the secrets that it points to.
// INVALID_ARGUMENT with all that is wrong, a line each, "FILE:LINE:COLUMN: FIELD: what is wrong";
// nothing of a secret is in it.
absl::StatusOr<RulesFile> ReadRulesFile(const std::string& path,
                                        const std::vector<Rule>& built_in = BuiltInRules());

// Reads the text of such a file for its rules alone: no secret is read. `name` begins its errors.
absl::StatusOr<RuleSet> ParseRules(absl::string_view text, const std::string& name,
                                   const std::vector<Rule>& built_in = BuiltInRules());

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RULES_FILE_H_
