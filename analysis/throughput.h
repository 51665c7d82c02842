#ifndef PROVERLOG_ANALYSIS_THROUGHPUT_H_
#define PROVERLOG_ANALYSIS_THROUGHPUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/agent_use.h"
#include "analysis/job_flow.h"
#include "analysis/job_timeline.h"
#include "analysis/level_over_time.h"

namespace proverlog {

// What happened in a step of time.
struct ThroughputStep {
  int32_t created = 0;
  int32_t completed = 0;
  LevelStats running;  // attempts
  LevelStats queued;   // jobs
};

// What happened over a time to all jobs, to those of one type, or on one machine.
struct ThroughputRow {
  std::string name;
  int32_t created = 0;    // jobs; not of a machine
  int32_t completed = 0;  // jobs; of a machine: attempts that completed their job
  LevelStats running;
  LevelStats queued;                  // not of a machine: a job in the queue is on none
  std::vector<ThroughputStep> steps;  // of the grid
};

struct Throughput {
  TimeGrid grid;
  JobFlow flow;
  ThroughputRow total;
  std::vector<ThroughputRow> job_types;  // in the order in which they first appear
  std::vector<ThroughputRow> machines;   // by name
  AgentUse agents;
};

// Types and machines of which nothing is known in the grid's time are left out.
Throughput ComputeThroughput(const std::vector<JobTimeline>& jobs, const TimeGrid& grid);

// The shortest round step with at most 60 steps in the time, which is positive.
Millis RoundStep(Millis length);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_THROUGHPUT_H_
