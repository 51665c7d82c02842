#include "analysis/job_set.h"

#include <utility>

namespace proverlog {
namespace {

// Of a healthy job.
constexpr size_t kUsualFacts = 6;

}  // namespace

void JobSet::OnFact(const JobIdView& job, Fact fact) {
  ++fact_count_;
  const auto known = by_id_.find(job);
  if (known != by_id_.end()) return known->second->push_back(std::move(fact));
  const auto added = facts_.try_emplace(JobId::From(job)).first;
  added->second.reserve(kUsualFacts);
  by_id_.emplace(JobIdView::Of(added->first), &added->second);
  added->second.push_back(std::move(fact));
}

std::map<int32_t, std::vector<Job>> JobSet::DeriveByEpoch() const {
  std::map<int32_t, std::vector<Job>> by_epoch;
  for (const auto& [id, facts] : facts_) by_epoch[id.epoch].push_back(DeriveJob(id, facts));
  return by_epoch;
}

}  // namespace proverlog
