#include "storage/postgres/job_ids.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "model/job.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"

namespace proverlog::postgres {
namespace {

// An epoch has some twenty types; more are only in hostile logs.
constexpr int kMaxTypes = 1000;

}  // namespace

std::vector<JobId> SelectJobIds(pqxx::transaction_base& tx, const ProjectionKey& key,
                                const JobFilter& filter, std::optional<UnixMillis> closed_at,
                                int limit) {
  static const auto* const kSql = new std::string(
      absl::StrCat("SELECT epoch, type, hash FROM job, (SELECT $9::bigint AS closed_at) AS e"
                   " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND counted"
                   " AND ($4::text[] = '{}' OR type = ANY ($4::text[]))"
                   " AND ($5::text[] = '{}' OR CASE WHEN ",
                   kIsAbandoned,
                   " THEN 'abandoned' ELSE state END = ANY ($5::text[]))"
                   " AND (type, hash) > ($6, $7) ORDER BY type, hash LIMIT $8"));
  Array types, states;
  for (const std::string& type : filter.types) types.AddText(type);
  for (const JobState state : filter.states) states.AddText(JobStateName(state));
  const std::string after_type = filter.after ? filter.after->first : "";
  const std::string after_hash = filter.after ? EncodeHash(filter.after->second) : "";
  const auto rows =
      tx.exec_params(*kSql, key.prover_id, key.projection_id, filter.epoch, types.Finish(),
                     states.Finish(), after_type, ToParameter(after_hash), limit, closed_at);
  std::vector<JobId> ids;
  for (const auto& row : rows) {
    ids.push_back({row[0].as<int32_t>(), row[1].as<std::string>(), DecodeHash(ToBytes(row[2]))});
  }
  return ids;
}

std::vector<std::string> ReadJobTypes(pqxx::transaction_base& tx, const ProjectionKey& key,
                                      const std::vector<int32_t>& epochs) {
  // From each type the primary key leads to the next one, without the jobs between them.
  constexpr char kSql[] =
      "WITH RECURSIVE known AS ("
      "  SELECT epoch, (SELECT min(type) FROM job j WHERE j.prover_id = $1 AND j.projection_id = $2"
      "   AND j.epoch = e.epoch) AS type FROM unnest($3::integer[]) AS e (epoch)"
      "  UNION ALL"
      "  SELECT epoch, (SELECT min(type) FROM job j WHERE j.prover_id = $1 AND j.projection_id = $2"
      "   AND j.epoch = known.epoch AND j.type > known.type) FROM known WHERE type IS NOT NULL"
      ") SELECT DISTINCT type FROM (SELECT type FROM known WHERE type IS NOT NULL LIMIT $4) AS t"
      " ORDER BY type";
  Array numbers;
  for (const int32_t epoch : epochs) numbers.Add(int64_t{epoch});
  std::vector<std::string> types;
  for (const auto& row :
       tx.exec_params(kSql, key.prover_id, key.projection_id, numbers.Finish(), kMaxTypes)) {
    types.push_back(row[0].as<std::string>());
  }
  return types;
}

}  // namespace proverlog::postgres
