#ifndef PROVERLOG_CLIENT_COMMANDS_FLAG_NAMES_H_
#define PROVERLOG_CLIENT_COMMANDS_FLAG_NAMES_H_

#include "absl/status/status.h"

namespace proverlog {

// The server's word on a field of the request ("timing.epoch_slots: 0 is ...", "subjects[1]: ...")
// as one on the flag or argument that the user gave ("--epoch-slots: 0 is ...", "SUBJECT 2: ...");
// any other status as it is.
absl::Status WithFlagNames(const absl::Status& status);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_FLAG_NAMES_H_
