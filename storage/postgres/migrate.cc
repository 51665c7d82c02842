#include "storage/postgres/migrate.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

// Any number that no other program uses for an advisory lock in this database.
constexpr int64_t kMigrationLock = 7460'0001;
constexpr absl::Duration kRetryInterval = absl::Seconds(1);
// What asks for a table after a migration waits behind it, ingest as well.
constexpr char kLimitLockWait[] = "SET LOCAL lock_timeout = '3s'";

struct Applied {
  std::string name;
  std::string sql_md5;
};

// By version; empty in a database without tables.
using AppliedMigrations = std::map<int, Applied>;

int VersionOf(const AppliedMigrations& applied) {
  return applied.empty() ? 0 : applied.rbegin()->first;
}

std::string ThisProgram() {
  const SchemaRange served = ServedSchemas();
  return absl::StrCat("this proverlogd serves versions ", served.oldest, " to ", served.newest);
}

absl::Status CheckEncoding(pqxx::transaction_base& tx) {
  const auto encoding = tx.exec1("SHOW server_encoding")[0].as<std::string>();
  if (encoding == "UTF8") return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the database is encoded in ", encoding,
      "; proverlog needs UTF8: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"));
}

bool HasTable(pqxx::transaction_base& tx, const std::string& table) {
  return tx.exec_params1("SELECT to_regclass($1) IS NOT NULL", table)[0].as<bool>();
}

AppliedMigrations ReadApplied(pqxx::transaction_base& tx) {
  AppliedMigrations applied;
  if (!HasTable(tx, "schema_migration")) return applied;
  for (const auto& row : tx.exec("SELECT version, name, sql_md5 FROM schema_migration")) {
    applied[row[0].as<int>()] = {row[1].as<std::string>(), row[2].as<std::string>()};
  }
  return applied;
}

std::string Md5(pqxx::transaction_base& tx, absl::string_view text) {
  return tx.exec_params1("SELECT md5($1)", std::string(text))[0].as<std::string>();
}

// Whether tables that are newer than this program knows may be used by it.
absl::Status CheckNewer(pqxx::transaction_base& tx, const AppliedMigrations& applied) {
  const int version = VersionOf(applied);
  const int newest = ServedSchemas().newest;
  if (version <= newest) return absl::OkStatus();
  const int least = HasTable(tx, "schema_compatibility")
                        ? tx.exec1("SELECT least_program FROM schema_compatibility")[0].as<int>()
                        : version;
  if (least <= newest) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the database has schema version ", version, " (", applied.rbegin()->second.name,
                   "), which needs a proverlogd that knows version ", least, " or a newer one; ",
                   ThisProgram(), ": start a newer proverlogd"));
}

absl::Status CheckApplied(pqxx::transaction_base& tx, const AppliedMigrations& applied) {
  if (absl::Status status = CheckNewer(tx, applied); !status.ok()) return status;
  for (const Migration& migration : Migrations()) {
    const auto found = applied.find(migration.version);
    if (found == applied.end() || found->second.sql_md5 == Md5(tx, migration.sql)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("migration ", migration.name,
                     " of the database differs from this program's; it was made by another build"));
  }
  return absl::OkStatus();
}

// What is applied, in a database that may be migrated. Others that migrate it wait.
absl::StatusOr<AppliedMigrations> Begin(ReadWrite& tx) {
  tx.exec0("SET LOCAL statement_timeout = 0");
  tx.exec0("SET LOCAL lock_timeout = 0");
  tx.exec_params("SELECT pg_advisory_xact_lock($1)", kMigrationLock);
  tx.exec0(kLimitLockWait);
  if (absl::Status status = CheckEncoding(tx); !status.ok()) return status;
  tx.exec0(
      "CREATE TABLE IF NOT EXISTS schema_migration (version integer PRIMARY KEY,"
      " name text NOT NULL, sql_md5 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  AppliedMigrations applied = ReadApplied(tx);
  if (absl::Status status = CheckApplied(tx, applied); !status.ok()) return status;
  return applied;
}

absl::Status Apply(ReadWrite& tx, const Migration& migration) {
  const auto applied = Begin(tx);
  if (!applied.ok()) return applied.status();
  if (applied->count(migration.version) > 0) return absl::OkStatus();
  tx.exec(std::string(migration.sql));
  tx.exec_params("INSERT INTO schema_migration (version, name, sql_md5) VALUES ($1, $2, md5($3))",
                 migration.version, std::string(migration.name), std::string(migration.sql));
  return absl::OkStatus();
}

absl::StatusOr<int> Check(ReadOnly& tx) {
  if (absl::Status status = CheckEncoding(tx); !status.ok()) return status;
  const AppliedMigrations applied = ReadApplied(tx);
  if (absl::Status status = CheckApplied(tx, applied); !status.ok()) return status;
  const int version = VersionOf(applied);
  if (version >= ServedSchemas().oldest) return version;
  return absl::FailedPreconditionError(absl::StrCat(
      "the database has ",
      version == 0 ? "no tables of proverlog yet" : absl::StrCat("schema version ", version),
      ", and ", ThisProgram(), ": run `proverlogd migrate`, or start with --migrate=auto"));
}

}  // namespace

SchemaRange ServedSchemas() {
  return {.oldest = kOldestSchema, .newest = Migrations().back().version};
}

absl::StatusOr<int> Migrate(ConnectionPool& pool) {
  for (const Migration& migration : Migrations()) {
    absl::Status status =
        RunTransaction<ReadWrite>(pool, absl::StrCat("migrate the database (", migration.name, ")"),
                                  [&](ReadWrite& tx) { return Apply(tx, migration); });
    if (!status.ok()) return status;
  }
  return CheckSchema(pool);
}

absl::StatusOr<int> MigrateUntil(ConnectionPool& pool, absl::Time deadline,
                                 const std::function<void(const absl::Status&)>& on_failure) {
  for (;;) {
    auto version = Migrate(pool);
    if (!absl::IsUnavailable(version.status()) || absl::Now() >= deadline) return version;
    on_failure(version.status());
    absl::SleepFor(kRetryInterval);
  }
}

absl::StatusOr<int> CheckSchema(ConnectionPool& pool) {
  return RunTransaction<ReadOnly>(pool, "check the database's tables", Check);
}

}  // namespace proverlog::postgres
