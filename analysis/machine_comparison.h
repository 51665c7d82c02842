#ifndef PROVERLOG_ANALYSIS_MACHINE_COMPARISON_H_
#define PROVERLOG_ANALYSIS_MACHINE_COMPARISON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/duration_stats.h"
#include "analysis/epoch_summary.h"
#include "model/job.h"

namespace proverlog {

// One machine's attempts at jobs of one type.
struct MachineOnType {
  std::string machine;
  int32_t started = 0;
  int32_t completed = 0;
  int32_t failed = 0;
  DurationStats duration;  // of completed attempts whose start is certain
};

struct JobTypeComparison {
  std::string type;
  std::vector<MachineOnType> machines;  // by name; without those that ran none
};

struct MachineComparison {
  std::vector<MachineShare> machines;        // by name
  std::vector<JobTypeComparison> job_types;  // in the order in which they first appear
};

// Sets the machines that ran the jobs side by side.
MachineComparison CompareMachines(const std::vector<Job>& jobs);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_MACHINE_COMPARISON_H_
