#ifndef PROVERLOG_CLIENT_COMMANDS_COMPARE_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_COMPARE_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/commands/command.h"
#include "proverlog/v1/comparison.pb.h"

namespace proverlog {

// A subject as it is written on the command line: KEY=VALUE with commas between them, of epoch (may
// come again), machine, prover, version, from and to; "all" is a prover's latest epochs.
// INVALID_ARGUMENT, naming the subject, for anything else.
absl::StatusOr<v1::ComparedSubject> ParseSubject(const std::string& text);

void AddCompareCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_COMPARE_COMMAND_H_
