#ifndef PROVERLOG_CLIENT_COMMANDS_FLAG_NAMES_H_
#define PROVERLOG_CLIENT_COMMANDS_FLAG_NAMES_H_

#include <map>
#include <string>

#include "absl/status/status.h"

namespace proverlog {

// What fields of a request, with all their parts, are called on the command line.
using FlagNames = std::map<std::string, std::string>;

// The server's word on a field of the request ("timing.epoch_slots: 0 is ...", "subjects[1]: ...")
// as one on the flag or argument that the user gave ("--epoch-slots: 0 is ...", "SUBJECT 2: ...");
// any other status as it is. `own` are the command's, before those that all commands have.
absl::Status NameFlags(const absl::Status& status, const FlagNames& own = {});

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_FLAG_NAMES_H_
