#include "storage/postgres/epoch_list.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "analysis/epoch_summary.h"
#include "storage/postgres/array.h"
#include "storage/postgres/epoch_rows.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/job_ids.h"

namespace proverlog::postgres {
namespace {

EpochRow ReadEpoch(const pqxx::row& row) {
  EpochRow epoch;
  epoch.epoch = row[0].as<int32_t>();
  epoch.first_at = ReadOptional(row[1]);
  epoch.last_at = ReadOptional(row[2]);
  epoch.totals.jobs = row[3].as<int32_t>();
  epoch.totals.enqueued = row[4].as<int32_t>();
  epoch.totals.started = row[5].as<int32_t>();
  epoch.totals.completed = row[6].as<int32_t>();
  epoch.totals.failed = row[7].as<int32_t>();
  epoch.totals.aborted = row[8].as<int32_t>();
  epoch.totals.abandoned = row[9].as<int32_t>();
  epoch.totals.in_flight = row[10].as<int32_t>();
  epoch.totals.retries = row[11].as<int32_t>();
  epoch.totals.timeouts = row[12].as<int32_t>();
  epoch.root_completed = row[13].as<bool>();
  return epoch;
}

// The counts of the epochs $3, which were closed at $4 or are not.
std::string CountEpochsSql() {
  return absl::StrCat(
      "SELECT e.epoch, min(first_at), max(last_at), count(j.epoch),"
      "  count(*) FILTER (WHERE enqueued), count(*) FILTER (WHERE started),"
      "  count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'failed'),"
      "  count(*) FILTER (WHERE state = 'aborted'), count(*) FILTER (WHERE ",
      kIsAbandoned,
      "),"
      "  count(*) FILTER (WHERE state IN ('queued', 'running') AND ",
      kIsAbandoned,
      " IS NOT TRUE), coalesce(sum(retries), 0), coalesce(sum(timeouts), 0),"
      "  coalesce(bool_or(type = $5 AND state = 'completed'), false)"
      " FROM unnest($3::integer[], $4::bigint[]) AS e (epoch, closed_at)"
      " LEFT JOIN job j ON j.prover_id = $1 AND j.projection_id = $2 AND j.epoch = e.epoch"
      "  AND j.counted"
      " GROUP BY e.epoch ORDER BY e.epoch DESC");
}

}  // namespace

absl::StatusOr<std::vector<EpochRow>> ReadEpochRows(pqxx::transaction_base& tx,
                                                    const ProjectionKey& key,
                                                    std::optional<int32_t> before, int limit) {
  static const auto* const kSql = new std::string(CountEpochsSql());
  const std::vector<int32_t> numbers = ReadEpochNumbers(tx, key, before, limit);
  auto contexts = ReadContexts(tx, key, numbers);
  if (!contexts.ok()) return contexts.status();
  Array epochs, closed_at;
  for (const int32_t epoch : numbers) {
    epochs.Add(int64_t{epoch});
    closed_at.Add(ClosedAt((*contexts)[epoch]));
  }
  const auto rows = tx.exec_params(*kSql, key.prover_id, key.projection_id, epochs.Finish(),
                                   closed_at.Finish(), std::string(kRootRollup));
  std::vector<EpochRow> epoch_rows;
  for (const auto& row : rows) {
    epoch_rows.push_back(ReadEpoch(row));
    epoch_rows.back().context = std::move((*contexts)[epoch_rows.back().epoch]);
  }
  return epoch_rows;
}

}  // namespace proverlog::postgres
