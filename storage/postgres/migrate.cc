#include "storage/postgres/migrate.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

// Any number that no other program uses for an advisory lock in this database.
constexpr int64_t kMigrationLock = 7460'0001;

struct Applied {
  std::string name;
  std::string sql_md5;
};

absl::Status CheckEncoding(ReadWrite& tx) {
  const auto encoding = tx.exec1("SHOW server_encoding")[0].as<std::string>();
  if (encoding == "UTF8") return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the database is encoded in ", encoding,
      "; proverlog needs UTF8: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"));
}

std::map<int, Applied> ReadApplied(ReadWrite& tx) {
  tx.exec0(
      "CREATE TABLE IF NOT EXISTS schema_migration (version integer PRIMARY KEY,"
      " name text NOT NULL, sql_md5 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  std::map<int, Applied> applied;
  for (const auto& row : tx.exec("SELECT version, name, sql_md5 FROM schema_migration")) {
    applied[row[0].as<int>()] = {row[1].as<std::string>(), row[2].as<std::string>()};
  }
  return applied;
}

std::string Md5(ReadWrite& tx, absl::string_view text) {
  return tx.exec_params1("SELECT md5($1)", std::string(text))[0].as<std::string>();
}

absl::Status CheckApplied(ReadWrite& tx, const std::map<int, Applied>& applied) {
  const auto& known = Migrations();
  if (!applied.empty() && applied.rbegin()->first > known.back().version) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database has schema version ", applied.rbegin()->first, " (",
                     applied.rbegin()->second.name, "), newer than this program's ",
                     known.back().version, "; start a newer proverlogd"));
  }
  for (const Migration& migration : known) {
    const auto found = applied.find(migration.version);
    if (found == applied.end() || found->second.sql_md5 == Md5(tx, migration.sql)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("migration ", migration.name,
                     " of the database differs from this program's; it was made by another build"));
  }
  return absl::OkStatus();
}

absl::Status Begin(ReadWrite& tx) {
  tx.exec0("SET LOCAL statement_timeout = 0");
  tx.exec0("SET LOCAL lock_timeout = 0");
  tx.exec_params("SELECT pg_advisory_xact_lock($1)", kMigrationLock);
  if (absl::Status status = CheckEncoding(tx); !status.ok()) return status;
  return CheckApplied(tx, ReadApplied(tx));
}

absl::Status Apply(ReadWrite& tx, const Migration& migration) {
  if (absl::Status status = Begin(tx); !status.ok()) return status;
  if (ReadApplied(tx).count(migration.version) > 0) return absl::OkStatus();
  tx.exec(std::string(migration.sql));
  tx.exec_params("INSERT INTO schema_migration (version, name, sql_md5) VALUES ($1, $2, md5($3))",
                 migration.version, std::string(migration.name), std::string(migration.sql));
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(ConnectionPool& pool) {
  for (const Migration& migration : Migrations()) {
    absl::Status status =
        RunTransaction<ReadWrite>(pool, absl::StrCat("migrate the database (", migration.name, ")"),
                                  [&](ReadWrite& tx) { return Apply(tx, migration); });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace proverlog::postgres
