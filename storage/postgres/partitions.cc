#include "storage/postgres/partitions.h"

#include <algorithm>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace proverlog::postgres {
namespace {

// Any number that no other program uses for an advisory lock in this database.
constexpr int64_t kMaintenanceLock = 7460'0002;

constexpr int kPartitionsAhead = 2;

std::string NameOf(const PartitionedTable& table, UnixMillis begin) {
  return absl::StrCat(
      table.name, "_",
      absl::FormatTime(table.name_format, absl::FromUnixMillis(begin), absl::UTCTimeZone()));
}

}  // namespace

UnixMillis PartitionBegin(const PartitionedTable& table, UnixMillis received_at) {
  const int64_t width = absl::ToInt64Milliseconds(table.width);
  return received_at / width * width;
}

bool BecomeMaintainer(ReadWrite& tx) {
  return tx.exec_params1("SELECT pg_try_advisory_xact_lock($1)", kMaintenanceLock)[0].as<bool>();
}

void LimitLockTime(ReadWrite& tx) { tx.exec0("SET LOCAL lock_timeout = '200ms'"); }

std::vector<ArchivePartition> ListPartitions(pqxx::transaction_base& tx,
                                             const PartitionedTable& table) {
  const auto rows = tx.exec_params(
      "SELECT * FROM ("
      "  SELECT c.relname, substring(b.bound FROM 'FROM \\(''(\\d+)''\\)')::bigint AS begins,"
      "    substring(b.bound FROM 'TO \\(''(\\d+)''\\)')::bigint AS ends"
      "   FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,"
      "    LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) AS b"
      "   WHERE i.inhparent = $1::regclass) AS p"
      " WHERE begins IS NOT NULL ORDER BY ends",
      std::string(table.name));
  std::vector<ArchivePartition> partitions;
  for (const auto& row : rows) {
    partitions.push_back(
        {row[0].as<std::string>(), row[1].as<UnixMillis>(), row[2].as<UnixMillis>()});
  }
  return partitions;
}

std::vector<UnixMillis> FindMissing(pqxx::transaction_base& tx, const PartitionedTable& table,
                                    absl::Time now) {
  std::set<UnixMillis> wanted;
  for (int i = 0; i <= kPartitionsAhead; ++i) {
    wanted.insert(PartitionBegin(table, absl::ToUnixMillis(now + i * table.width)));
  }
  const auto strayed =
      tx.exec1(absl::StrCat("SELECT min(received_at) FROM ", table.name, "_default"));
  if (!strayed[0].is_null()) wanted.insert(PartitionBegin(table, strayed[0].as<UnixMillis>()));
  const std::vector<ArchivePartition> made = ListPartitions(tx, table);
  std::vector<UnixMillis> missing;
  absl::c_copy_if(wanted, std::back_inserter(missing), [&](UnixMillis begin) {
    return absl::c_none_of(made, [&](const ArchivePartition& partition) {
      return partition.begin <= begin && begin < partition.end;
    });
  });
  return missing;
}

void MakePartition(ReadWrite& tx, const PartitionedTable& table, UnixMillis begin) {
  const std::string name = tx.quote_name(NameOf(table, begin));
  const UnixMillis end = begin + absl::ToInt64Milliseconds(table.width);
  tx.exec0(absl::StrCat("CREATE TABLE ", name, " (LIKE ", table.name, " INCLUDING ALL)"));
  // Until it is attached nothing may come into the default partition that belongs here.
  tx.exec0(absl::StrCat("LOCK TABLE ", table.name, "_default IN SHARE ROW EXCLUSIVE MODE"));
  tx.exec_params0(absl::StrCat("WITH strayed AS (DELETE FROM ", table.name,
                               "_default WHERE received_at >= $1 AND received_at < $2 RETURNING *)"
                               " INSERT INTO ",
                               name, " SELECT * FROM strayed"),
                  begin, end);
  // Made first and attached then, it locks the default partition only: other inserts do not wait.
  tx.exec0(absl::StrCat("ALTER TABLE ", table.name, " ATTACH PARTITION ", name,
                        " FOR VALUES FROM (", begin, ") TO (", end, ")"));
}

bool LockAgainstWriters(ReadWrite& tx, const ArchivePartition& partition) {
  const std::string name = tx.quote_name(partition.name);
  if (tx.exec_params1("SELECT to_regclass($1) IS NULL", name)[0].as<bool>()) return false;
  tx.exec0(absl::StrCat("LOCK TABLE ", name, " IN SHARE MODE"));
  return true;
}

}  // namespace proverlog::postgres
