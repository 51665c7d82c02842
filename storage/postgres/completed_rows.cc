#include "storage/postgres/completed_rows.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/postgres/array.h"

namespace proverlog::postgres {

absl::StatusOr<std::map<int32_t, std::vector<CompletedJob>>> ReadCompleted(
    pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<int32_t>& epochs,
    int64_t max_jobs) {
  Array numbers;
  for (const int32_t epoch : epochs) numbers.Add(int64_t{epoch});
  // The first end stands (docs/meaning.md, "State of a job"): the broker's, else the agent's.
  const auto rows = tx.exec_params(
      "SELECT j.epoch, j.type, j.first_at, coalesce(j.completed_at, CASE WHEN j.fact_rows THEN"
      "   (SELECT coalesce(min(at) FILTER (WHERE kind = 'completed'), min(at)) FROM job_fact f"
      "     WHERE f.prover_id = j.prover_id AND f.projection_id = j.projection_id"
      "      AND f.epoch = j.epoch AND f.type = j.type AND f.hash = j.hash"
      "      AND f.kind IN ('completed', 'agent_completed')) END,"
      "  j.agent_completed_at, j.last_at)"
      " FROM job j WHERE j.prover_id = $1 AND j.projection_id = $2 AND j.epoch = ANY "
      "($3::integer[])"
      "  AND j.counted AND j.state = 'completed' AND j.first_at IS NOT NULL"
      " LIMIT $4",
      key.prover_id, key.projection_id, numbers.Finish(), max_jobs + 1);
  if (static_cast<int64_t>(rows.size()) > max_jobs) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the epochs have more than ", max_jobs,
                     " jobs, too many for one answer; ask about fewer of them"));
  }
  std::map<int32_t, std::vector<CompletedJob>> jobs;
  for (const auto& row : rows) {
    jobs[row[0].as<int32_t>()].push_back(
        {row[1].as<std::string>(), row[2].as<int64_t>(), row[3].as<int64_t>()});
  }
  return jobs;
}

}  // namespace proverlog::postgres
