#ifndef PROVERLOG_ANALYSIS_MACHINE_FAILURES_H_
#define PROVERLOG_ANALYSIS_MACHINE_FAILURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/cause_table.h"
#include "model/job.h"

namespace proverlog {

// What attempts on the machine failed of, for good or before they were tried again: of those
// failures and time-outs of which a log shows that the job ran there then.
std::map<CauseKind, int32_t> FailuresOn(const std::string& machine, const std::vector<Job>& jobs);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_MACHINE_FAILURES_H_
