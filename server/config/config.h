#ifndef PROVERLOG_SERVER_CONFIG_CONFIG_H_
#define PROVERLOG_SERVER_CONFIG_CONFIG_H_

#include <cstdint>
#include <string>

#include "server/archive/archive_keeper.h"

namespace proverlog {

// What becomes of the database's tables at the start.
enum class MigrateMode : uint8_t {
  kAuto,   // they are brought to the newest version
  kCheck,  // they stay as they are
};

// What proverlogd is told. The defaults are in settings.cc.
struct Config {
  std::string config_file;  // empty: none
  std::string data_dir;     // exactly one of the two is set
  std::string database_url;
  MigrateMode migrate = MigrateMode::kAuto;
  std::string listen;
  std::string http_listen;
  bool reflection = false;
  int max_streams = 0;
  int max_streams_per_prover = 0;
  int64_t max_prover_rate = 0;  // bytes a second; 0: no limit
  Retention retention;
  std::string rules;  // the file that says what is alerted on and who is told; empty: none
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_CONFIG_H_
