#ifndef PROVERLOG_SERVER_CONFIG_CONFIG_H_
#define PROVERLOG_SERVER_CONFIG_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "server/archive/archive_keeper.h"

namespace proverlog {

enum class Command { kServe, kRenormalize };

// What proverlogd is told by its flags, or by the environment (PROVERLOGD_*).
struct Config {
  Command command = Command::kServe;
  std::string data_dir;  // exactly one of the two is set
  std::string database_url;
  std::string listen = "127.0.0.1:7460";
  std::string http_listen = "127.0.0.1:7480";
  bool reflection = false;
  int max_streams = 10'000;
  int max_streams_per_prover = 2'500;
  int64_t max_prover_rate = 0;  // bytes a second; 0: no limit
  Retention retention;
  std::string rules;   // the file that says what is alerted on and who is told; empty: none
  std::string prover;  // whose logs are normalized again; empty: all provers'
};

// Reads the command line. Returns nothing where the program is to end with `exit_code`: after
// --help and --version, and after a mistake, which has been told on standard error.
std::optional<Config> ParseConfig(int argc, char** argv, int& exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CONFIG_H_
