#ifndef PROVERLOG_ANALYSIS_STARTUP_H_
#define PROVERLOG_ANALYSIS_STARTUP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/event.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// One start of a program, as its log shows it.
struct Startup {
  std::string machine;
  int64_t stream_id = 0;
  std::vector<Event> steps;  // by instant, at least one
  // The first job that the log shows to be started after the first step, before the next start.
  std::optional<UnixMillis> first_job_at;
  std::string first_job;  // its id
};

// The kinds of events that are steps of starting up.
const std::vector<std::string>& StartupKinds();
bool IsStartupStep(absl::string_view kind);
// Whether a step's line has no time of its own: it is dated by its neighbour, so that the step
// ended then at the latest.
bool IsUntimedStep(absl::string_view kind);

// The starts that the events tell of, by log and instant; other events are skipped. Where a step is
// said again, or a job was started in between, it is another start. `jobs` are those of the time.
std::vector<Startup> StartupsOf(const std::vector<Event>& events, const std::vector<Job>& jobs);

// The bytes of a reference string: a point of the curve is two coordinates of 32.
inline constexpr int64_t kBytesAPoint = 64;

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_STARTUP_H_
