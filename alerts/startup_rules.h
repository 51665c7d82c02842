#ifndef PROVERLOG_ALERTS_STARTUP_RULES_H_
#define PROVERLOG_ALERTS_STARTUP_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// What is wrong with the start of a program, or with what it reaches.
std::vector<Rule> StartupRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_STARTUP_RULES_H_
