#include "analysis/job_set.h"

namespace proverlog {

std::map<int32_t, std::vector<Job>> JobSet::DeriveByEpoch() const {
  std::map<int32_t, std::vector<Job>> by_epoch;
  for (const auto& [id, facts] : facts_) by_epoch[id.epoch].push_back(DeriveJob(id, facts));
  return by_epoch;
}

}  // namespace proverlog
