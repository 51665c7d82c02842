#ifndef PROVERLOG_CLIENT_COMMANDS_DATE_FLAGS_H_
#define PROVERLOG_CLIENT_COMMANDS_DATE_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/input/dating.h"

namespace proverlog {

// --date and --time-zone as they are given.
struct DateFlags {
  std::string date;
  std::string time_zone = "UTC";
};

// INVALID_ARGUMENT, naming the flag, where one cannot be read.
absl::StatusOr<DatingOptions> ParseDateFlags(const DateFlags& flags);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_DATE_FLAGS_H_
