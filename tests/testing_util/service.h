#ifndef PROVERLOG_TESTS_TESTING_UTIL_SERVICE_H_
#define PROVERLOG_TESTS_TESTING_UTIL_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/testing_util/process.h"

namespace proverlog::testing_util {

// A proverlogd, listening on a port that was free.
class Service {
 public:
  // Waits until it is ready. `database` is --data-dir=... or --database-url=...
  explicit Service(const std::string& database, std::vector<std::string> flags = {},
                   const std::string& listen = "127.0.0.1:0",
                   const std::string& program = ProverlogdPath());

  Process& process() { return *process_; }
  // host:port
  const std::string& address() const { return address_; }
  // The same of its HTTP pages.
  const std::string& http_address() const { return http_address_; }

  // Runs `proverlog COMMAND --server ADDRESS ARGUMENTS...`.
  Finished Proverlog(std::vector<std::string> arguments,
                     const std::string& stdin_path = "/dev/null") const;
  // The command of that, to be started.
  std::vector<std::string> ProverlogCommand(std::vector<std::string> arguments) const;

 private:
  std::unique_ptr<Process> process_;
  std::string address_;
  std::string http_address_;
};

// The number of the PostgreSQL server that works in the data directory, or 0.
pid_t PostgresOf(const std::string& data_dir);
// How to connect to it, for libpq.
std::string ConninfoOf(const std::string& data_dir);
// Processes whose working directory is the cluster's: PostgreSQL and its children.
std::vector<pid_t> ProcessesIn(const std::string& data_dir);

// What a database holds, in a form that does not depend on when, how or in what pieces it came:
// the raw bytes of every stream, every fact and job, and the messages that nobody understood.
std::string CanonicalDump(const std::string& conninfo);

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_SERVICE_H_
