#ifndef PROVERLOG_CLIENT_COMMANDS_TAIL_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_TAIL_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog tail`: lines as they come. `flags` and `exit_code` outlive the app's parse.
void AddTailCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_TAIL_COMMAND_H_
