#ifndef PROVERLOG_CLIENT_COMMANDS_LINES_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_LINES_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog lines`: the lines of a time, or around one. `flags` and `exit_code` outlive the app's
// parse.
void AddLinesCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_LINES_COMMAND_H_
