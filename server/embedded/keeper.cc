#include "server/embedded/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace proverlog {
namespace {

constexpr absl::Duration kRestartDelay = absl::Milliseconds(500);
// What keeps PostgreSQL from starting ends it within this time; what ends it later is not its
// start.
constexpr absl::Duration kStartedWell = absl::Seconds(2);
// After a crash its old children may hold on to the shared memory for a moment.
constexpr int kMaxBadStarts = 20;

class Keeper {
 public:
  Keeper(const KeeperConfig& config, int lifeline) : config_(config), lifeline_(lifeline) {}

  [[noreturn]] void Run() {
    Detach();
    for (;;) {
      StartPostgres();
      if (!WaitForDeath()) Stop();
      bad_starts_ = absl::Now() - started_at_ < kStartedWell ? bad_starts_ + 1 : 0;
      if (bad_starts_ == kMaxBadStarts) Exit(1);
      if (LifelineEnds(kRestartDelay)) Exit(0);
    }
  }

 private:
  void Detach() {
    // The service decides when to stop: a terminal's Ctrl-C reaches only the service, and who reads
    // the service's output does not wait for us.
    setsid();
    const int null_fd = open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null_fd, fd);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    child_signal_ = signalfd(-1, &child, SFD_CLOEXEC);
  }

  void StartPostgres() {
    started_at_ = absl::Now();
    postgres_ = fork();
    if (postgres_ == 0) ExecPostgres();
  }

  [[noreturn]] void ExecPostgres() {
    std::vector<char*> argv;
    for (const std::string& word : config_.command) {
      argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    const int log_fd = open(config_.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    // Last, because a change of account clears it.
    if (DropTo(config_.account) && prctl(PR_SET_PDEATHSIG, SIGINT) == 0 && chdir("/") == 0) {
      execv(argv[0], argv.data());
    }
    _exit(127);
  }

  // Returns false where the service ended first.
  bool WaitForDeath() {
    for (;;) {
      if (postgres_ < 0 || waitpid(postgres_, nullptr, WNOHANG) == postgres_) return true;
      pollfd fds[] = {{lifeline_, POLLIN, 0}, {child_signal_, POLLIN, 0}};
      poll(fds, 2, -1);
      if (fds[0].revents != 0) return false;
      DrainChildSignal();
    }
  }

  bool LifelineEnds(absl::Duration timeout) const {
    pollfd fd{lifeline_, POLLIN, 0};
    return poll(&fd, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) > 0;
  }

  void DrainChildSignal() const {
    pollfd fd{child_signal_, POLLIN, 0};
    signalfd_siginfo info;
    while (poll(&fd, 1, 0) > 0 && read(child_signal_, &info, sizeof(info)) > 0) {
    }
  }

  [[noreturn]] void Stop() {
    kill(postgres_, SIGINT);
    if (!DiesWithin(kFastShutdown)) {
      kill(postgres_, SIGQUIT);
      if (!DiesWithin(kImmediateShutdown)) kill(postgres_, SIGKILL);
    }
    Exit(0);
  }

  bool DiesWithin(absl::Duration timeout) const {
    const absl::Time deadline = absl::Now() + timeout;
    while (waitpid(postgres_, nullptr, WNOHANG) == 0) {
      if (absl::Now() > deadline) return false;
      pollfd fd{child_signal_, POLLIN, 0};
      poll(&fd, 1, 100);
      DrainChildSignal();
    }
    return true;
  }

  [[noreturn]] void Exit(int code) const {
    std::error_code ignored;
    std::filesystem::remove_all(config_.socket_directory, ignored);
    _exit(code);
  }

  const KeeperConfig& config_;
  const int lifeline_;
  int child_signal_ = -1;
  pid_t postgres_ = -1;
  absl::Time started_at_;
  int bad_starts_ = 0;
};

}  // namespace

void RunKeeper(const KeeperConfig& config, int lifeline) { Keeper(config, lifeline).Run(); }

}  // namespace proverlog
