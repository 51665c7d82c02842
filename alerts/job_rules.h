#ifndef PROVERLOG_ALERTS_JOB_RULES_H_
#define PROVERLOG_ALERTS_JOB_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// What goes wrong with jobs: failures, and what the broker will not prove.
std::vector<Rule> JobRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_JOB_RULES_H_
