#include "server/embedded/data_directory.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/embedded/keeper.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kLockPoll = absl::Milliseconds(50);

// The lines of a cluster's postmaster.pid (PostgreSQL's miscadmin.h).
constexpr int kPidLine = 1;
constexpr int kSocketDirectoryLine = 5;

// A line of a file, counted from 1.
std::string ReadLine(const std::string& path, int number) {
  std::ifstream file(path);
  std::string line;
  while (number-- > 0 && std::getline(file, line)) {
  }
  return file ? std::string(absl::StripAsciiWhitespace(line)) : "";
}

std::string ReadFirstLine(const std::string& path) { return ReadLine(path, 1); }

bool IsAlive(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

template <typename Condition>
bool WaitUntil(Condition condition, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(kLockPoll);
  }
  return true;
}

// The number of the process that holds the lock wrote itself into it.
pid_t ReadOwner(int lock_fd) {
  char text[32] = {};
  int pid = 0;
  const ssize_t got = pread(lock_fd, text, sizeof(text) - 1, 0);
  return got > 0 && absl::SimpleAtoi(absl::string_view(text, static_cast<size_t>(got)), &pid) ? pid
                                                                                              : 0;
}

void WriteOwner(int lock_fd) {
  const std::string text = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock_fd, 0) != 0 || pwrite(lock_fd, text.data(), text.size(), 0) < 0) {
    // The number only makes a message better.
    errno = 0;
  }
}

absl::Status TakeLock(int lock_fd, const std::string& path) {
  const auto try_lock = [lock_fd] { return flock(lock_fd, LOCK_EX | LOCK_NB) == 0; };
  if (try_lock()) return absl::OkStatus();
  const pid_t owner = ReadOwner(lock_fd);
  // A dead owner's PostgreSQL is being stopped by its keeper, which holds the lock meanwhile; the
  // kernel takes a moment, too, to end what is killed.
  const absl::Duration until_killed = kFastShutdown + kImmediateShutdown + absl::Seconds(10);
  if (!IsAlive(owner) && WaitUntil(try_lock, until_killed)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("another proverlogd (process ", owner,
                                                    ") uses ", path,
                                                    "; stop it, or choose another --data-dir"));
}

// Whether the process is a postgres that works in the cluster.
bool IsPostgresOf(pid_t pid, const std::string& cluster) {
  std::error_code error;
  const fs::path cwd = fs::read_symlink(absl::StrCat("/proc/", pid, "/cwd"), error);
  return !error && cwd == fs::path(cluster) &&
         ReadFirstLine(absl::StrCat("/proc/", pid, "/comm")) == "postgres";
}

// The postgres that works in the cluster, or 0.
pid_t FindPostgres(const std::string& cluster) {
  int pid = 0;
  const std::string text = ReadLine(cluster + "/postmaster.pid", kPidLine);
  return absl::SimpleAtoi(text, &pid) && IsPostgresOf(pid, cluster) ? pid : 0;
}

absl::Status CheckVersion(const std::string& cluster, const std::string& bin,
                          const Account& account, const std::string& log_path) {
  const std::string version = ReadFirstLine(cluster + "/PG_VERSION");
  // `postgres -C` reads the cluster's settings and refuses one of another version.
  if (RunAs(account, {bin + "/postgres", "-D", cluster, "-C", "server_version"}, log_path).ok()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(cluster, " was made by PostgreSQL ", version, " and cannot be used by that in ",
                   bin, " (see ", log_path, "); install postgresql-", version));
}

// What an earlier start left behind.
void RemoveUnfinished(const std::string& cluster) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::path(cluster).parent_path(), ignored)) {
    if (absl::StartsWith(entry.path().string(), cluster + ".new-")) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

absl::Status MakeCluster(const std::string& cluster, const Account& account, const std::string& bin,
                         const std::string& log_path) {
  // Made under another name first: a cluster that is there is complete. The name is new, because
  // the initdb of a service that was killed may still be writing.
  RemoveUnfinished(cluster);
  std::string unfinished = cluster + ".new-XXXXXX";
  if (mkdtemp(unfinished.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, "cannot make " + unfinished);
  }
  std::error_code error;
  if (account.needs_drop && chown(unfinished.c_str(), account.uid, account.gid) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot give ", unfinished, " to postgres"));
  }
  absl::Status made = RunAs(account,
                            {bin + "/initdb", "-D", unfinished, "-U", "proverlog", "--auth=trust",
                             "--encoding=UTF8", "--locale=C", "--no-instructions"},
                            log_path);
  if (!made.ok()) return made;
  fs::rename(unfinished, cluster, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot rename ", unfinished, ": ", error.message()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Lock(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  const fs::path canonical = fs::canonical(path, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot use --data-dir ", path, ": ", error.message()));
  }
  const std::string lock_path = (canonical / "lock").string();
  const int lock_fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", lock_path));
  std::unique_ptr<DataDirectory> directory(new DataDirectory(canonical.string(), lock_fd));
  if (absl::Status status = TakeLock(lock_fd, path); !status.ok()) return status;
  WriteOwner(lock_fd);
  return directory;
}

bool DataDirectory::HasCluster(const std::string& path) {
  std::error_code error;
  return fs::exists(path + "/pg/PG_VERSION", error);
}

std::optional<std::string> DataDirectory::FindSocketDirectory(const std::string& path) {
  std::error_code error;
  const std::string cluster = (fs::canonical(path, error) / "pg").string();
  if (error || FindPostgres(cluster) == 0) return std::nullopt;
  const std::string directory = ReadLine(cluster + "/postmaster.pid", kSocketDirectoryLine);
  if (directory.empty()) return std::nullopt;
  return directory;
}

DataDirectory::~DataDirectory() { close(lock_fd_); }

absl::Status DataDirectory::PrepareCluster(const Account& account, const std::string& bin) const {
  if (auto status = CheckReachable(account, path_); !status.ok()) return status;
  if (fs::exists(cluster_path() + "/PG_VERSION")) {
    return CheckVersion(cluster_path(), bin, account, log_path());
  }
  if (fs::exists(cluster_path())) {
    return absl::FailedPreconditionError(
        absl::StrCat(cluster_path(), " exists and is not a PostgreSQL cluster; move it away"));
  }
  return MakeCluster(cluster_path(), account, bin, log_path());
}

absl::Status DataDirectory::StopOrphan() const {
  const pid_t pid = FindPostgres(cluster_path());
  if (pid == 0) return absl::OkStatus();
  const auto gone = [&] { return !IsPostgresOf(pid, cluster_path()); };
  for (const auto& [signal, timeout] :
       {std::pair{SIGINT, kFastShutdown}, std::pair{SIGQUIT, kImmediateShutdown}}) {
    kill(pid, signal);
    if (WaitUntil(gone, timeout)) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat("a PostgreSQL that was left behind (process ",
                                                    pid, ") in ", path_, " does not stop"));
}

absl::StatusOr<std::string> FindPostgresPrograms() {
  std::string best;
  int best_version = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    int version = 0;
    const std::string bin = entry.path().string() + "/bin";
    if (absl::SimpleAtoi(entry.path().filename().string(), &version) && version > best_version &&
        fs::exists(bin + "/initdb")) {
      best = bin;
      best_version = version;
    }
  }
  if (!best.empty()) return best;
  const char* path = std::getenv("PATH");
  for (const absl::string_view directory : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    if (fs::exists(absl::StrCat(directory, "/initdb"))) return std::string(directory);
  }
  return absl::FailedPreconditionError(
      "there is no PostgreSQL here for --data-dir to start; use one elsewhere with --database-url, "
      "or,"
      " where this is no container, install it (Debian: apt-get install postgresql)");
}

}  // namespace proverlog
