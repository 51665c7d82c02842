#ifndef PROVERLOG_ANALYSIS_AGENT_USE_H_
#define PROVERLOG_ANALYSIS_AGENT_USE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/job_timeline.h"
#include "model/time.h"

namespace proverlog {

// What an agent process did with its agents during a time.
struct ProcessUse {
  std::string machine;
  std::string process;     // Origin::process
  int32_t agents = 0;      // the most attempts at once: it has at least as many
  int32_t started = 0;     // attempts that began then
  int32_t completed = 0;   // attempts that completed their job then
  Millis busy = 0;         // of its agents, added up
  double utilization = 0;  // busy / (agents x time), within [0, 1]
  // Of its agents that were free while a job was queued that the process could take, added up.
  Millis idle_while_queued = 0;
  UnixMillis first_at = 0;  // when its first attempt began, or the time
  UnixMillis last_at = 0;   // the last start or end of an attempt in its log, or the time's end
};

struct AgentUse {
  std::vector<ProcessUse> processes;  // by machine and name
  int32_t agents = 0;
  double utilization = 0;
  Millis idle_while_queued = 0;  // of all processes
  // The part of it in which there was a job for each: of the free agents no more count than
  // jobs were queued that they could take.
  Millis lost_capacity = 0;
};

// The processes that ran an attempt in the time, which has an end. Single agents are not in the
// logs: a process has as many as it was seen to run at once in any of the jobs, lost attempts left
// out (a process that died and began again did not run both). It can take the types that it was
// seen to run, and is there from its first attempt to its last sign of one.
AgentUse UseOfAgents(const std::vector<JobTimeline>& jobs, const OpenSpan& time);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_AGENT_USE_H_
