#include "server/embedded/private_postgres.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/embedded/account.h"
#include "server/embedded/keeper.h"

namespace proverlog {
namespace {

// Recovery after a crash reads the log since the last checkpoint.
constexpr absl::Duration kStartTimeout = absl::Minutes(5);
constexpr absl::Duration kPollInterval = absl::Milliseconds(100);
constexpr absl::Duration kProgressInterval = absl::Seconds(3);

// A socket's path ends at 107 bytes, so it does not lie in the data directory. Only the account may
// enter it.
absl::StatusOr<std::string> MakeSocketDirectory(const Account& account) {
  std::string path = "/tmp/proverlog-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return absl::ErrnoToStatus(errno, "cannot make " + path);
  if (account.needs_drop && chown(path.c_str(), account.uid, account.gid) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot give ", path, " to postgres"));
  }
  return path;
}

std::string Conninfo(const std::string& socket_directory) {
  return absl::StrCat("host=", socket_directory, " user=proverlog dbname=postgres");
}

std::vector<std::string> PostgresCommand(const std::string& bin, const std::string& cluster,
                                         const std::string& socket_directory) {
  return {bin + "/postgres",
          "-D",
          cluster,
          "-c",
          "listen_addresses=",
          "-c",
          "unix_socket_directories=" + socket_directory,
          "-c",
          "timezone=UTC",
          "-c",
          "log_timezone=UTC"};
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrivatePostgres>> PrivatePostgres::Start(
    const std::string& data_dir) {
  // First of all: where there is none, nothing is made in data_dir.
  const auto bin = FindPostgresPrograms();
  if (!bin.ok()) return bin.status();
  auto directory = DataDirectory::Lock(data_dir);
  if (!directory.ok()) return directory.status();
  std::unique_ptr<PrivatePostgres> postgres(new PrivatePostgres(*std::move(directory)));
  if (absl::Status status = postgres->Launch(*bin); !status.ok()) return status;
  if (absl::Status status = postgres->AwaitReady(); !status.ok()) return status;
  return postgres;
}

std::optional<std::string> PrivatePostgres::FindRunning(const std::string& data_dir) {
  const auto sockets = DataDirectory::FindSocketDirectory(data_dir);
  if (!sockets) return std::nullopt;
  return Conninfo(*sockets);
}

absl::Status PrivatePostgres::Launch(const std::string& bin) {
  const auto account = FindPostgresAccount();
  if (!account.ok()) return account.status();
  if (auto status = directory_->PrepareCluster(*account, bin); !status.ok()) return status;
  if (auto status = directory_->StopOrphan(); !status.ok()) return status;
  const auto sockets = MakeSocketDirectory(*account);
  if (!sockets.ok()) return sockets.status();

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  keeper_ = fork();
  if (keeper_ == 0) {
    close(ends[1]);
    RunKeeper({*account, PostgresCommand(bin, directory_->cluster_path(), *sockets),
               directory_->log_path(), *sockets},
              ends[0]);
  }
  close(ends[0]);
  lifeline_ = ends[1];
  if (keeper_ < 0) return absl::ErrnoToStatus(errno, "cannot start a process");
  database_ = Conninfo(*sockets);
  return absl::OkStatus();
}

absl::Status PrivatePostgres::AwaitReady() {
  const absl::Time begin = absl::Now();
  absl::Time next_progress = begin + kProgressInterval;
  while (PQping(database_.c_str()) != PQPING_OK) {
    if (IsLost() || absl::Now() - begin > kStartTimeout) {
      return absl::FailedPreconditionError(
          absl::StrCat("PostgreSQL does not start; see ", directory_->log_path()));
    }
    if (absl::Now() > next_progress) {
      spdlog::info("waiting for PostgreSQL ({}s)", absl::ToInt64Seconds(absl::Now() - begin));
      next_progress += kProgressInterval;
    }
    absl::SleepFor(kPollInterval);
  }
  return absl::OkStatus();
}

bool PrivatePostgres::IsLost() {
  if (keeper_ > 0 && waitpid(keeper_, nullptr, WNOHANG) == keeper_) keeper_ = -1;
  return keeper_ < 0;
}

PrivatePostgres::~PrivatePostgres() {
  if (lifeline_ >= 0) close(lifeline_);
  while (keeper_ > 0 && waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace proverlog
