#ifndef PROVERLOG_ALERTS_AGENT_PRESENCE_H_
#define PROVERLOG_ALERTS_AGENT_PRESENCE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "alerts/prover_view.h"

namespace proverlog {

// An agent process that is there at ProverView::complete_until, and what it had to do in a time
// until then.
struct AgentPresence {
  std::string machine;
  std::string process;          // Origin::process
  int32_t agents = 0;           // the most attempts that it ran at once: it has at least as many
  std::set<std::string> types;  // that it was seen to run
  int32_t busiest = 0;          // the most attempts at once in the time
  UnixMillis last_at = 0;       // the last start or end of an attempt in its log
  // Jobs that were queued for all of the time, and that it could take.
  int32_t waiting = 0;

  // It had an agent free all the time while there was a job for it.
  bool IsIdle() const { return waiting > 0 && busiest < agents; }
};

// The last process of each log that goes on, whose machine has not started another one since; of a
// view of an earlier time, those that had an attempt within the last 15 minutes. By machine.
std::vector<AgentPresence> AgentsThere(const ProverView& view, Millis time);

// The types that some could take and none does: all that were seen to run them are idle. Where some
// work, it is a matter of capacity, or of those that do not.
std::set<std::string> TypesNobodyTakes(const std::vector<AgentPresence>& agents);

// Both, of one time.
struct AgentsWithin {
  std::vector<AgentPresence> agents;
  std::set<std::string> nobody_takes;
};

// The agents of a view, which outlives it, within each time that somebody asks for: each is looked
// at once.
class PresenceOverTimes {
 public:
  explicit PresenceOverTimes(const ProverView& view) : view_(view) {}
  const AgentsWithin& Within(Millis time);

 private:
  const ProverView& view_;
  std::map<Millis, AgentsWithin> by_time_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_AGENT_PRESENCE_H_
