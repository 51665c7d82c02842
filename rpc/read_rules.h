#ifndef PROVERLOG_RPC_READ_RULES_H_
#define PROVERLOG_RPC_READ_RULES_H_

#include <string>

#include "absl/status/statusor.h"

namespace proverlog {

// All of the rules file that somebody named. INVALID_ARGUMENT, "PATH: the rules file cannot be
// read: WHY", where there is none, or it is a directory.
absl::StatusOr<std::string> ReadRulesText(const std::string& path);

}  // namespace proverlog

#endif  // PROVERLOG_RPC_READ_RULES_H_
