#ifndef PROVERLOG_ANALYSIS_CLOCK_SKEW_H_
#define PROVERLOG_ANALYSIS_CLOCK_SKEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// How far one machine's clock is ahead of another's. The true offset lies in [at_least, at_most],
// supposed that it did not change: as Cristian's and NTP's (RFC 5905) bounds, from messages whose
// order is known instead of from answers.
struct ClockOffset {
  std::optional<Millis> at_least;  // none: no pair of lines tells
  std::optional<Millis> at_most;   // none: no pair of lines tells
  int32_t pairs = 0;               // of lines that tell the one or the other

  // No offset fits: a clock was set, or ran differently, meanwhile.
  bool Moved() const { return at_least && at_most && *at_least > *at_most; }
  // How far the other one is ahead of the one.
  ClockOffset Reversed() const;

  friend bool operator==(const ClockOffset& a, const ClockOffset& b) = default;
};

// By (machine of the broker, machine of the agent): how far the agent's clock is ahead of the
// broker's. A broker enqueues before an agent starts, and an agent completes before the broker
// takes the result; instants are cut to milliseconds, so that each bound is a millisecond wider.
// Only jobs of which the logs tell one enqueue, or one completion by agent and broker at the first
// attempt, are taken: of others it is not known which lines belong together.
using ClockOffsets = std::map<std::pair<std::string, std::string>, ClockOffset>;
ClockOffsets EstimateClockOffsets(const std::vector<Job>& jobs);

// The same between the machine and each other one that it is known with: how far that is ahead.
std::map<std::string, ClockOffset> OffsetsFrom(const std::string& machine,
                                               const ClockOffsets& offsets);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_CLOCK_SKEW_H_
