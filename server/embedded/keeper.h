#ifndef PROVERLOG_SERVER_EMBEDDED_KEEPER_H_
#define PROVERLOG_SERVER_EMBEDDED_KEEPER_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/embedded/account.h"

namespace proverlog {

// How long a keeper waits for PostgreSQL to end by a fast shutdown, then by an immediate one
// (postgres(1)), before it kills it.
inline constexpr absl::Duration kFastShutdown = absl::Seconds(60);
inline constexpr absl::Duration kImmediateShutdown = absl::Seconds(10);

// What a keeper needs to run PostgreSQL.
struct KeeperConfig {
  Account account;
  std::vector<std::string> command;  // postgres with its arguments
  std::string log_path;
  std::string socket_directory;  // removed at the end
};

// The life of the keeper, a small process between the service and its PostgreSQL:
//
//   - it starts PostgreSQL, and starts it again when it dies;
//   - when the service ends, however it ends, it stops PostgreSQL and ends.
//
// `lifeline` is the reading end of a pipe whose writing end only the service has: it is at its end
// when the service is gone. Where the keeper itself is killed, the kernel stops PostgreSQL.
// Never returns. Exits with 0, or with 1 where PostgreSQL keeps dying at its start.
[[noreturn]] void RunKeeper(const KeeperConfig& config, int lifeline);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_EMBEDDED_KEEPER_H_
