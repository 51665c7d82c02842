#include "server/query/report_types.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/job_purpose.h"

namespace proverlog {
namespace {

// By type: the types that feed it.
std::map<std::string, std::set<std::string>> FeedersIn(const std::vector<LoadedEpoch>& epochs) {
  std::map<std::string, std::set<std::string>> feeders;
  for (const LoadedEpoch& epoch : epochs) {
    for (const JobTypeSummary& type : epoch.summary.job_types) {
      for (const std::string& fed : type.feeds) feeders[fed].insert(type.type);
    }
  }
  return feeders;
}

// When the first job of each type completed.
std::map<std::string, UnixMillis> FirstCompletions(const std::vector<Job>& jobs) {
  std::map<std::string, UnixMillis> first;
  for (const Job& job : jobs) {
    if (job.state != JobState::kCompleted || !job.ended_at) continue;
    const auto [entry, is_new] = first.emplace(job.id.type, *job.ended_at);
    if (!is_new) entry->second = std::min(entry->second, *job.ended_at);
  }
  return first;
}

// Counts the jobs of fed types that were enqueued after one that feeds them had completed.
void CountOrder(const LoadedEpoch& epoch,
                const std::map<std::string, std::set<std::string>>& feeders,
                std::map<std::string, v1::ReportJobType>& types) {
  const std::map<std::string, UnixMillis> completed = FirstCompletions(epoch.state.jobs);
  for (const Job& job : epoch.state.jobs) {
    if (!job.exists || !job.enqueued_at) continue;
    v1::ReportJobType& type = types[job.id.type];
    type.set_enqueued(type.enqueued() + 1);
    const auto of_type = feeders.find(job.id.type);
    if (of_type == feeders.end()) continue;
    const bool after =
        std::any_of(of_type->second.begin(), of_type->second.end(), [&](const std::string& feeder) {
          const auto first = completed.find(feeder);
          return first != completed.end() && first->second <= *job.enqueued_at;
        });
    if (after) type.set_enqueued_after_feeding(type.enqueued_after_feeding() + 1);
  }
}

}  // namespace

void AddJobTypes(const std::vector<LoadedEpoch>& epochs, v1::GetReportResponse& report) {
  const auto feeders = FeedersIn(epochs);
  std::map<std::string, v1::ReportJobType> types;
  std::vector<std::string> order;
  for (const LoadedEpoch& epoch : epochs) {
    CountOrder(epoch, feeders, types);
    for (const JobTypeSummary& summary : epoch.summary.job_types) {
      v1::ReportJobType& type = types[summary.type];
      if (type.epochs().empty()) order.push_back(summary.type);
      type.add_epochs(epoch.summary.epoch);
    }
  }
  for (const std::string& name : order) {
    v1::ReportJobType& type = types[name];
    type.set_type(name);
    type.set_purpose(std::string(PurposeOf(name)));
    const auto of_type = feeders.find(name);
    if (of_type != feeders.end()) {
      for (const std::string& feeder : of_type->second) type.add_fed_by(feeder);
    }
    *report.add_job_types() = std::move(type);
  }
}

}  // namespace proverlog
