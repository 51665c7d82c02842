#ifndef PROVERLOG_ANALYSIS_STARTUP_H_
#define PROVERLOG_ANALYSIS_STARTUP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/event.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// Where logs show that jobs were started. The jobs outlive it.
class JobStarts {
 public:
  struct Start {
    UnixMillis at = 0;
    const JobId* job = nullptr;
  };

  void Add(const std::vector<Job>& jobs);

  // The first in the log behind the record at `begin` and before that at `end`; null where there is
  // none.
  const Start* FirstBetween(int64_t stream_id, int64_t begin, int64_t end) const;

 private:
  std::map<int64_t, std::map<int64_t, Start>> streams_;  // by id; by the record's offset
};

// One start of a program, as its log shows it.
struct Startup {
  std::string machine;
  int64_t stream_id = 0;
  // In the order of the log, at least one. A step without a time of its own has that of the next
  // one that has one, else of the first job, else the one that the line was given.
  std::vector<Event> steps;
  // The first job that the log shows to be started behind the first step, before the next start.
  std::optional<UnixMillis> first_job_at;
  std::string first_job;  // its id
};

// The kinds of events that are steps of starting up.
const std::vector<std::string>& StartupKinds();
bool IsStartupStep(absl::string_view kind);
// Whether a step's line has no time of its own.
bool IsUntimedStep(absl::string_view kind);

// The starts that the events tell of, by log and in its order; other events are skipped. Where a
// step is said again, or a job was started in between, it is another start. What comes first is
// told by the places in the log: lines without a time have that of another process's line.
std::vector<Startup> StartupsOf(const std::vector<Event>& events, const JobStarts& starts);

// The bytes of a reference string: a point of the curve is two coordinates of 32.
inline constexpr int64_t kBytesAPoint = 64;

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_STARTUP_H_
