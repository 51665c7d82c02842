#ifndef PROVERLOG_ANALYSIS_CRITICAL_PATH_H_
#define PROVERLOG_ANALYSIS_CRITICAL_PATH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// What a job on the path did from its predecessor's end to its own. The parts follow one another
// and add up exactly. Where two clocks disagree, a part that would be negative is 0 and the next
// one is shorter.
struct PathParts {
  Millis handing_over = 0;  // until it was enqueued
  Millis queueing = 0;      // until its first start
  Millis retrying = 0;      // until the start of the attempt that ended it
  Millis running = 0;       // until that attempt's end
  Millis reporting = 0;     // until the broker had the end
  Millis unknown = 0;       // instead of the last four, where no log shows a start

  // Since it was enqueued.
  Millis OfJob() const { return queueing + retrying + running + reporting + unknown; }
  Millis Sum() const { return handing_over + OfJob(); }
  PathParts& operator+=(const PathParts& more);
};

struct PathLink {
  JobId id;
  JobState state = JobState::kCompleted;
  int32_t attempts = 0;
  // Of the attempt that ended it; empty where no log shows one.
  std::string machine;
  std::string process;
  UnixMillis enqueued_at = 0;  // by the broker, else by the prover node, else its first start
  UnixMillis ended_at = 0;
  PathParts parts;
  // Of the predecessor, the link before: the first one has none.
  int32_t rivals = 0;            // others that ended within kRivalMillis before it
  bool across_machines = false;  // its end and this enqueue are by two machines' clocks
};

// Where another job ended so little before the chosen predecessor, it may be the one.
inline constexpr Millis kRivalMillis = 50;

// The chain of jobs that decided when an epoch ended, as far as that can be inferred.
struct CriticalPath {
  std::vector<PathLink> links;  // in order of time; empty where no job completed or failed
  bool ends_with_root = false;
  // From the epoch's first fact to the first link's enqueue.
  Millis lead = 0;
  PathParts totals;  // they add up to the time from the first link's enqueue to the last one's end
  int32_t inferred = 0;           // links with a predecessor
  int32_t ambiguous = 0;          // of these: with rivals, or across machines
  std::vector<size_t> costliest;  // links by PathParts::OfJob, the longest first; at most 10
};

// The path ends with the root rollup that completed last; without one, with the completed or failed
// job that ended last. The predecessor of a job is, of the completed jobs whose type feeds its type
// (model/proving_graph.h), the one that ended last before the job was enqueued: no log names it.
// `jobs` are all jobs of one epoch, in any order. Takes O(n log n).
CriticalPath FindCriticalPath(const std::vector<Job>& jobs);

// The memory that it takes, about.
size_t BytesOf(const CriticalPath& path);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_CRITICAL_PATH_H_
