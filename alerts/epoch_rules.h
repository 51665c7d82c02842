#ifndef PROVERLOG_ALERTS_EPOCH_RULES_H_
#define PROVERLOG_ALERTS_EPOCH_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// What goes wrong with an epoch as a whole, and with its proof on L1.
std::vector<Rule> EpochRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_EPOCH_RULES_H_
