#include "storage/query_store.h"

#include <set>

namespace proverlog {

std::vector<int64_t> StreamsOf(const std::vector<Job>& jobs, const EpochContext& context) {
  std::set<int64_t> ids;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    for (const Fact& fact : job.facts) ids.insert(fact.origin.stream_id);
  }
  for (const EpochSession& session : context.sessions) ids.insert(session.stream_id);
  return {ids.begin(), ids.end()};
}

}  // namespace proverlog
