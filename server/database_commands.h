#ifndef PROVERLOG_SERVER_DATABASE_COMMANDS_H_
#define PROVERLOG_SERVER_DATABASE_COMMANDS_H_

#include <signal.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/config/config.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog {

// From here on the signals that end the program are taken by whoever waits for them, in whatever
// thread they arrive. Called before there are threads, but not earlier: until then they end the
// process at once, initdb with it, and the keeper stops PostgreSQL.
sigset_t BlockEndSignals();

// Migrates the tables, or checks them, as --migrate says, and says in the log what they are.
// Returns their version.
absl::StatusOr<int> PrepareSchema(const Config& config, postgres::ConnectionPool& pool);

// proverlogd migrate: waits for the database for two minutes at most. UNAVAILABLE where it is not
// there then.
absl::Status RunMigrate(const Config& config);

// proverlogd renormalize: reads the archives of all provers, or of the one that is named, again,
// beside a service that may run on the same database.
absl::Status RunRenormalize(const Config& config, const std::string& prover);

// Whether the same command may succeed later.
bool IsToBeTriedAgain(const absl::Status& status);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_DATABASE_COMMANDS_H_
