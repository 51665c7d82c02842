#include "normalizer/running_jobs.h"

#include <utility>

namespace proverlog {
namespace {

// An agent process runs some ten jobs. One whose ends are not logged, or a log of very many
// processes, is not followed without bound: no record of it is joined to a job then.
constexpr size_t kMaxJobs = 256;
constexpr size_t kMaxProcesses = 64;

}  // namespace

void RunningJobs::Take(absl::string_view process, const JobIdView& job, FactKind kind) {
  const auto found = jobs_.find(process);
  switch (kind) {
    case FactKind::kStarted:
    case FactKind::kControllerStarted: {
      if (found == jobs_.end() && jobs_.size() == kMaxProcesses) return;
      auto& running = found == jobs_.end() ? jobs_[std::string(process)] : found->second;
      if (running.size() < kMaxJobs) running.insert(JobId::From(job));
      return;
    }
    case FactKind::kAgentCompleted:
    case FactKind::kAgentFailed:
    case FactKind::kAgentAborted:
    case FactKind::kSuperseded:
      if (found == jobs_.end()) return;
      found->second.erase(JobId::From(job));
      if (found->second.empty()) jobs_.erase(found);
      return;
    default:
      return;  // a broker's or a node's word is not of this process
  }
}

void RunningJobs::Clear(absl::string_view process) {
  const auto found = jobs_.find(process);
  if (found != jobs_.end()) jobs_.erase(found);
}

std::optional<JobId> RunningJobs::OnlyOfType(absl::string_view process,
                                             absl::string_view type) const {
  const auto found = jobs_.find(process);
  if (found == jobs_.end() || found->second.size() == kMaxJobs) return std::nullopt;
  const JobId* only = nullptr;
  for (const JobId& job : found->second) {
    if (job.type != type) continue;
    if (only != nullptr) return std::nullopt;
    only = &job;
  }
  if (only == nullptr) return std::nullopt;
  return *only;
}

std::optional<int32_t> RunningJobs::Epoch(absl::string_view process) const {
  const auto found = jobs_.find(process);
  if (found == jobs_.end() || found->second.size() == kMaxJobs) return std::nullopt;
  const int32_t first = found->second.begin()->epoch;
  if (found->second.rbegin()->epoch != first) return std::nullopt;  // ordered by epoch
  return first;
}

}  // namespace proverlog
