#ifndef PROVERLOG_NORMALIZER_RUNNING_JOBS_H_
#define PROVERLOG_NORMALIZER_RUNNING_JOBS_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/job_id.h"

namespace proverlog {

// The jobs that each agent process of a log runs, as far as its lines tell: what a record that
// names no job (a witness, a proof) may belong to. Not thread-safe.
class RunningJobs {
 public:
  using ByProcess = std::map<std::string, std::set<JobId>, std::less<>>;

  RunningJobs() = default;
  explicit RunningJobs(ByProcess jobs) : jobs_(std::move(jobs)) {}

  // The process's record tells a fact of the job.
  void Take(absl::string_view process, const JobIdView& job, FactKind kind);
  // The process begins: what ran before it does not any more.
  void Clear(absl::string_view process);

  // The only job of the type that runs in the process; nothing where there is none or several.
  std::optional<JobId> OnlyOfType(absl::string_view process, absl::string_view type) const;
  // The epoch of all jobs that run in the process; nothing where none does or they are of several.
  std::optional<int32_t> Epoch(absl::string_view process) const;

  const ByProcess& jobs() const { return jobs_; }

 private:
  ByProcess jobs_;  // no process without a job
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_RUNNING_JOBS_H_
