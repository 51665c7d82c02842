#include "storage/postgres/job_ids.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "model/job.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"

namespace proverlog::postgres {

std::vector<JobId> SelectJobIds(pqxx::transaction_base& tx, const ProjectionKey& key,
                                const JobFilter& filter, std::optional<UnixMillis> closed_at,
                                int limit) {
  static const auto* const kSql = new std::string(
      absl::StrCat("SELECT epoch, type, hash FROM job, (SELECT $9::bigint AS closed_at) AS e"
                   " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND counted"
                   " AND ($4 = '' OR type = $4)"
                   " AND ($5 = '' OR CASE WHEN ",
                   kIsAbandoned,
                   " THEN 'abandoned' ELSE state END = $5)"
                   " AND (type, hash) > ($6, $7) ORDER BY type, hash LIMIT $8"));
  const std::string after_type = filter.after ? filter.after->first : "";
  const std::string after_hash = filter.after ? EncodeHash(filter.after->second) : "";
  const auto rows =
      tx.exec_params(*kSql, key.prover_id, key.projection_id, filter.epoch, filter.type,
                     filter.state ? std::string(JobStateName(*filter.state)) : "", after_type,
                     ToParameter(after_hash), limit, closed_at);
  std::vector<JobId> ids;
  for (const auto& row : rows) {
    ids.push_back({row[0].as<int32_t>(), row[1].as<std::string>(), DecodeHash(ToBytes(row[2]))});
  }
  return ids;
}

}  // namespace proverlog::postgres
