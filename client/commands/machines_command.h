#ifndef PROVERLOG_CLIENT_COMMANDS_MACHINES_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_MACHINES_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog machines`, of all or of one.
void AddMachinesCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_MACHINES_COMMAND_H_
