#ifndef PROVERLOG_SERVER_ALERTS_RECEIVERS_CHECK_H_
#define PROVERLOG_SERVER_ALERTS_RECEIVERS_CHECK_H_

#include <string>
#include <vector>

#include "alerts/rule.h"
#include "alerts/rule_set.h"
#include "server/alerts/receiver.h"
#include "server/alerts/rules_text.h"

namespace proverlog {

// Checks what the message says of receivers; what is wrong is refused at its place.
std::vector<ReceiverFilter> CheckReceivers(const v1::AlertRules& rules, const RulesNode& root);

// Reads addresses and tokens of receivers that CheckReceivers took, from files (relative to
// `directory`) and the environment. Nothing of what is read is in what is refused.
std::vector<Receiver> ReadSecrets(const v1::AlertRules& rules, const RulesNode& root,
                                  const std::string& directory);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RECEIVERS_CHECK_H_
