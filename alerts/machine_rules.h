#ifndef PROVERLOG_ALERTS_MACHINE_RULES_H_
#define PROVERLOG_ALERTS_MACHINE_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// What is wrong with a machine or a process of the prover.
std::vector<Rule> MachineRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_MACHINE_RULES_H_
