#include "server/embedded/account.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr char kPostgresAccount[] = "postgres";

std::string LastLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::string last;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

int WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

[[noreturn]] void ExecInChild(const Account& account, const std::vector<std::string>& command,
                              int log_fd) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  dup2(log_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  // It does not outlive us, and the account need not be able to enter our working directory.
  if (DropTo(account) && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && chdir("/") == 0) {
    execv(argv[0], argv.data());
  }
  _exit(127);
}

}  // namespace

absl::StatusOr<Account> FindPostgresAccount() {
  Account account;
  account.uid = geteuid();
  account.gid = getegid();
  if (account.uid != 0) return account;
  const passwd* entry = getpwnam(kPostgresAccount);
  if (entry == nullptr) {
    return absl::FailedPreconditionError(
        "PostgreSQL refuses to run as root and there is no account \"postgres\"; install the "
        "package"
        " postgresql, or run proverlogd under another account");
  }
  return Account{kPostgresAccount, entry->pw_uid, entry->pw_gid, true};
}

bool DropTo(const Account& account) {
  if (!account.needs_drop) return true;
  return initgroups(account.name.c_str(), account.gid) == 0 && setgid(account.gid) == 0 &&
         setuid(account.uid) == 0;
}

absl::Status RunAs(const Account& account, const std::vector<std::string>& command,
                   const std::string& log_path) {
  const int log_fd = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (log_fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", log_path));
  const pid_t child = fork();
  if (child == 0) ExecInChild(account, command, log_fd);
  close(log_fd);
  if (child < 0) return absl::ErrnoToStatus(errno, "cannot start a process");
  const int status = WaitFor(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(command[0], " failed: ", LastLine(log_path), " (more in ", log_path, ")"));
}

absl::Status CheckReachable(const Account& account, const std::string& directory) {
  std::vector<std::string> parents;
  for (std::filesystem::path path = directory;; path = path.parent_path()) {
    parents.push_back(path.string());
    if (path == path.parent_path()) break;
  }
  std::reverse(parents.begin(), parents.end());

  const pid_t child = fork();
  if (child == 0) {
    if (!DropTo(account)) _exit(0);
    for (size_t i = 0; i < parents.size(); ++i) {
      if (access(parents[i].c_str(), X_OK) != 0)
        _exit(static_cast<int>(std::min(i, size_t{254})) + 1);
    }
    _exit(0);
  }
  if (child < 0) return absl::ErrnoToStatus(errno, "cannot start a process");
  const int status = WaitFor(child);
  const int failed = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  if (failed == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("PostgreSQL runs under the account \"", account.name, "\", which cannot enter ",
                   parents[static_cast<size_t>(failed) - 1],
                   "; choose a --data-dir elsewhere, such as /var/lib/proverlog"));
}

}  // namespace proverlog
