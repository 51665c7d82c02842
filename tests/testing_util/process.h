#ifndef PROVERLOG_TESTS_TESTING_UTIL_PROCESS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/testing_util/test_files.h"

namespace proverlog::testing_util {

// A running program; its output goes to files. Killed at the end if it still runs.
class Process {
 public:
  // `stdin_path` is what it reads.
  explicit Process(std::vector<std::string> command, const std::string& stdin_path = "/dev/null");
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Kill(int signal) const;
  bool IsRunning();
  // Waits for its end: its exit code, or 128 and the signal that ended it.
  int Wait();
  std::string Out() const;
  std::string Err() const;

 private:
  TempDirectory directory_;
  pid_t pid_ = -1;
  int exit_code_ = -1;
};

struct Finished {
  int exit_code = 0;
  std::string out;
  std::string err;
};
Finished RunProgram(std::vector<std::string> command, const std::string& stdin_path = "/dev/null");

// The programs that are tested.
std::string ProverlogPath();
std::string ProverlogdPath();

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_PROCESS_H_
