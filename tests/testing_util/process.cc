#include "tests/testing_util/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"

namespace proverlog::testing_util {
namespace {

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void Exec(const std::vector<std::string>& command, const std::string& in,
                       const std::string& out, const std::string& err) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO);
  dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDOUT_FILENO);
  dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Process::Process(std::vector<std::string> command, const std::string& stdin_path) {
  const std::string out = directory_.path() + "/out";
  const std::string err = directory_.path() + "/err";
  pid_ = fork();
  if (pid_ == 0) Exec(command, stdin_path, out, err);
  EXPECT_GT(pid_, 0);
}

Process::~Process() {
  if (!IsRunning()) return;
  Kill(SIGKILL);
  Wait();
}

void Process::Kill(int signal) const { kill(pid_, signal); }

bool Process::IsRunning() {
  if (exit_code_ >= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

int Process::Wait() {
  if (exit_code_ >= 0) return exit_code_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

std::string Process::Out() const { return Slurp(directory_.path() + "/out"); }
std::string Process::Err() const { return Slurp(directory_.path() + "/err"); }

Finished RunProgram(std::vector<std::string> command, const std::string& stdin_path) {
  Process process(std::move(command), stdin_path);
  const int exit_code = process.Wait();
  return {exit_code, process.Out(), process.Err()};
}

std::string ProverlogPath() { return PROVERLOG_BIN_DIR "/proverlog"; }
std::string ProverlogdPath() { return PROVERLOG_BIN_DIR "/proverlogd"; }

}  // namespace proverlog::testing_util
