#ifndef PROVERLOG_SERVER_EMBEDDED_ACCOUNT_H_
#define PROVERLOG_SERVER_EMBEDDED_ACCOUNT_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace proverlog {

// The account that PostgreSQL runs under: our own, or, because PostgreSQL refuses to run as root,
// `postgres` where we are root.
struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  bool needs_drop = false;  // it is not our own
};

// FAILED_PRECONDITION where we are root and there is no account `postgres`.
absl::StatusOr<Account> FindPostgresAccount();

// Gives up our rights for the account's, for good. Only for a child process that will exec or
// exit.
bool DropTo(const Account& account);

// Runs a program as the account and waits for it; its output goes to the end of `log_path`.
// FAILED_PRECONDITION with the log's last line where it fails.
absl::Status RunAs(const Account& account, const std::vector<std::string>& command,
                   const std::string& log_path);

// Checks that the account can enter a directory and all its parents; FAILED_PRECONDITION names the
// first one that it cannot.
absl::Status CheckReachable(const Account& account, const std::string& directory);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_EMBEDDED_ACCOUNT_H_
