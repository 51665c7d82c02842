#ifndef PROVERLOG_STORAGE_POSTGRES_MIGRATE_H_
#define PROVERLOG_STORAGE_POSTGRES_MIGRATE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// A file of storage/migrations, which the build puts into the program. It never changes once it is
// released; a later file corrects it.
struct Migration {
  int version;             // 1, 2, 3, ...
  absl::string_view name;  // "0001_init"
  absl::string_view sql;
};

// By version.
const std::vector<Migration>& Migrations();

// Brings the database's tables to the newest version, each migration in a transaction of its own.
// Programs that start at the same time wait for each other.
//
// FAILED_PRECONDITION where the database is newer than this program, where one of its migrations
// differs from this program's, or where it is not encoded in UTF-8.
absl::Status Migrate(ConnectionPool& pool);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_MIGRATE_H_
