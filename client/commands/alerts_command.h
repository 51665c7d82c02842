#ifndef PROVERLOG_CLIENT_COMMANDS_ALERTS_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_ALERTS_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog alerts`, `alerts show` and `ack`. `flags` and `exit_code` outlive the app's parse.
void AddAlertsCommands(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_ALERTS_COMMAND_H_
