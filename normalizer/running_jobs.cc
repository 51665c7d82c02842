#include "normalizer/running_jobs.h"

#include <algorithm>
#include <tuple>

namespace proverlog {
namespace {

// An agent process runs some ten jobs; a log has one process, or some ten services.
constexpr size_t kMaxJobs = 256;
constexpr size_t kMaxProcesses = 64;

bool Runs(const RunningJob& job, UnixMillis at) {
  return at - job.started_at() < RunningJobs::kLongestJob;
}

bool Starts(FactKind kind) {
  return kind == FactKind::kStarted || kind == FactKind::kControllerStarted;
}

bool Ends(FactKind kind) {
  return kind == FactKind::kAgentCompleted || kind == FactKind::kAgentFailed ||
         kind == FactKind::kAgentAborted || kind == FactKind::kSuperseded;
}

}  // namespace

RunningJob::RunningJob(const JobIdView& id, UnixMillis at)
    : epoch_(id.epoch), hash_size_(static_cast<uint32_t>(id.hash.size())), started_at_(at) {
  hash_and_type_.assign(id.hash.begin(), id.hash.end());
  hash_and_type_.insert(hash_and_type_.end(), id.type.begin(), id.type.end());
}

JobIdView RunningJob::id() const {
  const absl::string_view text(hash_and_type_.data(), hash_and_type_.size());
  return {epoch_, text.substr(hash_size_), text.substr(0, hash_size_)};
}

bool RunningJob::Is(const JobIdView& other) const {
  // Almost all differ in their hash's first character.
  if (hash_and_type_.front() != other.hash.front()) return false;
  const JobIdView mine = id();
  return mine.hash == other.hash && mine.type == other.type && mine.epoch == other.epoch;
}

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
  if (!Starts(kind) && !Ends(kind)) return;  // a broker's or a node's word is not of this process
  Process& found = Find(process, at);
  // Their order says nothing, and to move them up would take longer than all else here.
  const auto still_runs = [&](const RunningJob& other) {
    return !other.Is(job) && Runs(other, at);
  };
  found.jobs.erase(std::partition(found.jobs.begin(), found.jobs.end(), still_runs),
                   found.jobs.end());
  if (!Starts(kind)) return;
  if (found.jobs.size() == kMaxJobs) {
    found.jobs.clear();
    found.complete_at = at + kLongestJob;
  }
  found.jobs.emplace_back(job, at);
}

void RunningJobs::Begin(absl::string_view process, UnixMillis at) {
  Process& found = Find(process, at);
  found.complete_at = at;
  found.jobs.clear();
}

std::optional<JobIdView> RunningJobs::OnlyOfType(absl::string_view process, absl::string_view type,
                                                 UnixMillis at) const {
  const auto found = processes_.find(process);
  if (found == processes_.end() || at < found->second.complete_at) return std::nullopt;
  const RunningJob* only = nullptr;
  for (const RunningJob& job : found->second.jobs) {
    if (job.id().type != type || !Runs(job, at)) continue;
    if (only != nullptr) return std::nullopt;
    only = &job;
  }
  if (only == nullptr) return std::nullopt;
  return only->id();
}

std::optional<int32_t> RunningJobs::Epoch(absl::string_view process, UnixMillis at) const {
  const auto found = processes_.find(process);
  if (found == processes_.end()) return std::nullopt;
  std::optional<int32_t> epoch;
  for (const RunningJob& job : found->second.jobs) {
    if (!Runs(job, at)) continue;
    if (epoch && *epoch != job.id().epoch) return std::nullopt;
    epoch = job.id().epoch;
  }
  return epoch;
}

}  // namespace proverlog
