#ifndef PROVERLOG_ALERTS_DATA_RULES_H_
#define PROVERLOG_ALERTS_DATA_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// What is wrong with the logs themselves: what is not told cannot be judged. Of a view of an
// earlier time they say nothing.
std::vector<Rule> DataRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_DATA_RULES_H_
