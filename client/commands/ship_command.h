#ifndef PROVERLOG_CLIENT_COMMANDS_SHIP_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_SHIP_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// ship: follows a machine's logs and sends them. `flags` and `exit_code` outlive the app's parse.
void AddShipCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_SHIP_COMMAND_H_
