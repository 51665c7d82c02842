#ifndef PROVERLOG_NORMALIZER_RUNNING_JOBS_H_
#define PROVERLOG_NORMALIZER_RUNNING_JOBS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/job_id.h"
#include "model/time.h"

namespace proverlog {

// A job that runs, in one piece of memory: starts and ends are a large part of an agent's log.
class RunningJob {
 public:
  // Of an id as ParseJobId returns it.
  RunningJob(const JobIdView& id, UnixMillis at);

  JobIdView id() const;
  bool Is(const JobIdView& other) const;
  UnixMillis started_at() const { return started_at_; }

  friend bool operator==(const RunningJob& a, const RunningJob& b) = default;

 private:
  int32_t epoch_;
  uint32_t hash_size_;
  UnixMillis started_at_;
  absl::InlinedVector<char, 96> hash_and_type_;  // 64 for the hash, and no type is longer than 32
};

// The jobs that each agent process of a log runs, as far as its lines tell: what a record that
// names no job (a witness, a proof) may belong to. A log may begin in the middle of a process, and
// a job's end may be missing: no job is taken to run longer than kLongestJob. Not thread-safe.
class RunningJobs {
 public:
  static constexpr Millis kLongestJob = 2 * kHour;

  struct Process {
    UnixMillis complete_at = 0;  // from then on all that runs in it is known
    UnixMillis heard_at = 0;
    std::vector<RunningJob> jobs;

    friend bool operator==(const Process& a, const Process& b) = default;
  };
  using Processes = std::map<std::string, Process, std::less<>>;

  RunningJobs() = default;
  explicit RunningJobs(Processes processes) : processes_(std::move(processes)) {}

  // The process's record tells a fact of the job.
  void Take(absl::string_view process, const JobIdView& job, FactKind kind, UnixMillis at);
  // The process begins: nothing runs in it.
  void Begin(absl::string_view process, UnixMillis at);

  // The only job of the type that runs in the process; nothing where there is none or several, or
  // where not all that runs is known. Until the next call that changes something.
  std::optional<JobIdView> OnlyOfType(absl::string_view process, absl::string_view type,
                                      UnixMillis at) const;
  // The epoch of all jobs that are known to run in the process; nothing where none is or they are
  // of several.
  std::optional<int32_t> Epoch(absl::string_view process, UnixMillis at) const;

  const Processes& processes() const { return processes_; }

 private:
  Process& Find(absl::string_view name, UnixMillis at);

  Processes processes_;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_RUNNING_JOBS_H_
