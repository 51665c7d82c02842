#ifndef PROVERLOG_ALERTS_RETRY_RULES_H_
#define PROVERLOG_ALERTS_RETRY_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// Attempts at jobs that were tried again.
std::vector<Rule> RetryRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_RETRY_RULES_H_
