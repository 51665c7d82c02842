#ifndef PROVERLOG_ALERTS_STUCK_RULES_H_
#define PROVERLOG_ALERTS_STUCK_RULES_H_

#include <vector>

#include "alerts/rule.h"

namespace proverlog {

// Jobs that get on too slowly, or not at all, in epochs that go on. What a log that is behind has
// not told is not missed: all is judged at ProverView::complete_until.
std::vector<Rule> StuckRules();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_STUCK_RULES_H_
