#include "normalizer/running_jobs.h"

#include <algorithm>
#include <tuple>

namespace proverlog {
namespace {

// An agent process runs some ten jobs; a log has one process, or some ten services.
constexpr size_t kMaxJobs = 256;
constexpr size_t kMaxProcesses = 64;

bool Runs(UnixMillis started_at, UnixMillis at) {
  return at - started_at < RunningJobs::kLongestJob;
}

}  // namespace

RunningJobs::Process& RunningJobs::Find(absl::string_view name, UnixMillis at) {
  auto found = processes_.find(name);
  if (found == processes_.end()) {
    if (processes_.size() == kMaxProcesses) {
      // Forgotten is as never heard of: nothing is joined to its jobs.
      processes_.erase(
          std::min_element(processes_.begin(), processes_.end(), [](const auto& a, const auto& b) {
            return std::tie(a.second.heard_at, a.first) < std::tie(b.second.heard_at, b.first);
          }));
    }
    found = processes_.emplace(std::string(name), Process{at + kLongestJob, at, {}}).first;
  }
  found->second.heard_at = at;
  return found->second;
}

void RunningJobs::Take(absl::string_view process, const JobIdView& job, FactKind kind,
                       UnixMillis at) {
  switch (kind) {
    case FactKind::kStarted:
    case FactKind::kControllerStarted: {
      Process& found = Find(process, at);
      if (found.started_at.size() == kMaxJobs) {
        found.started_at.clear();
        found.complete_at = at + kLongestJob;
      }
      found.started_at.emplace(JobId::From(job), at);
      return;
    }
    case FactKind::kAgentCompleted:
    case FactKind::kAgentFailed:
    case FactKind::kAgentAborted:
    case FactKind::kSuperseded:
      Find(process, at).started_at.erase(JobId::From(job));
      return;
    default:
      return;  // a broker's or a node's word is not of this process
  }
}

void RunningJobs::Begin(absl::string_view process, UnixMillis at) {
  Process& found = Find(process, at);
  found.complete_at = at;
  found.started_at.clear();
}

std::optional<JobId> RunningJobs::OnlyOfType(absl::string_view process, absl::string_view type,
                                             UnixMillis at) const {
  const auto found = processes_.find(process);
  if (found == processes_.end() || at < found->second.complete_at) return std::nullopt;
  const JobId* only = nullptr;
  for (const auto& [job, started_at] : found->second.started_at) {
    if (job.type != type || !Runs(started_at, at)) continue;
    if (only != nullptr) return std::nullopt;
    only = &job;
  }
  if (only == nullptr) return std::nullopt;
  return *only;
}

std::optional<int32_t> RunningJobs::Epoch(absl::string_view process, UnixMillis at) const {
  const auto found = processes_.find(process);
  if (found == processes_.end()) return std::nullopt;
  std::optional<int32_t> epoch;
  for (const auto& [job, started_at] : found->second.started_at) {
    if (!Runs(started_at, at)) continue;
    if (epoch && *epoch != job.epoch) return std::nullopt;
    epoch = job.epoch;
  }
  return epoch;
}

}  // namespace proverlog
