#ifndef PROVERLOG_STORAGE_POSTGRES_MIGRATE_H_
#define PROVERLOG_STORAGE_POSTGRES_MIGRATE_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// A file of storage/migrations, which the build puts into the program. It never changes once it is
// released; a later file corrects it. What it may do is in storage/migrations/README.md.
struct Migration {
  int version;             // 1, 2, 3, ...
  absl::string_view name;  // "0001_init"
  absl::string_view sql;
};

// By version.
const std::vector<Migration>& Migrations();

// The oldest version of the tables that this program's statements work with. To be raised when they
// begin to need what a later migration makes.
inline constexpr int kOldestSchema = 17;

// The versions of the tables that this program can serve. It also serves newer ones that the
// database says are compatible.
struct SchemaRange {
  int oldest = 0;
  int newest = 0;  // what Migrate makes
};
SchemaRange ServedSchemas();

// Brings the database's tables to the newest version, each migration in a transaction of its own,
// and leaves them alone where they are newer. Programs that start at the same time wait for each
// other. Returns the version of the tables.
//
// UNAVAILABLE where a table stays in use for seconds, as where the database is away;
// FAILED_PRECONDITION where the tables are newer and need a newer program, where a migration of the
// database differs from this program's, or where it is not encoded in UTF-8.
absl::StatusOr<int> Migrate(ConnectionPool& pool);

// The same, where the database may not be there yet, or its tables are in use: meanwhile tells
// `on_failure` and tries again, until `deadline`.
absl::StatusOr<int> MigrateUntil(ConnectionPool& pool, absl::Time deadline,
                                 const std::function<void(const absl::Status&)>& on_failure);

// Changes nothing: returns the version of the tables where this program can serve them;
// FAILED_PRECONDITION as above, and where they are older than it can serve.
absl::StatusOr<int> CheckSchema(ConnectionPool& pool);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_MIGRATE_H_
